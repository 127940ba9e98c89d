"""What a stand-in was told to do with the next calls: failures in a queue, then plain good service."""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Act(StrEnum):
    """How a stand-in treats one call."""

    SERVE = "serve"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    REFUSE = "refuse"
    """Slack: `ok: false` with `error`; webhook: `status`."""
    HANG = "hang"
    """Takes nothing and never answers."""
    RESET = "reset"
    """Takes nothing and resets the connection."""
    ACCEPT_THEN_HANG = "accept_then_hang"
    """Takes the notice, writes it down and never answers."""
    ACCEPT_THEN_RESET = "accept_then_reset"
    WEIRD_BODY = "weird_body"
    """Answers 200 with something that is no JSON: no acceptance by Slack, but one by a webhook receiver."""
    HUGE_BODY = "huge_body"
    """The same with a body that does not seem to end."""
    REDIRECT = "redirect"
    """Takes nothing, answers `status` (302) with a way to itself."""


_ACCEPTING = frozenset({Act.SERVE, Act.ACCEPT_THEN_HANG, Act.ACCEPT_THEN_RESET})


@dataclass(frozen=True, slots=True)
class Reply:
    """One scripted treatment."""

    act: Act = Act.SERVE
    retry_after: str | None = None
    """The Retry-After header as it is sent: seconds or an HTTP date."""
    status: int | None = None
    error: str = "channel_not_found"

    @property
    def accepts(self) -> bool:
        """Whether the call takes effect."""
        return self.act in _ACCEPTING

    @classmethod
    def parse(cls, content: dict[str, Any]) -> "Reply":
        """Read `{"act": …, "retry_after"?, "status"?, "error"?}`. Raises ValueError or TypeError."""
        return cls(**{**content, "act": Act(content["act"])})


GOOD_SERVICE = Reply()


class Script:
    """The queue of replies; each call that changes something takes one."""

    def __init__(self, *replies: Reply) -> None:
        self._replies = deque(replies)

    def push(self, *replies: Reply) -> None:
        """Put replies at the end."""
        self._replies.extend(replies)

    def clear(self) -> None:
        """Return to good service."""
        self._replies.clear()

    def next(self) -> Reply:
        """Take the next reply; good service when there is none."""
        return self._replies.popleft() if self._replies else GOOD_SERVICE

    def __len__(self) -> int:
        return len(self._replies)
