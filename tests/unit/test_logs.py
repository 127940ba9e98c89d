"""The log: lines that nothing breaks, and no secrets in them."""

import io
import json
import logging
import warnings
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from slamon.logs import HIDDEN, configure_logs

SECRET = "xoxb-canary-5f3a"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    root = logging.getLogger()
    present, level = list(root.handlers), root.level
    yield
    root.handlers[:] = present
    root.setLevel(level)
    logging.getLogger("slamon").setLevel(logging.NOTSET)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def _configured(**options: Any) -> io.StringIO:
    out = io.StringIO()
    configure_logs(stream=out, secrets=[SECRET], **options)
    return out


def _lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_line_is_one_json_object_with_time_level_and_logger() -> None:
    out = _configured()
    structlog.get_logger("slamon.ingest").info("batch.applied", topic="orders", events=5)
    (line,) = _lines(out)
    at = line.pop("timestamp")
    assert at.endswith("Z")
    assert datetime.fromisoformat(at).tzinfo is not None
    assert line == {
        "event": "batch.applied",
        "topic": "orders",
        "events": 5,
        "level": "info",
        "logger": "slamon.ingest",
    }


def test_lines_of_libraries_look_the_same() -> None:
    out = _configured()
    logging.getLogger("aiokafka.cluster").warning("broker %s is away", "b1")
    (line,) = _lines(out)
    assert (line["event"], line["level"], line["logger"]) == (
        "broker b1 is away",
        "warning",
        "aiokafka.cluster",
    )
    assert line["timestamp"].endswith("Z")


def test_warnings_are_lines_too() -> None:
    out = _configured()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("take care", stacklevel=1)
    assert "take care" in _lines(out)[0]["event"]


def test_slamon_and_libraries_have_levels_of_their_own() -> None:
    out = _configured(level="debug", libraries="error")
    structlog.get_logger("slamon.x").debug("shown")
    structlog.get_logger("other").warning("hidden")
    logging.getLogger("faust").warning("hidden")
    logging.getLogger("faust").error("shown")
    assert [line["event"] for line in _lines(out)] == ["shown", "shown"]


def test_bound_context_is_in_the_line() -> None:
    out = _configured()
    with structlog.contextvars.bound_contextvars(worker="w1"):
        structlog.get_logger("slamon.x").bind(group="g").info("a.b")
    assert (_lines(out)[0]["worker"], _lines(out)[0]["group"]) == ("w1", "g")


def test_the_last_configuration_counts() -> None:
    first = _configured()
    second = _configured()
    structlog.get_logger("slamon.x").info("a.b")
    assert first.getvalue() == ""
    assert len(_lines(second)) == 1


class Careless:
    def __init__(self, token: str) -> None:
        self.token = token

    def __repr__(self) -> str:
        return f"Careless({self.token})"


@pytest.mark.parametrize(
    "value",
    [
        SECRET,
        f"Bearer {SECRET}!",
        [SECRET],
        {"a": {"b": [SECRET]}},
        {SECRET: 1},
        (SECRET,),
        {SECRET},
        Careless(SECRET),
        [Careless(SECRET)],
        SECRET.encode(),
        ValueError(SECRET),
        [[[[[[[[[[SECRET]]]]]]]]]],
    ],
    ids=str,
)
def test_a_secret_is_in_no_value(value: object) -> None:
    out = _configured()
    structlog.get_logger("slamon.x").info("a.b", value=value)
    assert SECRET not in out.getvalue()
    assert HIDDEN in out.getvalue()


def test_a_secret_is_in_no_event_key_or_argument() -> None:
    out = _configured()
    structlog.get_logger("slamon.x").info(SECRET, **{SECRET: 1})
    logging.getLogger("aiokafka").warning("login with %s", SECRET)
    logging.getLogger("aiokafka").warning("login", extra={"password": SECRET})
    assert SECRET not in out.getvalue()
    assert len(_lines(out)) == 3


