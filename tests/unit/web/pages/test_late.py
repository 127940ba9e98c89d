from typing import Any

import msgspec
import pytest

from slamon.sla.verdict import Verdict
from slamon.web import cursor as cursors
from slamon.web.cursor import Cursor
from slamon.web.pages.late import PAGE_PARAMETERS, late_page, late_query
from slamon.web.query import ORDER_PARAMETERS
from slamon.web.refusal import Refusal
from slamon.web.sorting import MOST_LATE
from tests.pages import NASTY, Read

AS_OF = "2026-05-04T12:00:00Z"
ORDER: dict[str, Any] = {
    "order_id": "o-1",
    "status": "MANUFACTURING_STARTED",
    "verdict": "breached",
    "client_name": "Ann & Sons",
    "client_id": "c-1",
    "manager_id": "m-1",
    "channel": "shop",
    "overdue_seconds": 183_600,
    "next_step": {"status": "MANUFACTURING_COMPLETED", "system": "mes", "role": None},
    "promise": {"due_at": "2026-05-02T09:00:00Z"},
    "stages": [{"from": "MANUFACTURING_STARTED", "entered_at": "2026-04-20T10:00:00Z", "left_at": None}],
}


def answer(*orders: dict[str, Any], **fields: Any) -> dict[str, Any]:
    reached = {"workers": 1, "workers_asked": 1, "partitions": 4, "partitions_asked": 4}
    rows = [msgspec.Raw(msgspec.json.encode(order)) for order in orders]
    return {"as_of": AS_OF, "complete": True, "reached": reached, "orders": rows, "next": None, **fields}


def page(*orders: dict[str, Any], given: list[tuple[str, str]] | None = None, **fields: Any) -> Read:
    return Read(late_page(given or [], answer(*orders, **fields), "."))


def test_it_asks_for_what_is_open_and_late_or_at_risk_the_most_overdue_first() -> None:
    query = late_query([])
    assert query.where.verdict == {Verdict.BREACHED, Verdict.AT_RISK}
    assert (query.sort, query.limit, query.cursor) == (MOST_LATE, 50, None)


def test_who_searches_searches_all() -> None:
    assert late_query([("q", "Ann")]).where.verdict == set(Verdict)
    assert late_query([("q", "Ann"), ("verdict", "kept")]).where.verdict == {Verdict.KEPT}


def test_filters_are_those_of_the_list_and_others_do_no_harm() -> None:
    given = [
        ("utm_source", "mail"),
        ("manager", "m-1"),
        ("verdict", "broken"),
        ("client", "ann"),
        ("sort", "due_at"),
    ]
    query = late_query(given)
    assert (query.where.verdict, query.where.manager_id, query.where.client) == (
        frozenset({"broken"}),
        frozenset({"m-1"}),
        "ann",
    )
    assert query.sort == "due_at"
    assert set(PAGE_PARAMETERS) == {*ORDER_PARAMETERS, "order_id"}


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ([], "Late orders"),
        ([("verdict", "broken")], "Late orders"),
        ([("verdict", "kept")], "Orders"),
        ([("q", "ann")], "Orders"),
    ],
)
def test_it_is_called_what_it_shows(given: list[tuple[str, str]], title: str) -> None:
    assert page(ORDER, given=given).title == f"{title} – slamon"


def test_a_wrong_value_is_refused() -> None:
    with pytest.raises(Refusal, match="verdict: 'late' is not one of"):
        late_query([("verdict", "late")])


def test_a_row_says_all_that_a_manager_wants() -> None:
    told = page(ORDER)
    for words in (
        "As of 4 May 2026, 12:00 UTC",
        "o-1 Ann & Sons c-1",
        "Breached 2 days 3 hours late",
        "2 May 2026, 09:00 UTC",
        "MANUFACTURING_STARTED since 20 Apr 2026, 10:00 UTC",
        "mes",
        "m-1",
        "shop",
        "1 order, that is all.",
    ):
        assert words in told.text
    assert {AS_OF, "2026-05-02T09:00:00Z", "2026-04-20T10:00:00Z"} <= set(told.times)
    assert {"./orders/o-1", "./orders?manager_id=m-1"} <= set(told.links)


def test_what_is_not_known_is_said_to_be_unknown() -> None:
    told = page({"order_id": "o-1", "verdict": "at_risk"}, as_of=None)
    assert "How fresh this is, is not known" in told.text
    assert "o-1 unknown At risk no date promised no date unknown unknown nobody" in told.text


