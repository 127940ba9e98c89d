"""Questions to a daemon over HTTP."""

import socket
from pathlib import Path

import pytest
import typer

from slamon.cli.daemon import DEFAULT_URL, Daemon
from tests.command_line import AS_OF, page
from tests.configurations import SMALLEST
from tests.fakes.daemon import ScriptedDaemon, scripted_daemon

PATH = "/api/v1/orders"


def _ended(capsys: pytest.CaptureFixture[str], ended: pytest.ExceptionInfo[typer.Exit]) -> tuple[int, str]:
    out, err = capsys.readouterr()
    assert out == ""
    return ended.value.exit_code, err


def test_the_url_is_given_or_the_configurations_or_the_default(tmp_path: Path) -> None:
    file = tmp_path / "slamon.yaml"
    assert Daemon(None, None).url == DEFAULT_URL
    for web, url in (
        ("{port: 9}", "http://127.0.0.1:9"),
        ("{host: 0.0.0.0}", "http://127.0.0.1:8080"),
        ('{host: "::"}', "http://[::1]:8080"),
        ("{host: slamon.example}", "http://slamon.example:8080"),
    ):
        file.write_text(f"{SMALLEST}web: {web}\n")
        assert Daemon(None, str(file)).url == url
        assert Daemon("https://a:1/base/", str(file)).url == "https://a:1/base"


def test_a_wrong_configuration_or_url_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        Daemon(None, str(tmp_path / "none.yaml"))
    assert _ended(capsys, ended)[0] == 2
    with pytest.raises(typer.Exit) as ended:
        Daemon("localhost:8080", None)
    assert _ended(capsys, ended) == (
        2,
        "--url: is no URL, allowed is one that starts with http:// or https://\n",
    )


def test_pages_are_followed_up_to_the_limit() -> None:
    with scripted_daemon() as daemon:
        daemon.answer(PATH, {**page("orders", [1] * 500, after="c1"), "as_of": "2027-01-02T00:00:00Z"})
        daemon.answer(PATH, {**page("orders", [2] * 500, after="c2"), "as_of": "2027-01-01T00:00:00Z"})
        daemon.answer(PATH, page("orders", [3] * 7, after="c3"))
        answer = Daemon(daemon.url, None).list(PATH, "orders", [("verdict", "breached")], 1007)
        assert [dict(query) for _, query in daemon.asked] == [
            {"verdict": "breached", "limit": "500"},
            {"verdict": "breached", "limit": "500", "cursor": "c1"},
            {"verdict": "breached", "limit": "7", "cursor": "c2"},
        ]
    assert answer["orders"] == [1] * 500 + [2] * 500 + [3] * 7
    assert (answer["as_of"], answer["complete"], answer["next"]) == ("2027-01-01T00:00:00Z", True, "c3")


def test_pages_end_with_the_list() -> None:
    with scripted_daemon() as daemon:
        daemon.answer(PATH, page("orders", [1], after="c1"))
        daemon.answer(PATH, page("orders", [], after="c2"))
        assert Daemon(daemon.url, None).list(PATH, "orders", [], 50)["orders"] == [1]
        assert len(daemon.asked) == 2


def test_an_incomplete_list_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with scripted_daemon() as daemon:
        daemon.answer(PATH, page("orders", [1], after="c1"))
        daemon.answer(PATH, page("orders", [2], complete=False))
        answer = Daemon(daemon.url, None).list(PATH, "orders", [], 50)
    assert answer["complete"] is False
    assert answer["as_of"] == AS_OF
    assert "incomplete" in capsys.readouterr().err


def test_pages_are_followed_to_the_end_and_an_empty_one_is_not_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    with scripted_daemon() as daemon:
        daemon.answer(PATH, page("orders", [1], after="c1", complete=False))
        daemon.answer(PATH, page("orders", [], after="c2"))
        daemon.answer(PATH, page("orders", [2]))
        pages = list(Daemon(daemon.url, None).pages(PATH, "orders", [("sort", "order_id")]))
    assert [one["orders"] for one in pages] == [[1], [], [2]]
    assert [dict(query).get("cursor") for _, query in daemon.asked] == [None, "c1", "c2"]
    assert "incomplete" in capsys.readouterr().err


def test_pages_of_something_else_end_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    with scripted_daemon() as daemon:
        daemon.answer(PATH, {"orders": 5})
        with pytest.raises(typer.Exit) as ended:
            list(Daemon(daemon.url, None).pages(PATH, "orders", []))
    code, err = _ended(capsys, ended)
    assert code == 1
    assert "is not slamon's API" in err


def test_names_are_escaped_in_the_path() -> None:
    with scripted_daemon() as daemon:
        daemon.answer(f"{PATH}/a/b ?#é", {"order_id": "x"})
        assert Daemon(daemon.url, None).one(PATH, "a/b ?#é", "missing") == {"order_id": "x"}


def test_a_path_before_the_api_is_kept() -> None:
    with scripted_daemon() as daemon:
        daemon.answer("/slamon" + PATH, page("orders", []))
        assert Daemon(daemon.url + "/slamon/", None).list(PATH, "orders", [], 50)["orders"] == []


def test_nothing_of_that_name_ends_with_3(capsys: pytest.CaptureFixture[str]) -> None:
    with scripted_daemon() as daemon, pytest.raises(typer.Exit) as ended:
        Daemon(daemon.url, None).one(PATH, "o-9", "order o-9 is not known")
    assert _ended(capsys, ended) == (3, "order o-9 is not known\n")


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (400, {"error": "sort: 'x' is not one of due_at"}, "answers 400: sort: 'x' is not one of due_at"),
        (503, b"<html>", "answers 503"),
        (404, b"", "answers 404"),
        (302, b"", "answers 302"),
        (200, b"<html>", "is not slamon's API"),
        (200, [], "is not slamon's API"),
        (200, {"orders": 5}, "is not slamon's API"),
    ],
)
def test_other_answers_end_with_1(status: int, body: object, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with scripted_daemon() as daemon:
        daemon.answer(PATH, body, status)
        with pytest.raises(typer.Exit) as ended:
            Daemon(daemon.url, None).list(PATH, "orders", [], 50)
    code, err = _ended(capsys, ended)
    assert code == 1
    assert said in err


def test_no_answer_ends_with_1_and_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(typer.Exit) as ended:
            Daemon(url, None).get(PATH, [])
    code, err = _ended(capsys, ended)
    assert code == 1
    assert err == f"no answer from {url} (Connection refused); is `slamon run` up, and is --url right?\n"


def test_the_script_of_a_daemon_is_a_script() -> None:
    daemon = ScriptedDaemon()
    daemon.answer("/x", 1)
    assert daemon._reply("/x?a=1") == (200, b"1")
    assert daemon.asked == [("/x", [("a", "1")])]