def _refuse(text: str) -> None:
    local = "a-local-" + "canary"
    raise ValueError(text) from KeyError(SECRET, len(local))


def test_tracebacks_show_neither_secrets_nor_local_variables() -> None:
    out = _configured()
    try:
        _refuse(f"refused {SECRET}")
    except ValueError as error:
        structlog.get_logger("slamon.x").exception("a.b")
        structlog.get_logger("slamon.x").error("a.b", exc_info=error)
        logging.getLogger("faust").exception("c.d")
    assert len(_lines(out)) == 3
    for line in _lines(out):
        assert "ValueError: refused ***" in line["exception"]
        assert "KeyError" in line["exception"]
    assert SECRET not in out.getvalue()
    assert "a-local-canary" not in out.getvalue()


def test_without_an_exception_there_is_no_traceback() -> None:
    out = _configured()
    structlog.get_logger("slamon.x").info("a.b", exc_info=True)
    structlog.get_logger("slamon.x").info("a.b", exc_info=(None, None, None))
    assert all("exception" not in line and "exc_info" not in line for line in _lines(out))


def test_a_line_that_can_not_be_made_says_just_that() -> None:
    out = _configured()
    logging.getLogger("aiokafka").warning("number %d", SECRET)
    assert [line["event"] for line in _lines(out)] == ["log.line_unusable"]
    assert SECRET not in out.getvalue()


def test_a_stream_that_is_gone_stops_nothing() -> None:
    out = _configured()
    out.close()
    structlog.get_logger("slamon.x").info("a.b")


class Unprintable:
    def __repr__(self) -> str:
        raise RuntimeError("no")


def test_odd_values_cost_no_line() -> None:
    out = _configured()
    circle: list[Any] = []
    circle.append(circle)
    structlog.get_logger("slamon.x").info("a.b", x=float("nan"), y=Unprintable(), z=circle, big=10**400, no=None)
    (line,) = _lines(out)
    assert (line["x"], line["y"], line["no"]) == ("nan", "<Unprintable>", None)


def test_long_texts_are_cut() -> None:
    out = _configured()
    structlog.get_logger("slamon.x").info("a.b", text="x" * 1_000_000)
    assert len(out.getvalue()) < 20_000


@given(st.text(st.characters()), st.text(st.characters()))
def test_nothing_breaks_a_line(event: str, value: str) -> None:
    out = _configured()
    structlog.get_logger("slamon.x").info(event, value=value)
    logging.getLogger("aiokafka").warning("%s", value)
    assert out.getvalue().isascii()
    assert len(out.getvalue().splitlines()) == 2
    assert _lines(out)[0]["value"] == value


def test_text_for_people_on_a_terminal_only() -> None:
    out = _configured(console=True)
    structlog.get_logger("slamon.x").info("a.b")
    assert _lines(out)[0]["event"] == "a.b"
    terminal = Terminal()
    configure_logs(stream=terminal, console=True, secrets=[SECRET])
    structlog.get_logger("slamon.x").info("a.b", token=SECRET)
    assert "a.b" in terminal.getvalue()
    assert HIDDEN in terminal.getvalue()
    with pytest.raises(ValueError, match="Expecting value"):
        json.loads(terminal.getvalue())


def test_a_terminal_obeys_nothing_from_outside() -> None:
    terminal = Terminal()
    configure_logs(stream=terminal, console=True)
    log = structlog.get_logger("slamon.x")
    log.info("forged\n2027-01-01 [info] line", a="x\x1b]0;owned\x07", b="\u202eevil", c="\x9b31m", d="\ud800")
    assert len(terminal.getvalue().splitlines()) == 1
    for obeyed in ("\x1b]", "\x07", "\u202e", "\x9b", "\ud800"):
        assert obeyed not in terminal.getvalue()
    try:
        _refuse("first\x1b[2Jsecond")
    except ValueError:
        log.exception("a.b")
    assert "\x1b[2J" not in terminal.getvalue()
    assert "\n  File" in terminal.getvalue()