def test_an_ended_order_waits_for_nobody() -> None:
    ended = {"verdict": "broken", "finished_at": "2026-05-03T09:00:00Z", "next_step": None}
    assert "finished 1 day late" in page(ORDER | ended).text
    assert "nobody's: it has ended" in page(ORDER | ended).text


@pytest.mark.parametrize("nasty", [name for name in NASTY if name != "\ud800"])  # no JSON carries that
@pytest.mark.parametrize("field", ["order_id", "client_name", "client_id", "manager_id", "channel", "status"])
def test_a_nasty_name_is_inert(field: str, nasty: str) -> None:
    given = [("manager_id", nasty), ("client", nasty), ("client_id", nasty), ("q", nasty)]
    told = page(ORDER | {field: nasty}, given=given)
    plain = page(ORDER | {field: "x"}, given=[(name, "x") for name, _ in given])
    assert told.tags - {"wbr"} == plain.tags - {"wbr"}
    assert {name for name, _ in told.attributes} == {name for name, _ in plain.attributes}
    assert all(link.startswith(("./", "#")) for link in told.links)
    assert not set("\x00\x1b\u202e\u2066\u200b\u2028") & set(told.text)


@pytest.mark.parametrize(
    ("given", "fields", "words"),
    [
        ([], {}, "No order is late or at risk."),
        ([("manager_id", "m-9")], {}, "No order matches."),
        ([], {"complete": False}, "None that could be asked for."),
        ([("cursor", "x")], {}, "That was all."),
        ([], {"next": "more"}, "Nothing on this page"),
    ],
)
def test_an_empty_page_says_why(given: list[tuple[str, str]], fields: dict[str, Any], words: str) -> None:
    if given and given[0][0] == "cursor":
        given = [("cursor", cursors.encode(Cursor(MOST_LATE, 5, (0, 1, "x"))))]
    told = page(given=given, **fields)
    assert words in told.text
    assert [link for link in told.links if link.startswith("./orders?") or link == "./orders"]


def test_an_answer_that_is_not_whole_says_what_is_missing() -> None:
    reached = {"workers": 2, "workers_asked": 3, "partitions": 5, "partitions_asked": 8}
    told = page(ORDER, complete=False, reached=reached)
    assert "This list is not complete. 2 of 3 workers answered, for 5 of 8 partitions" in told.text
    alone = {"workers": 1, "workers_asked": 1, "partitions": 3, "partitions_asked": 8}
    assert "1 of 1 worker answered, for 3 of 8 partitions" in page(complete=False, reached=alone).text
    assert "not complete" not in page(ORDER).text


def test_the_form_holds_what_was_asked() -> None:
    told = page(ORDER, given=[("manager_id", "m-1"), ("client", "ann"), ("verdict", "broken"), ("status", "SHIPPED")])
    assert told.forms == ["./orders"]
    assert told.checked == ["broken"]
    assert told.values == {"q": "", "manager_id": "m-1", "client": "ann", "channel": "", "status": "SHIPPED"}
    assert page(ORDER).checked == ["breached", "at_risk"]
    assert len(page(ORDER, given=[("q", "ann")]).checked) == len(Verdict)


def test_a_filter_can_be_taken_off() -> None:
    told = page(ORDER, given=[("manager_id", "m-1"), ("manager_id", "m-2"), ("verdict", "broken"), ("cursor", "x")][:3])
    assert "broken ✕ manager m-1 ✕ manager m-2 ✕" in told.text
    assert "./orders?manager_id=m-1&manager_id=m-2" in told.links
    assert "./orders?manager_id=m-2&verdict=broken" in told.links


def test_the_next_orders_keep_the_filters() -> None:
    told = page(ORDER, given=[("manager_id", "m-1")], next="c-2")
    assert "./orders?manager_id=m-1&cursor=c-2" in told.links
    cursor = cursors.encode(Cursor(MOST_LATE, 5, (0, 1, "x")))
    later = page(ORDER, given=[("manager_id", "m-1"), ("cursor", cursor)], next="c-3")
    assert {"./orders?manager_id=m-1", "./orders?manager_id=m-1&cursor=c-3"} <= set(later.links)
    assert "From the start" in later.text


def test_the_same_as_json() -> None:
    told = page(ORDER, given=[("manager_id", "m-1")])
    assert f"./api/v1/orders?manager_id=m-1&verdict=at_risk&verdict=breached&sort={MOST_LATE}" in told.links
