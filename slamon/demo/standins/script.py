"""What a stand-in was told to do with calls: a queue for the next ones, then rules, then plain good service."""

import random
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, fields
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
    seconds: float | None = None
    """How long a hanging call hangs; None: until it is released. Then HANG answers 503, ACCEPT_THEN_HANG what was
    done: a slow answer."""

    @property
    def accepts(self) -> bool:
        """Whether the call takes effect."""
        return self.act in _ACCEPTING

    @classmethod
    def parse(cls, content: dict[str, Any]) -> "Reply":
        """Read `{"act": …, "retry_after"?, "status"?, "error"?, "seconds"?}`.

        Raises ValueError, TypeError or KeyError.
        """
        return cls(**{**content, "act": Act(content["act"])})


GOOD_SERVICE = Reply()


@dataclass(frozen=True, slots=True)
class Call:
    """What a reply is asked for."""

    method: str = ""
    places: frozenset[str] = frozenset()
    """All names of the channel that is called."""
    changes: bool = True
    """Whether it would change something: the queue is for these alone."""


SOME_CALL = Call()


@dataclass(frozen=True, slots=True)
class Rule:
    """Treats calls of some methods and channels by `replies` in turn: `429, 500 and hang by turns for ten minutes`.

    Of the calls that match, the first `after` are let pass, the next `times` are treated, each with the probability
    `share`; all of them within `seconds` after the rule was given. None is no limit.
    """

    replies: tuple[Reply, ...]
    methods: frozenset[str] = frozenset()
    """Empty: every call that changes something."""
    channels: frozenset[str] = frozenset()
    """Names or ids; empty: any."""
    after: int = 0
    times: int | None = None
    seconds: float | None = None
    share: float = 1.0

    @classmethod
    def parse(cls, content: dict[str, Any]) -> "Rule":
        """Read `{"replies": […], "methods"?, "channels"?, "after"?, "times"?, "seconds"?, "share"?}`.

        Raises ValueError, TypeError or KeyError.
        """
        if unknown := content.keys() - {field.name for field in fields(cls)}:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        replies = tuple(Reply.parse(reply) for reply in content["replies"])
        if not replies:
            raise ValueError("a rule needs replies")
        if not all(isinstance(content.get(key), int | float | None) for key in ("after", "times", "seconds", "share")):
            raise TypeError("after, times, seconds and share are numbers")
        read: dict[str, Any] = {**content, "replies": replies}
        read |= {key: _words(content[key]) for key in ("methods", "channels") if key in content}
        return cls(**read)

    def is_for(self, call: Call) -> bool:
        """Whether it matches a call, the numbers and times aside."""
        by_method = call.method in self.methods if self.methods else call.changes
        return by_method and (not self.channels or bool(self.channels & call.places))


class _Running:
    """A rule since it was given."""

    def __init__(self, rule: Rule, now: int) -> None:
        self._rule = rule
        self._since = now
        self._seen = self._treated = 0
        self._random = random.Random(0)

    def treat(self, call: Call, now: int) -> Reply | None:
        """The reply to a call; None: the rule does not treat this one."""
        rule = self._rule
        if not rule.is_for(call) or (rule.seconds is not None and now >= self._since + rule.seconds * 1_000_000):
            return None
        self._seen += 1
        if self._seen <= rule.after or (rule.times is not None and self._seen > rule.after + rule.times):
            return None
        if self._random.random() >= rule.share:
            return None
        self._treated += 1
        return rule.replies[(self._treated - 1) % len(rule.replies)]


class Script:
    """The queue of replies, each taken by one call that changes something, and the rules for whatever comes then."""

    def __init__(self, *replies: Reply) -> None:
        self._replies = deque(replies)
        self._rules: list[_Running] = []

    def push(self, *replies: Reply) -> None:
        """Put replies at the end."""
        self._replies.extend(replies)

    def rule(self, *rules: Rule, now: int = 0) -> None:
        """Add rules from `now` (microseconds) on; of several that treat a call the one given first does."""
        self._rules += [_Running(rule, now) for rule in rules]

    def clear(self) -> None:
        """Return to good service."""
        self._replies.clear()
        self._rules.clear()

    def next(self, call: Call = SOME_CALL, now: int = 0) -> Reply:
        """Take the reply to a call; good service when there is none."""
        if self._replies and call.changes:
            return self._replies.popleft()
        treatments = (rule.treat(call, now) for rule in self._rules)
        return next((reply for reply in treatments if reply is not None), GOOD_SERVICE)

    def __len__(self) -> int:
        return len(self._replies)


def _words(value: Collection[str]) -> frozenset[str]:
    """Take a list of names; a bare string would be one of letters."""
    if isinstance(value, str) or not all(isinstance(word, str) for word in value):
        raise TypeError("must be a list of strings")
    return frozenset(value)
