import msgspec
import pytest

from slamon.web.distribution import Distribution
from slamon.web.parts import Ask, NoticesAsk, OrderAsk, OrdersAsk, Row, RowsPart, SummaryAsk, SummaryPart
from slamon.web.query import OrderFilter

ASKS: list[Ask] = [
    OrdersAsk([0, 2], OrderFilter(verdict=frozenset({"breached"}), q="é"), "-due_at", 5, (1, 0, "o"), 50),
    OrderAsk([1], "o-1"),
    NoticesAsk([0], None, frozenset({"breached"}), None, 500),
    SummaryAsk([3]),
]


@pytest.mark.parametrize("ask", ASKS, ids=lambda ask: type(ask).__name__)
def test_questions_arrive_as_they_were_asked(ask: Ask) -> None:
    assert msgspec.json.decode(msgspec.json.encode(ask), type=Ask) == ask


def test_parts_arrive_as_they_were_sent_and_views_stay_json() -> None:
    part = RowsPart(5, [0, 1], [Row((0, 1, "o"), msgspec.Raw(b'{"order_id":"o"}'))], (0, 1, "o"))
    arrived = msgspec.json.decode(msgspec.json.encode(part), type=RowsPart)
    assert (arrived.as_of, arrived.partitions, arrived.until) == (5, [0, 1], (0, 1, "o"))
    assert [(row.key, bytes(row.view)) for row in arrived.rows] == [((0, 1, "o"), b'{"order_id":"o"}')]
    summary = SummaryPart(None, [], {"kept": 1}, {}, {}, Distribution({7: 2}))
    assert msgspec.json.decode(msgspec.json.encode(summary), type=SummaryPart) == summary


@pytest.mark.parametrize("count", [0, -1, 501, 10**9])
def test_no_worker_can_ask_for_more_than_a_client_may(count: int) -> None:
    ask = msgspec.json.encode(NoticesAsk([0], None, frozenset(), None, count))
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(ask, type=Ask)
