"""Many notices told as one: how many, in which groups, the worst of them."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.notices.digest import GROUPS, WORST, Digest, Item, digest_id, groups, item_of
from slamon.notices.notice import NoticeKind
from slamon.notices.words import UNKNOWN
from slamon.orders.event import DAY, Instant
from tests.samples import HOUR, NOW, order_json

NAMES = st.sampled_from(["ACME", "Nordwind", "Süd & Co", "d", "e", "f", "g"])
ITEMS = st.builds(
    Item,
    st.uuids().map(str),
    st.sampled_from(NoticeKind),
    st.none() | NAMES,
    st.none() | NAMES,
    st.none() | NAMES,
    st.none() | NAMES,
    st.integers(0, 30 * DAY),
    st.just("a text"),
)


def _item(order: dict[str, Any] | None, *, stage: str | None = None, now: Instant = NOW) -> Item:
    return item_of("n-1", NoticeKind.BREACHED, order, "Said.", stage=stage, now=now)


def test_an_item_says_whose_it_is_where_it_stands_and_how_late() -> None:
    item = _item(order_json(causes=[{"cause": "queue", "who": "mes"}, {"cause": "work", "who": "mes"}]))
    assert (item.order_id, item.client, item.stage) == ("A-1001", "ACME GmbH", "PRICE_CALCULATED")
    assert (item.cause, item.late, item.text) == ("waiting behind mes", 2 * DAY + 3 * HOUR, "Said.")


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"client_name": None}, "client", "c-1"),
        ({"client_name": " \n", "client_id": None}, "client", None),
        ({"finished_at": "2026-05-02T10:00:00Z"}, "late", HOUR),
        ({"finished_at": "2026-05-01T10:00:00Z"}, "late", 0),
        ({"promise": None}, "late", 0),
        ({"promise": {"due_at": None}}, "late", 0),
        ({"promise": {"due_at": "soon"}}, "late", 0),
        ({"causes": []}, "cause", None),
        ({"causes": [{"cause": "hold", "who": None}]}, "cause", "on hold"),
        ({"status": None}, "stage", None),
        ({"client_name": "x" * 500}, "client", "x" * 79 + "…"),
    ],
)
def test_what_is_not_known_of_an_order_is_left_out(changes: dict[str, Any], field: str, value: object) -> None:
    assert getattr(_item(order_json(**changes)), field) == value


def test_the_stage_of_a_notice_goes_before_the_status_of_its_order() -> None:
    assert _item(order_json(), stage="PACKAGING").stage == "PACKAGING"


def test_a_notice_about_no_order_is_its_text() -> None:
    item = _item(None)
    assert (item.order_id, item.client, item.stage, item.cause, item.late, item.text) == (None,) * 4 + (0, "Said.")


@given(st.lists(ITEMS, max_size=40), st.integers(0, 40))
def test_a_digest_counts_each_notice_once_however_it_grows(items: list[Item], cut: int) -> None:
    """In two additions as in one; each group counts what is in it; the worst are the latest of all."""
    empty = Digest("d", NOW)
    whole, grown = empty.with_items(items), empty.with_items(items[:cut]).with_items(items[cut:])
    assert grown == whole
    of_orders = sum(item.order_id is not None for item in items)
    assert whole.count == whole.kinds.total() == len(items)
    assert whole.stages.total() == whole.clients.total() == of_orders
    assert whole.causes.total() == sum(item.cause is not None for item in items)
    assert len(whole.worst) == min(WORST, len(items))
    left = [item for item in items if item not in whole.worst and item.kind is not NoticeKind.RETRACTED]
    assert all(item.late <= worst.late for item in left for worst in whole.worst if item.kind == worst.kind)


def test_good_news_is_never_the_worst() -> None:
    late, withdrawn = _item(order_json()), Item("n-2", NoticeKind.RETRACTED, "B", None, None, None, 90 * DAY, "")
    assert Digest("d", NOW).with_items([withdrawn, late]).worst == (late, withdrawn)


def test_who_is_not_known_is_counted_as_such() -> None:
    digest = Digest("d", NOW).with_items([_item(order_json(client_name=None, client_id=None, status=None))])
    assert (digest.clients, digest.stages) == (Counter({UNKNOWN: 1}), Counter({UNKNOWN: 1}))


@given(st.dictionaries(NAMES, st.integers(1, 9)))
def test_small_groups_are_counted_together(counted: dict[str, int]) -> None:
    shown = groups(Counter(counted))
    assert sum(count for _, count in shown) == sum(counted.values())
    assert len(shown) == min(len(counted), GROUPS + 1)
    assert [count for _, count in shown[:GROUPS]] == sorted(counted.values(), reverse=True)[:GROUPS]


def test_groups_as_great_as_each_other_are_in_the_order_of_their_names() -> None:
    assert groups(Counter(b=1, a=1, c=2)) == [("c", 2), ("a", 1), ("b", 1)]


def test_a_digest_is_named_by_its_channel_and_its_first_notice() -> None:
    """The same again after a crash; another channel's is another one."""
    assert digest_id("slack", "n-1") == digest_id("slack", "n-1")
    assert len({digest_id("slack", "n-1"), digest_id("slack|#a", "n-1"), digest_id("slack", "n-2")}) == 3
