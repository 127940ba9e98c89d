"""The report as an HTML page."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from slamon.reports.page import report_page
from slamon.reports.report import By, Calibration, Report, Scope
from slamon.reports.shape import report_json
from tests.unit.reports.orders import empty, mixed, order

HOSTILE = "<script>alert('x')</script>\"&\u202e"


class Read(HTMLParser):
    """The tags, attributes and words of a page; knows whether every tag is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.words: list[str] = []
        self.unclosed: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in {"meta", "wbr"}:
            self.unclosed.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.unclosed.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.unclosed[-1:] != ["style"]:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def _read(report: dict[str, Any], rows: int = 20) -> Read:
    read = Read(report_page(report, rows))
    assert read.unclosed == []
    return read


def test_the_numbers_of_the_report_are_on_the_page() -> None:
    text = _read(mixed(By.CHANNEL, [Calibration(0.8, 0.9, 20, 17)])).text
    for words in (
        "About all orders, as of 2026-03-14 14:53Z. Left out: 1 without a promise yet.",
        "promises kept 66.7% 2 kept, 1 broken",
        "by the first date 33.3% 1 kept only after extension",
        "open and late 1 2 open in time",
        "lead time, half 5d 95 % within 30d",
        "2026-W10",
        "up to 1 d",
        "person",
        "By channel",
        "b2b",
        "80% to 90%",
        "85.0%",
    ):
        assert words in text


def test_the_page_loads_and_runs_nothing() -> None:
    page = report_page(mixed(By.CHANNEL), 20)
    read = Read(page)
    assert read.tags.isdisjoint({"script", "link", "img", "iframe", "object", "form", "a"})
    assert read.attributes.isdisjoint({"src", "href", "style"} | {a for a in read.attributes if a.startswith("on")})
    assert "default-src 'none'" in page
    assert not re.search(r"https?://|//cdn", page)


@pytest.mark.parametrize("field", ["client_id", "client_name"])
def test_what_comes_from_outside_is_escaped(field: str) -> None:
    made = Report(Scope(by=By.CLIENT))
    stage = {"from": HOSTILE, "to": HOSTILE, "system": HOSTILE, "seconds": 5, "overdue": True, "left_at": None}
    made.add(order("broken", "2026-03-04T00:00:00Z", stage, overdue_seconds=9, **{field: HOSTILE}), {HOSTILE: 9})
    read = _read(report_json(made, None))
    assert "script" not in read.tags
    assert read.text.count("<script>alert('x')</script>\"&") >= 5
    assert "\u202e" not in read.text


def test_a_page_of_nothing_says_so_and_shows_no_zero_percent() -> None:
    text = _read(empty(By.CLIENT)).text
    assert "promises kept - 0 kept, 0 broken" in text
    assert text.count("Nothing to show.") == 6
    assert "No late orders." in text
    assert "0.0%" not in text
    assert "as of -." in text


def test_more_groups_than_rows_are_cut_and_counted() -> None:
    read = _read(mixed(By.CHANNEL), 1)
    assert "2 more in the JSON and CSV." in read.text
    assert "more in the JSON" not in _read(mixed(By.CHANNEL), 3).text


@pytest.mark.parametrize(
    ("by", "note"),
    [
        (By.STAGE, "Orders that overran a stage's budget"),
        (By.WEEK, "The week of the first promise."),
        (By.MANAGER, "Those with the most late orders first."),
    ],
)
def test_groups_say_what_they_are(by: By, note: str) -> None:
    assert note in _read(mixed(by)).text


def test_orders_of_another_time_are_said_to_be_left_out() -> None:
    assert "2 promised for another time, 1 without a promise yet" in _read(mixed(since=1_773_014_400_000_000)).text
