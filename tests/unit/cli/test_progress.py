"""Signs of progress."""

import io
import sys

import pytest

from slamon.cli.progress import reading_bar, sign_of_life


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_how_far_reading_is(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with reading_bar() as report:
        assert report is not None
        report(5_000, 10_000)
        report(10_000, 10_000)
    with sign_of_life("judging"):
        pass
    assert "reading" in terminal.getvalue()
    assert "10.0/10.0 kB" in terminal.getvalue()
    assert "judging" in terminal.getvalue()


def test_elsewhere_there_is_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with reading_bar() as report, sign_of_life("judging"):
        assert report is None
    assert capsys.readouterr() == ("", "")
