"""The tree of slamon's own errors, split on what a caller does about them.

::

    SlamonError
    ├── ConfigError          the configuration is wrong: show every problem, exit 2
    ├── DecodeError          one record can't be used: dead letter, go on
    ├── InputError           a file for `replay` can't be read: exit 1
    ├── SourceError          a broker or daemon did not answer: wait and try again
    ├── SinkError            a receiver refused (permanent) or failed (retry) a notice
    └── EngineError          the stream engine can't go on safely: end the process, a supervisor restarts it
"""

from __future__ import annotations


class SlamonError(Exception):
    """Root of everything that slamon raises on purpose."""


class ConfigError(SlamonError):
    """The configuration is wrong; `problems` holds one line each: place, key, what is wrong, what is allowed."""

    def __init__(self, problems: list[str]) -> None:
        """Keep every problem, so that a user mends all of them in one go."""
        super().__init__("\n".join(problems))
        self.problems = problems


class DecodeError(SlamonError):
    """One record can't be used; `reason` is of a closed set (a metric label), the message tells a person more."""

    def __init__(self, reason: str, detail: str) -> None:
        """`reason`: not_json, not_object, invalid, too_large, future_dated or internal_error."""
        super().__init__(detail)
        self.reason = reason


class InputError(SlamonError):
    """An input file can't be read: missing, truncated, not what its name says."""


class SourceError(SlamonError):
    """A remote side did not answer; the same question may succeed later."""


class SinkError(SlamonError):
    """A receiver did not take a notice; never carries a URL or a token."""

    def __init__(self, reason: str, detail: str, *, permanent: bool, retry_after: float | None = None) -> None:
        """`retry_after` in seconds when the receiver said so; `permanent` means that repeating can't help."""
        super().__init__(detail)
        self.reason = reason
        self.permanent = permanent
        self.retry_after = retry_after


class EngineError(SlamonError):
    """The stream engine met something that it must not run past (a refused changelog record, a fenced member)."""
