"""`slamon report`."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import AS_OF, ORDER, page, slamon
from tests.configurations import SMALLEST
from tests.fakes.daemon import scripted_daemon

PATH = "/api/v1/orders"
LINES = "".join(
    json.dumps({"order_id": order_id, "system": "shop", "occurred_at": at, "status": status, **more}) + "\n"
    for order_id, at, status, more in (
        ("kept", "2027-01-01T09:00:00Z", "SUBMITTED", {"client_name": "=1+1", "channel": "b2b"}),
        ("kept", "2027-01-11T09:00:00Z", "SHIPPED", {}),
        ("broken", "2027-01-01T09:00:00Z", "SUBMITTED", {"client_name": "<script>", "channel": "shop"}),
        ("broken", "2027-01-24T09:00:00Z", "SHIPPED", {}),
        ("later", "2027-02-01T09:00:00Z", "SUBMITTED", {}),
    )
)


@pytest.fixture
def events(tmp_path: Path) -> str:
    file = tmp_path / "events.jsonl"
    file.write_text(LINES)
    return str(file)


def _json(*words: str) -> dict[str, Any]:
    ran = slamon("report", *words, "--format", "json", env={"SLAMON_CONFIG": None, "SLAMON_URL": None})
    assert (ran.code, ran.err) == (0, "")
    shown = json.loads(ran.out)
    assert isinstance(shown, dict)
    return shown


def test_a_report_of_recorded_events(events: str) -> None:
    shown = _json(events, "--from", "2027-01-01", "--to", "2027-01-31", "--by", "channel")
    assert shown["as_of"] == "2027-02-01T09:00:00Z"
    assert shown["promises"]["kept_ratio"] == 0.5
    assert shown["left_out"] == {"outside": 1, "without_promise": 0}
    assert [row["group"] for row in shown["groups"]] == ["shop", "b2b"]
    assert shown["cohorts"][0]["week"] == "2027-W03"


@pytest.mark.parametrize(
    ("since", "until", "orders"),
    [
        ("2027-01-22", "2027-01-22", 2),
        ("2027-01-22T09:00:00Z", "2027-01-22T09:00:00.000001Z", 2),
        ("2027-01-22T12:00:00+03:00", "2027-01-23", 2),
        ("2027-01-22T09:00:00.000001Z", "2027-01-23", 0),
        ("2027-01-01", "2027-01-22T09:00:00Z", 0),
        ("2027-01-01", "2027-01-21", 0),
    ],
)
def test_a_date_as_the_end_is_included_and_a_time_is_not(events: str, since: str, until: str, orders: int) -> None:
    assert _json(events, "--from", since, "--to", until)["promises"]["orders"] == orders


def test_at_is_when_recorded_events_are_judged(events: str) -> None:
    shown = _json(events, "--at", "2027-01-23T00:00:00Z")
    assert (shown["as_of"], shown["promises"]["breached"]) == ("2027-01-23T00:00:00Z", 1)


def test_every_format(events: str) -> None:
    table = slamon("report", events, "--by", "client")
    assert (table.code, table.err) == (0, "")
    assert "promise kept" in table.out
    text = slamon("report", events, "--by", "client", "--format", "csv").out
    groups = {row[1] for row in csv.reader(io.StringIO(text)) if row[0] == "by_client"}
    assert groups == {"'=1+1", "<script>", "(unknown)"}
    html = slamon("report", events, "--by", "client", "--format", "html").out
    assert html.startswith("<!doctype html>")
    assert "&lt;script&gt;" in html
    assert "<script" not in html


def test_the_configuration_decides_promises_and_stages(events: str, tmp_path: Path) -> None:
    config = tmp_path / "slamon.yaml"
    config.write_text(SMALLEST + "sla: {promise: {duration: P60D}}\n")
    assert _json(events, "--config", str(config))["promises"]["kept_ratio"] == 1.0


def test_an_empty_file_is_a_report_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "none.jsonl").write_text("")
    shown = _json(str(tmp_path / "none.jsonl"))
    assert (shown["as_of"], shown["promises"]["kept_ratio"], shown["lead_time"]["p50_seconds"]) == (None, None, None)
    ran = slamon("report", str(tmp_path / "none.jsonl"))
    assert (ran.code, "0%" in ran.out) == (0, False)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "soon"), "is no time, allowed is a date"),
        (("--to", "2027-02-30"), "is no time, allowed is a date"),
        (("--from", "2027-01-01T00:00:00"), "is no time, allowed is a date"),
        (("--from", "2027-01-02", "--to", "2027-01-01"), "lies before --from or at it"),
        (("--from", "2027-01-02T00:00:00Z", "--to", "2027-01-02T00:00:00Z"), "lies before --from or at it"),
        (("--url", "http://a:1"), "is for a report without files"),
        (("--by", "colour"), "colour"),
        (("--at", "soon"), "is no time"),
        (("--source", "x"), "is no source"),
    ],
)
def test_wrong_usage_is_2(events: str, words: tuple[str, ...], said: str) -> None:
    ran = slamon("report", events, *words)
    assert (ran.code, ran.out) == (2, "")
    assert said in " ".join(ran.err.split())


@pytest.mark.parametrize("option", ["--at", "--source"])
def test_what_is_for_files_needs_a_file(option: str) -> None:
    ran = slamon("report", option, "2027-01-01T00:00:00Z", "--url", "http://127.0.0.1:1")
    assert (ran.code, ran.out) == (2, "")
    assert "name a file" in " ".join(ran.err.split())


def test_a_file_that_can_not_be_read_is_1(tmp_path: Path) -> None:
    ran = slamon("report", str(tmp_path / "none.jsonl"))
    assert (ran.code, ran.out) == (1, "")
    assert "none.jsonl" in ran.err


def test_a_daemon_somewhere_does_not_stand_in_the_way_of_files(events: str) -> None:
    assert slamon("report", events, env={"SLAMON_URL": "http://127.0.0.1:1"}).code == 0


def test_a_report_of_a_running_daemon_has_all_of_its_orders() -> None:
    with scripted_daemon() as daemon:
        daemon.answer(PATH, {**page("orders", [ORDER] * 500, after="c1"), "as_of": "2027-01-25T00:00:00Z"})
        daemon.answer(PATH, {**page("orders", [], after="c2"), "as_of": None})
        daemon.answer(PATH, page("orders", [{**ORDER, "causes": {"work": 5}}]))
        shown = _json("--url", daemon.url)
        assert [dict(query) for _, query in daemon.asked] == [
            {"sort": "order_id", "limit": "500"},
            {"sort": "order_id", "limit": "500", "cursor": "c1"},
            {"sort": "order_id", "limit": "500", "cursor": "c2"},
        ]
    assert shown["promises"]["breached"] == 501
    assert shown["as_of"] == AS_OF
    assert shown["causes"] == [{"cause": "work", "seconds": 5, "share": 1.0, "cumulative_share": 1.0, "orders": 1}]


def test_a_daemon_that_gives_something_else_is_1() -> None:
    for orders in ([{"order_id": "x"}], ["x"], [{**ORDER, "causes": 5}]):
        with scripted_daemon() as daemon:
            daemon.answer(PATH, page("orders", orders))
            ran = slamon("report", "--url", daemon.url)
        assert (ran.code, ran.out) == (1, "")
        assert "is not slamon's API" in ran.err


def test_no_daemon_is_1() -> None:
    ran = slamon("report", "--url", "http://127.0.0.1:1")
    assert (ran.code, ran.out) == (1, "")
    assert "no answer from http://127.0.0.1:1" in ran.err
