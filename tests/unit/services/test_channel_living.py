"""The books of a channel whose messages live: one message an order, hours, look-ups, rests."""

from hypothesis import given
from hypothesis import strategies as st

from slamon.notices.notice import DeliveryState, NoticeKind, notice_id
from slamon.orders.event import SECOND
from slamon.services.channel import Channel, Waiting, orders_in_doubt
from slamon.services.lookups import mark_of
from slamon.services.offers import Offer
from tests.builders import T0, day
from tests.outbox_samples import offer, retraction


def _second(order_id: str) -> Offer:
    own = notice_id(order_id, NoticeKind.AT_RISK, stage=None, due_at=day(21))
    return offer(order_id, notice_id=own, kind="at_risk")


def _channel(*offers: Offer, living: bool = True) -> Channel:
    channel = Channel("slack", living=living)
    for one in offers:
        channel.offer(one)
    return channel


def _started(channel: Channel) -> Waiting:
    started = channel.start(T0)
    assert started is not None
    return started


def test_two_notices_of_one_order_are_not_under_way_together() -> None:
    """The second belongs into the thread that the first begins; elsewhere there is no thread."""
    offers = (offer("a"), _second("a"), offer("b"))

    living, plain = _channel(*offers), _channel(*offers, living=False)
    assert [[_started(channel).offer.order_id for _ in range(2)] for channel in (living, plain)] == [
        ["a", "b"],
        ["a", "a"],
    ]


def test_what_may_be_the_orders_message_is_looked_for_before_another_begins_one() -> None:
    """A first post was not answered, a second one was refused: if the first is there, the second belongs under it."""
    doubtful = offer("a", state=DeliveryState.SENDING, attempts=1)
    channel = _channel(_second("a"), doubtful, offer("b"))
    assert [(one.offer.kind, one.offer.order_id) for one in channel.ready(T0)] == [("breached", "a"), ("breached", "b")]
    assert orders_in_doubt(channel) == {"a"}
    looked_up = channel.take(doubtful.notice_id)
    channel.back(looked_up, unknown=False)
    assert [one.offer.kind for one in channel.ready(T0)] == ["breached", "at_risk", "breached"]
    assert [one.offer.order_id for one in _channel(_second("a"), doubtful, living=False).ready(T0)] == ["a", "a"]


def test_a_thread_that_was_begun_is_remembered_until_the_channel_is_anothers() -> None:
    channel = _channel(offer("a"))
    started = _started(channel)
    channel.finish(mark_of(channel, started, DeliveryState.SENT, T0), ("a", "C1|1"))
    assert channel.threads == {"a": "C1|1"}
    channel.clear()
    assert channel.threads == {}


def test_what_is_wanted_later_waits_and_others_pass_by() -> None:
    channel = _channel(offer("a", not_before=T0 + 5), offer("b"))
    assert [one.offer.order_id for one in channel.ready(T0)] == ["b"]
    assert [one.offer.order_id for one in channel.ready(T0 + 5)] == ["a", "b"]
    assert [one.offer.order_id for one in channel.ready()] == ["a", "b"]


def test_an_offer_that_may_have_been_sent_says_so_until_it_was_looked_up() -> None:
    """What this worker learnt goes before what the row knows."""
    sending = offer("a", state="sending", attempts=1)
    channel = _channel(sending)
    started = _started(channel)
    assert started.unknown
    channel.back(started, unknown=False)
    channel.offer(sending)
    assert [(one.attempts, one.unknown) for one in channel.waiting.values()] == [(1, False)]
    channel.again(_started(channel), T0 + SECOND, unknown=True)
    assert [(one.attempts, one.unknown) for one in channel.waiting.values()] == [(2, True)]


def test_what_was_not_tried_goes_first_again_and_counts_no_attempt() -> None:
    channel = _channel(offer("a"), offer("b"))
    channel.back(_started(channel))
    assert [(one.offer.order_id, one.attempts) for one in channel.waiting.values()] == [("a", 0), ("b", 0)]


def test_it_knows_what_waits_is_under_way_or_done() -> None:
    channel = _channel(offer("a"))
    own = offer("a").notice_id
    assert (channel.knows(own), channel.knows("?")) == (True, False)
    started = _started(channel)
    assert channel.knows(own)
    channel.finish(mark_of(channel, started, DeliveryState.SENT, T0))
    assert channel.knows(own)


OFFERS = st.builds(lambda make, n: make(f"o-{n}"), st.sampled_from([offer, _second, retraction]), st.integers(0, 4))
MOVES = st.lists(OFFERS | st.sampled_from(["start", "finish", "back", "again", "unknown"]), max_size=60)


@given(MOVES, st.booleans())
def test_nothing_is_lost_and_nothing_is_in_two_places(moves: list[Offer | str], living: bool) -> None:
    """Whatever comes and goes: each offer waits, is under way or is done; of a subject one is under way."""
    channel, offered = Channel("slack", living=living), set()
    for move in moves:
        first = next(iter(channel.in_flight.values()), None)
        if isinstance(move, Offer):
            channel.offer(move)
            offered.add(move.notice_id)
        elif move == "start":
            channel.start(T0)
        elif first is not None and move == "finish":
            channel.finish(mark_of(channel, first, DeliveryState.SENT, T0))
        elif first is not None and move == "back":
            channel.back(first)
        elif first is not None:
            channel.again(first, T0, unknown=move == "unknown")
        places = [*channel.waiting, *channel.in_flight, *channel.done]
        assert offered == set(places)
        assert not set(channel.waiting) & set(channel.in_flight)
        subjects = [channel._subject(one.offer) for one in channel.in_flight.values()]
        assert len(subjects) == len(set(subjects))
