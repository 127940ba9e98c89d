"""Where words go, and what is done to them before."""

import io
import json
import sys

import pytest
import typer

from slamon.cli.output import cell, emit, fail, harmless, json_line, refuse_configuration, screen, table, write_pieces


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_json_is_one_line_of_utf_8() -> None:
    assert json_line({"a": "ё\n", "b": None}) == '{"a":"ё\\n","b":null}\n'.encode()


def test_json_survives_names_of_files_that_are_no_text() -> None:
    line = json_line({"source": "\udcff.jsonl"})
    assert line.isascii()
    assert json.loads(line) == {"source": "\udcff.jsonl"}


@pytest.mark.parametrize("obeyed", ["\x1b[31m", "\x07", "\n", "\r", "\x9b", "\u202e", "\u200b", "\ufeff", "\ud800"])
def test_nothing_from_outside_reaches_a_terminal_that_obeys(obeyed: str) -> None:
    assert harmless(f"a{obeyed}b") == f"a {obeyed[1:]}b"
    assert cell(f"a{obeyed}").plain == f"a {obeyed[1:]}"


def test_cells_know_no_markup_and_show_unknown_as_a_dash() -> None:
    assert cell("[bold]x[/bold]").plain == "[bold]x[/bold]"
    assert cell(None).plain == "-"
    assert cell(0).plain == "0"


def test_failing_says_why_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        fail("no\x1b[2J", 3)
    assert ended.value.exit_code == 3
    assert capsys.readouterr() == ("", "no [2J\n")


def test_every_problem_of_a_configuration_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        refuse_configuration(["a", "b"])
    assert ended.value.exit_code == 2
    assert capsys.readouterr() == ("", "a\nb\n")


def test_data_goes_out_as_it_is(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    emit("ё".encode())
    assert capsysbinary.readouterr().out == "ё".encode()


def test_a_pipe_gets_plain_and_whole_lines(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    made = table("one", "two")
    made.add_row(cell("x" * 300, "red"), cell("y"))
    screen().print(made)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert "x" * 300 in lines[1]
    assert "\x1b" not in "".join(lines)


def test_a_terminal_gets_colours_unless_it_says_no(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = {}
    monkeypatch.setenv("TERM", "xterm-256color")
    for no_colour in ("", "1"):
        terminal = Terminal()
        monkeypatch.setattr(sys, "stdout", terminal)
        monkeypatch.setenv("NO_COLOR", no_colour)
        screen().print(cell("late", "red"))
        shown[no_colour] = terminal.getvalue()
    assert "\x1b[31m" in shown[""]
    assert "\x1b[31m" not in shown["1"]


def test_pieces_are_written_in_order_whatever_their_size(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    pieces = [b"a" * 70_000, b"", b"b", b"c" * 200_000]
    write_pieces(pieces)
    assert capsysbinary.readouterr().out == b"".join(pieces)
