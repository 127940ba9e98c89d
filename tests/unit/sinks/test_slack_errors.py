"""What Slack's answers mean."""

from types import SimpleNamespace
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from slamon.sinks.failure import outcome_unknown
from slamon.sinks.slack_errors import refused, text_of
from tests.samples import NOW


def _error(data: Any, status: int = 200, **headers: str) -> SlackApiError:
    return SlackApiError("said", SimpleNamespace(status_code=status, headers=headers, data=data))  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("code", "reason", "permanent", "unknown"),
    [
        ("invalid_auth", "auth", True, False),
        ("missing_scope", "auth", True, False),
        ("channel_not_found", "not_found", True, False),
        ("restricted_action", "not_found", True, False),
        ("message_not_found", "rejected", True, False),
        ("cant_update_message", "rejected", True, False),
        ("edit_window_closed", "rejected", True, False),
        ("thread_not_found", "rejected", True, False),
        ("invalid_blocks", "rejected", True, False),
        ("ratelimited", "rate_limited", False, False),
        ("message_limit_exceeded", "rate_limited", False, False),
        ("fatal_error", "server_error", False, True),
        ("a_word_of_tomorrow", "server_error", False, True),
    ],
)
def test_each_code_has_its_reason(code: str, reason: str, permanent: bool, unknown: bool) -> None:
    """`unknown`: it may have been posted, and is looked for before it is posted again."""
    error = refused(_error({"ok": False, "error": code}), NOW)
    assert (error.reason, error.permanent, outcome_unknown(error)) == (reason, permanent, unknown)
    assert str(error) == f"Slack said {code}"


def test_how_long_to_wait_is_taken_from_the_answer() -> None:
    error = refused(_error({"error": "ratelimited"}, 429, **{"Retry-After": "17"}), NOW)
    assert (error.reason, error.retry_after) == ("rate_limited", 17.0)


@pytest.mark.parametrize("data", [None, b"<html>", [], {}, {"error": None}, {"error": ""}, {"error": 7}])
def test_an_answer_without_a_code_is_judged_by_its_status(data: Any) -> None:
    assert refused(_error(data, 503), NOW).reason == "server_error"
    assert refused(_error(data, 429), NOW).reason == "rate_limited"
    error = refused(_error(data), NOW)
    assert (error.reason, error.permanent, outcome_unknown(error)) == ("bad_answer", False, True)


def test_the_bare_answer_of_the_http_client_is_read_too() -> None:
    """slack_sdk gives it where the body was no JSON."""
    error = refused(SlackApiError("said", SimpleNamespace(status=502, headers={})), NOW)  # type: ignore[no-untyped-call]
    assert error.reason == "server_error"


@pytest.mark.parametrize("code", ["no\nxoxb-1", "Übel", "a" * 65, "UPPER"])
def test_a_code_that_is_none_is_not_repeated(code: str) -> None:
    assert str(refused(_error({"error": code}), NOW)) == "Slack said an error without a proper name"


@pytest.mark.parametrize(("value", "text"), [("x", "x"), ("", None), (None, None), (7, None), ({}, None)])
def test_a_text_is_one_or_nothing(value: object, text: str | None) -> None:
    assert text_of(value) == text
