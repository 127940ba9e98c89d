import io

import pytest

from slamon.demo.compare import Comparison, Row
from slamon.demo.screen import Progress, Screen


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def progress(seconds: float = 0.0) -> Progress:
    return Progress(
        seconds=seconds, day=3.2, days=30.0, orders=7, records=41, due=5, sent=4, dead_letters=1, latest=["Order A-1"]
    )


AGREED = Comparison((Row("breached", 2, {"Slack": 2, "webhook": 2}),))
DIFFERS = Comparison(
    (
        Row(
            "breached", 2, {"Slack": 1}, missing=("A-1 (Slack)",), unexpected=tuple(f"B-{n} (Slack)" for n in range(20))
        ),
    ),
    void=("A-7",),
    repeats=2,
)


def test_off_a_terminal_there_are_plain_lines_now_and_then() -> None:
    out, err = io.StringIO(), io.StringIO()
    screen = Screen(out, err)
    for seconds in (0.0, 0.5, 4.9, 5.0, 5.5):
        screen.progress(progress(seconds))
    line = "day 3 of 30: 7 orders, 41 records; notices due 5, sent 4; dead letters 1\n"
    assert (out.getvalue(), err.getvalue()) == ("", line * 2)


def test_on_a_terminal_the_display_is_live_and_taken_away() -> None:
    out, err = io.StringIO(), Terminal()
    screen = Screen(out, err)
    screen.progress(progress())
    screen.close()
    assert "7 orders" in err.getvalue()
    assert "Order A-1" in err.getvalue()
    assert "\x1b[" in err.getvalue()


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    out = Terminal()
    Screen(out, io.StringIO()).result(DIFFERS, [])
    assert "\x1b[31m" not in out.getvalue()
    assert "\x1b[1;31m" not in out.getvalue()


def test_the_box_goes_to_stdout_with_whole_urls() -> None:
    out, err = io.StringIO(), io.StringIO()
    url = "http://127.0.0.1:31999/api/v1/orders"
    Screen(out, err).show_urls([("orders", url)], "Ctrl-C ends it")
    assert url in out.getvalue()
    assert "Ctrl-C ends it" in out.getvalue()
    assert err.getvalue() == ""


def test_agreement_is_a_table_and_the_delay() -> None:
    out = io.StringIO()
    Screen(out, io.StringIO()).result(AGREED, [0.1, 0.2, 0.4])
    header, _, row, verdict, delay = out.getvalue().splitlines()
    assert header.split() == ["kind", "expected", "at", "Slack", "at", "webhook", "missing", "unexpected"]
    assert row.split() == ["breached", "2", "2", "2", "0", "0"]
    assert verdict == "What was sent is what had to be sent."
    assert delay == "From the instant a notice was due to Slack: median 0.20 s, slowest 0.40 s"
    assert "\x1b" not in out.getvalue()


def test_differences_are_named() -> None:
    out = io.StringIO()
    Screen(out, io.StringIO()).result(DIFFERS, [])
    text = out.getvalue()
    assert "What was sent differs:\nbreached, missing: A-1 (Slack)\n" in text
    assert "B-11 (Slack) and 8 more\n" in text
    assert "2 calls repeated" in text
    assert "too busy" in text
    assert "1 orders: A-7" in text


def test_words_from_outside_are_no_markup() -> None:
    err = io.StringIO()
    Screen(io.StringIO(), err).say("[bold]Gemma <Fine Rings>[/bold] :smile: " + "x" * 300)
    assert err.getvalue() == "[bold]Gemma <Fine Rings>[/bold] :smile: " + "x" * 300 + "\n"
