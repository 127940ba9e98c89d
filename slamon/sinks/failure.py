"""Why a receiver did not take a notice, in a closed set of words, and what each means for the next attempt.

The words are also metric labels. Nothing of an exception's own text is passed on: aiohttp and slack_sdk write
the URL into theirs, and the URL of a webhook is its secret.
"""

from enum import StrEnum

import aiohttp

from slamon.errors import SinkError


class FailureReason(StrEnum):
    """What stood in the way of one attempt."""

    RATE_LIMITED = "rate_limited"
    DEFERRED = "deferred"
    """A mail server took nothing and said: not now."""
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    CONNECTION_LOST = "connection_lost"
    UNREACHABLE = "unreachable"
    """No connection came about: the notice was certainly not taken."""
    BAD_ANSWER = "bad_answer"
    """An answer that says neither yes nor no."""
    REDIRECTED = "redirected"
    AUTH = "auth"
    NOT_FOUND = "not_found"
    """The receiver (channel, URL) does not exist or is gone."""
    REJECTED = "rejected"
    """The receiver refuses this very notice."""


class Redirected(Exception):  # noqa: N818 - no error of ours: it carries a status out of aiohttp
    """A receiver pointed elsewhere; slamon does not follow."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


_UNKNOWN_OUTCOME = frozenset({"server_error", "timeout", "connection_lost", "bad_answer"})
_MOVED_FOR_GOOD = frozenset({301, 308})
_PERMANENT = {
    401: FailureReason.AUTH,
    403: FailureReason.AUTH,
    407: FailureReason.AUTH,
    404: FailureReason.NOT_FOUND,
    410: FailureReason.NOT_FOUND,
}
_LATER = frozenset({408, 425})


def outcome_unknown(error: SinkError) -> bool:
    """Whether the receiver may have taken the notice all the same: look it up before repeating it."""
    return error.reason in _UNKNOWN_OUTCOME


def refusal(status: int, retry_after: float | None = None) -> SinkError:
    """Judge an HTTP status other than 2xx; `retry_after` in seconds, as the receiver said."""
    detail = f"the receiver answered HTTP {status}"
    if status == 429:  # noqa: PLR2004 - Too Many Requests
        reason, permanent = FailureReason.RATE_LIMITED, False
    elif 300 <= status < 400:  # noqa: PLR2004 - the redirects
        reason, permanent = FailureReason.REDIRECTED, status in _MOVED_FOR_GOOD
        detail += ", a redirect, and redirects are not followed: configure the final address"
    elif 400 <= status < 500 and status not in _LATER:  # noqa: PLR2004 - the client's fault
        # 404 is repeated: a receiver that is being deployed anew answers so, and only 410 says "gone for good".
        reason, permanent = _PERMANENT.get(status, FailureReason.REJECTED), status != 404  # noqa: PLR2004
    else:
        reason, permanent = FailureReason.SERVER_ERROR, False
    return SinkError(reason, detail, permanent=permanent, retry_after=retry_after)


def interruption(error: BaseException) -> SinkError:
    """Judge what ended an attempt before there was a usable answer; all of it may pass."""
    if isinstance(error, Redirected):
        return refusal(error.status)
    reason, detail = _cause(error)
    return SinkError(reason, f"{detail} ({type(error).__name__})", permanent=False)


def _cause(error: BaseException) -> tuple[FailureReason, str]:
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError | aiohttp.InvalidURL):
        return FailureReason.UNREACHABLE, "no connection to the receiver"
    if isinstance(error, TimeoutError):
        return FailureReason.TIMEOUT, "no answer in time"
    if isinstance(error, aiohttp.ClientPayloadError | ValueError):
        return FailureReason.BAD_ANSWER, "the receiver's answer could not be read"
    if isinstance(error, aiohttp.ClientError | OSError):
        return FailureReason.CONNECTION_LOST, "the connection broke"
    return FailureReason.BAD_ANSWER, "the receiver's answer could not be read"
