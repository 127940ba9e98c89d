import pytest

from slamon.web import cursor as cursors
from slamon.web.cursor import Cursor
from slamon.web.query import (
    NEWEST,
    NOTICE_PARAMETERS,
    ORDER_PARAMETERS,
    OrderFilter,
    no_parameters,
    notice_query,
    order_query,
)
from slamon.web.refusal import Refusal
from tests.fakes.orders_api import order_head


def test_nothing_given_is_the_first_page_of_everything() -> None:
    query = order_query([])
    assert (query.where, query.sort, query.limit, query.cursor) == (OrderFilter(), "due_at", 50, None)


def test_empty_values_count_as_not_given() -> None:
    assert order_query([(name, "") for name in ORDER_PARAMETERS]) == order_query([])
    assert notice_query([(name, "") for name in NOTICE_PARAMETERS]) == notice_query([])


@pytest.mark.parametrize(("text", "limit"), [("1", 1), ("500", 500), ("501", 500), ("9" * 5000, 500), ("007", 7)])
def test_limits(text: str, limit: int) -> None:
    assert order_query([("limit", text)]).limit == limit


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "all", "\u0661", "000", " 5"])
def test_limits_that_are_none(text: str) -> None:
    with pytest.raises(Refusal, match=r"limit: .* is not a whole number from 1 to 500"):
        order_query([("limit", text)])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            [("colour", "red")],
            "unknown parameter 'colour'; allowed: channel, client, client_id, cursor, limit, manager_id, q, sort",
        ),
        ([("verdict", "breeched")], "verdict: 'breeched' is not one of .*breached"),
        ([("sort", "price")], "sort: 'price' is not one of due_at, "),
        ([("limit", "1"), ("limit", "2")], "limit: given more than once"),
        ([("cursor", "nonsense")], "cursor: take it from `next`"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(given: list[tuple[str, str]], message: str) -> None:
    with pytest.raises(Refusal, match=message) as refusal:
        order_query(given)
    assert refusal.value.status == 400


def test_a_kind_of_notice_that_does_not_exist() -> None:
    with pytest.raises(Refusal, match="kind: 'late' is not one of at_risk, breached"):
        notice_query([("kind", "late")])


def test_a_cursor_brings_its_sort_along() -> None:
    cursor = Cursor("-overdue_seconds", 5, (0, 1, "x"))
    assert order_query([("cursor", cursors.encode(cursor))]).sort == "-overdue_seconds"


def test_a_cursor_of_another_list_is_refused() -> None:
    given = [("cursor", cursors.encode(Cursor(NEWEST, 5, (0, 1, "x")))), ("sort", "due_at")]
    with pytest.raises(Refusal, match="cursor: it belongs to the list sorted by 'newest'"):
        order_query(given)
    with pytest.raises(Refusal, match="sort: 'newest' is not one of"):
        order_query(given[:1])
    with pytest.raises(Refusal, match="cursor: it belongs"):
        notice_query([("cursor", cursors.encode(Cursor("due_at", 5, (0, 1, "x"))))])


def test_paths_without_parameters() -> None:
    no_parameters([])
    with pytest.raises(Refusal, match="allowed: none"):
        no_parameters([("a", "b")])


@pytest.mark.parametrize(
    ("given", "matches"),
    [
        ([], True),
        ([("verdict", "on_track")], True),
        ([("verdict", "kept")], False),
        ([("verdict", "kept"), ("verdict", "on_track")], True),
        ([("status", "SUBMITTED"), ("channel", "shop"), ("manager_id", "m-1")], True),
        ([("status", "SUBMITTED"), ("channel", "b2b")], False),
        ([("status", "submitted")], False),
        ([("manager_id", "m-2")], False),
        ([("client_id", "c-1"), ("client_id", "c-2")], True),
        ([("client_id", "C-1")], False),
        ([("client", "C-1")], True),
        ([("client", "c-")], False),
        ([("client", "ANNA str")], True),
        ([("client", "AB-47")], False),
        ([("q", "aB-4")], True),
        ([("q", "STRASSE")], True),
        ([("q", "nobody")], False),
    ],
)
def test_filters(given: list[tuple[str, str]], matches: bool) -> None:
    order = order_head("AB-47", client_name="Anna Straße")
    assert order_query(given).where.matches(order) is matches


def test_an_order_without_a_client_name_is_searched_by_its_id() -> None:
    nobody = order_head("1", client_name=None, client_id=None)
    assert not order_query([("q", "anna")]).where.matches(nobody)
    assert not order_query([("client", "anna")]).where.matches(nobody)
