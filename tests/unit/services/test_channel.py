"""The books of one receiver: what waits, what is under way, what is done."""

import pytest

from slamon.notices.marks import Mark
from slamon.notices.notice import DeliveryState
from slamon.services import updates as updates_module
from slamon.services.channel import Channel, Waiting
from slamon.services.offers import Offer
from tests.builders import T0
from tests.outbox_samples import offer, retraction

A, B, C = offer("a"), offer("b"), offer("c")


def _channel(*offers: Offer) -> Channel:
    channel = Channel("slack")
    for one in offers:
        assert channel.offer(one) is None
    return channel


def _started(channel: Channel) -> Waiting:
    started = channel.start()
    assert started is not None
    return started


def _done(started: Waiting, state: DeliveryState = DeliveryState.SENT) -> Mark:
    notice_id = started.offer.notice_id
    return Mark(notice_id=notice_id, receiver="slack", state=state, attempts=started.attempts, at=T0)


def test_first_come_first_served() -> None:
    """Offers are started in their order, each with its attempt counted."""
    channel = _channel(A, offer("b", attempts=4))
    assert [_started(channel).attempts for _ in range(2)] == [1, 5]
    assert channel.start() is None


def test_an_offer_made_again_keeps_its_place() -> None:
    """The newer content counts, and the greater number of attempts."""
    channel = _channel(offer("a", attempts=2), B, offer("a", attempts=1, reinstated=True))
    started = _started(channel)
    assert (started.offer.reinstated, started.attempts) == (True, 3)
    assert len(channel.waiting) == 1


def test_what_is_under_way_is_not_queued_again() -> None:
    """A repeated offer of a notice in flight is not sent twice."""
    channel = _channel(A)
    _started(channel)
    assert channel.offer(A) is None
    assert channel.start() is None


@pytest.mark.parametrize(
    ("known", "attempts", "state", "is_repeat"),
    [
        (1, 0, "pending", True),
        (1, 1, "sending", True),
        (1, 1, "pending", False),
        (1, 2, "sending", False),
        (2, 1, "pending", True),
    ],
    ids=["row behind", "report under way", "asked for anew", "attempted elsewhere", "row far behind"],
)
def test_what_was_done_here_is_reported_again(known: int, attempts: int, state: str, is_repeat: bool) -> None:
    """Only an offer that knows of all attempts made here asks for a new one."""
    channel = _channel(offer(attempts=known - 1))
    report = _done(_started(channel))
    channel.finish(report)
    again = channel.offer(offer(attempts=attempts, state=state))
    assert again == (report if is_repeat else None)
    assert len(channel.waiting) == (not is_repeat)


def test_what_need_not_be_sent_is_forgotten() -> None:
    """A drop takes back what waits; what is under way goes its way."""
    channel = _channel(A, B)
    started = _started(channel)
    channel.drop(A.notice_id)
    channel.drop(B.notice_id)
    channel.drop("?")
    assert channel.start() is None
    assert channel.in_flight == {A.notice_id: started}


def test_what_was_attempted_here_is_not_forgotten() -> None:
    """The receiver may have heard it, so its row will want to know how it ends."""
    channel = _channel(A)
    channel.again(_started(channel), T0)
    channel.drop(A.notice_id)
    assert _started(channel) == Waiting(A, 2)


def test_after_a_failure_others_go_first() -> None:
    """The channel rests and the failed one goes to the end of the queue; a success ends the count."""
    channel = _channel(A, B)
    channel.again(_started(channel), T0 + 5)
    assert (channel.resting(T0), channel.resting(T0 + 5), channel.failures) == (5, 0, 1)
    second = _started(channel)
    assert second.offer == B
    channel.finish(_done(second))
    assert channel.failures == 0
    assert _started(channel) == Waiting(A, 2)


def test_a_channel_that_never_failed_does_not_rest() -> None:
    """No rest without a reason."""
    assert Channel("slack").resting(T0) == 0


def test_a_notice_and_its_retraction_are_not_under_way_together() -> None:
    """Otherwise the receiver might hear the retraction first; others pass by."""
    channel = _channel(offer("a"), retraction("a"), B)
    first = _started(channel)
    assert _started(channel).offer == B
    assert channel.next() is None
    assert channel.start() is None
    channel.finish(_done(first))
    assert _started(channel).offer == retraction("a")


@pytest.mark.parametrize(("first", "second"), [(offer("a"), retraction("a")), (retraction("a"), offer("a"))])
def test_a_repeat_does_not_overtake_what_came_after_it(first: Offer, second: Offer) -> None:
    """A failed notice still goes before its retraction, a failed retraction before the notice sent again."""
    channel = _channel(first, second, B)
    channel.again(_started(channel), T0)
    assert [waiting.offer for waiting in channel.waiting.values()] == [B, first, second]


def test_what_is_given_up_is_not_tried_again() -> None:
    """After the outbox went to another worker a failed call here is that one's to repeat."""
    channel = _channel(A, B)
    started = _started(channel)
    channel.clear()
    channel.again(started, T0)
    assert channel.next() is None
    assert channel.offer(C) is None
    assert _started(channel).offer == C


def test_only_so_much_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest reports are let go."""
    monkeypatch.setattr(updates_module, "REMEMBERED", 2)
    channel = _channel(A, B, C)
    for _ in range(3):
        channel.finish(_done(_started(channel)))
    assert list(channel.done) == [B.notice_id, C.notice_id]
