"""What statuses and exceptions mean for the next attempt."""

import asyncio

import aiohttp
import pytest

from slamon.errors import SinkError
from slamon.sinks.failure import FailureReason, Redirected, interruption, outcome_unknown, refusal


@pytest.mark.parametrize(
    ("status", "reason", "permanent"),
    [
        (301, "redirected", True),
        (302, "redirected", False),
        (307, "redirected", False),
        (308, "redirected", True),
        (304, "redirected", False),
        (400, "rejected", True),
        (401, "auth", True),
        (403, "auth", True),
        (404, "not_found", False),
        (407, "auth", True),
        (408, "server_error", False),
        (410, "not_found", True),
        (413, "rejected", True),
        (425, "server_error", False),
        (429, "rate_limited", False),
        (500, "server_error", False),
        (502, "server_error", False),
        (599, "server_error", False),
        (600, "server_error", False),
    ],
)
def test_each_status(status: int, reason: str, permanent: bool) -> None:
    error = refusal(status, 5.0)
    assert (error.reason, error.permanent, error.retry_after) == (reason, permanent, 5.0)
    assert f"HTTP {status}" in str(error)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TimeoutError(), "timeout"),
        (aiohttp.ServerTimeoutError(), "timeout"),
        (aiohttp.ConnectionTimeoutError(), "unreachable"),
        (aiohttp.InvalidURL("http://secret"), "unreachable"),
        (aiohttp.ServerDisconnectedError(), "connection_lost"),
        (aiohttp.ClientOSError(104, "http://secret"), "connection_lost"),
        (ConnectionResetError("http://secret"), "connection_lost"),
        (aiohttp.ClientPayloadError("http://secret"), "bad_answer"),
        (ValueError("http://secret"), "bad_answer"),
        (AttributeError("http://secret"), "bad_answer"),
        (RecursionError("http://secret"), "bad_answer"),
        (Redirected(302), "redirected"),
    ],
)
def test_each_exception_keeps_its_text_to_itself(error: Exception, reason: str) -> None:
    said = interruption(error)
    assert (said.reason, said.permanent) == (reason, False)
    assert "secret" not in str(said)


def test_only_what_surely_failed_needs_no_look_up() -> None:
    known = {reason for reason in FailureReason if not outcome_unknown(SinkError(reason, "", permanent=False))}
    assert known == {"rate_limited", "deferred", "unreachable", "redirected", "auth", "not_found", "rejected"}


def test_cancellation_is_no_failure_of_the_receiver() -> None:
    assert not issubclass(asyncio.CancelledError, Exception), "`except Exception` in the sinks lets it pass"
