"""The log: one JSON object a line on stderr, slamon's own lines and its libraries'; no secrets, no locals."""

from __future__ import annotations

import json
import logging
import math
import re
import sys
import traceback
from collections.abc import Iterable, Mapping, MutableMapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, TextIO, TypeAlias

import structlog

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor

_ExcInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None]

HIDDEN = "***"
_SHORTEST_SECRET = 4
_LONGEST_TEXT = 16_384
_DEEPEST = 8
# What a terminal would obey instead of show: control characters, marks that turn the direction of text.
_OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_BREAKS = re.compile(r"[\t\n]")
_UNUSABLE = '{"event": "log.line_unusable", "level": "error", "logger": "slamon.logs"}\n'


def configure_logs(
    *,
    level: str = "info",
    libraries: str = "warning",
    console: bool = False,
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Set up logging for this process; the last call counts.

    `level` is for slamon's own loggers, `libraries` for all others. `console` gives text for people, on a
    terminal only. None of `secrets` is ever written, whoever logs it.
    """
    out = sys.stderr if stream is None else stream
    formatter = _formatter(secrets, for_terminal=console and out.isatty())
    _route_standard_logging(out, formatter, level=level, libraries=libraries)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_first_steps(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _first_steps() -> list[Processor]:
    """What every line gets, slamon's own and a library's alike."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _format_exception,
    ]


def _formatter(secrets: Iterable[str], *, for_terminal: bool) -> logging.Formatter:
    """The last steps of every line: cleaned of secrets, written as JSON or for a terminal."""
    render: Processor = structlog.processors.JSONRenderer(serializer=json.dumps)
    if for_terminal:
        render = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_first_steps(),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _Cleaned(secrets, for_terminal=for_terminal),
            render,
        ],
    )


def _route_standard_logging(out: TextIO, formatter: logging.Formatter, *, level: str, libraries: str) -> None:
    """Let every standard logger of this process write through one formatter, and nothing beside it."""
    stream = _Stream(out)
    stream.setFormatter(formatter)
    root = logging.getLogger()
    for present in list(root.handlers):
        root.removeHandler(present)
    root.addHandler(stream)
    root.setLevel(libraries.upper())
    logging.getLogger("slamon").setLevel(level.upper())
    logging.captureWarnings(capture=True)


class _Stream(logging.StreamHandler[TextIO]):
    """Writes lines; where one can't be made, says just that: the default would print the arguments."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        """Note that a line was lost, without any part of it."""
        del record
        try:
            self.stream.write(_UNUSABLE)
            self.flush()
        except (OSError, ValueError):  # stderr is gone: there is nobody to tell
            return


def _format_exception(logger: Any, method: str, event: EventDict) -> EventDict:
    """Turn `exc_info` into the text of the traceback, without the values of local variables."""
    del logger, method
    found = _exception(event.pop("exc_info", None))
    if found is not None:
        lines = traceback.TracebackException(*found, capture_locals=False, compact=True).format()
        event["exception"] = "".join(lines).rstrip()
    return event


def _exception(given: Any) -> _ExcInfo | None:
    if isinstance(given, BaseException):
        return type(given), given, given.__traceback__
    if isinstance(given, tuple) and len(given) == len(("type", "value", "traceback")):
        return None if given[0] is None else given
    if given:
        kind, value, trace = sys.exc_info()
        return None if kind is None or value is None else (kind, value, trace)
    return None


class _Cleaned:
    """Makes every value plain, short and free of secrets, as the last step before a line is written."""

    def __init__(self, secrets: Iterable[str], *, for_terminal: bool) -> None:
        """Secrets shorter than four characters would take every line apart and are left."""
        known = sorted({text for text in secrets if len(text) >= _SHORTEST_SECRET}, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, known))) if known else None
        self._for_terminal = for_terminal

    def __call__(self, logger: Any, method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
        """Clean one line's values and keys."""
        del logger, method
        return {self._text(str(key)): self._plain(value, 0, str(key)) for key, value in event.items()}

    def _plain(self, value: Any, depth: int, key: str = "") -> Any:
        if value is None or isinstance(value, bool | int):
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else str(value)
        if isinstance(value, str):
            return self._text(value, keep_breaks=key == "exception")
        if depth < _DEEPEST and isinstance(value, Mapping):
            return {self._text(str(name)): self._plain(item, depth + 1) for name, item in value.items()}
        if depth < _DEEPEST and isinstance(value, list | tuple | set | frozenset):
            return [self._plain(item, depth + 1) for item in value]
        return self._text(_shown(value))

    def _text(self, text: str, *, keep_breaks: bool = False) -> str:
        if self._secrets is not None:
            text = self._secrets.sub(HIDDEN, text)
        if self._for_terminal:
            text = _OBEYED.sub(_escaped, text)
            text = text if keep_breaks else _BREAKS.sub(_escaped, text)
        return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "…"


def _escaped(found: re.Match[str]) -> str:
    return repr(found[0])[1:-1] if found[0].isascii() else f"\\u{ord(found[0]):04x}"


def _shown(value: Any) -> str:
    try:
        return repr(value)
    except Exception:  # noqa: BLE001 - a broken __repr__ must not cost the line
        return f"<{type(value).__name__}>"
