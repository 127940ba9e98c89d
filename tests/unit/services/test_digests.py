"""A digest is told: reported before and after, found again, repeated or given back."""

import pytest

from slamon.demo.standins.script import Act, Reply
from slamon.errors import SinkError
from slamon.notices.digest import Digest
from slamon.orders.event import Instant
from slamon.services.gathering import EDIT_EVERY, GATHER
from slamon.sinks.message import Receipt
from tests.fakes.living_sink import FakeLivingSink
from tests.lanes import LaneBench
from tests.outbox_samples import offer

REJECTED = Reply(Act.REFUSE, status=400)


class Stormy(LaneBench):
    """Three notices a minute are a storm here, and they are there."""

    def __init__(self) -> None:
        super().__init__(above=2)
        self.offers(*(offer(name) for name in "abc"))
        self.gathering.is_due(self.now)
        self.now += GATHER

    async def tells(self, *replies: Reply) -> None:
        self.sink.scripts["digest"].push(*replies)
        self.channel.rest_until = None
        await self.digests.tell()

    def digests_told(self) -> list[tuple[str, int]]:
        return [(one.value, one.digest.count) for one in self.sink.of("digest_id") if one.digest is not None]


def _waiting(bench: LaneBench) -> list[tuple[str | None, int, bool]]:
    return [(one.offer.order_id, one.attempts, one.unknown) for one in bench.channel.waiting.values()]


async def test_its_notices_are_reported_before_and_after_as_those_sent_by_themselves() -> None:
    """First that they are about to be part of it, then that they are; where it is, how many it counts."""
    bench = Stormy()
    await bench.tells()
    ((digest_id, count),) = bench.digests_told()
    sending, told = bench.marks()[:3], bench.marks()[3:]
    ids = [offer(name).notice_id for name in "abc"]
    for marks, state, remote in ((sending, "sending", None), (told, "digested", "C1|1")):
        assert [mark.notice_id for mark in marks] == ids
        assert {(mark.state, mark.remote, mark.attempts) for mark in marks} == {(state, remote, 1)}
        assert {(mark.digest_id, mark.planned) for mark in marks} == {(digest_id, 3)}
    assert count == 3
    assert bench.tally.of("digested") == [("slack", "breached", GATHER)] * 3
    assert list(bench.channel.done) == ids
    assert (bench.channel.in_flight, bench.sink.accepted) == ({}, [])


async def test_it_grows_by_an_edit() -> None:
    bench = Stormy()
    await bench.tells()
    bench.offers(offer("d"))
    bench.now += EDIT_EVERY
    await bench.tells()
    (message,) = bench.sink.messages
    assert message.digest is not None
    assert (message.digest.count, message.versions) == (4, ["", "3 notices"])
    assert {(mark.digest_id, mark.state) for mark in bench.finals()} == {(message.value, "digested")}


async def test_reports_are_durable_before_the_call() -> None:
    """A report that can't be written: no call, and it is told again as it was."""
    bench = Stormy()
    bench.producer.faults.append(OSError("fenced"))
    await bench.tells()
    assert bench.sink.calls == []
    assert bench.channel.resting(bench.now) > 0
    await bench.tells()
    assert [count for _, count in bench.digests_told()] == [3]


@pytest.mark.parametrize("reply", [Reply(Act.RATE_LIMITED, retry_after="7"), Reply(Act.SERVER_ERROR), Reply(Act.HANG)])
async def test_what_may_pass_is_told_again_as_it_was(reply: Reply) -> None:
    bench = Stormy()
    await bench.tells(reply)
    assert bench.channel.resting(bench.now) > 0
    assert bench.finals() == []
    bench.offers(offer("d"))
    await bench.tells()
    assert [count for _, count in bench.digests_told()] == [3]
    assert len(bench.finals()) == 3
    assert len(bench.tally.of("attempt_failed")) == 1


@pytest.mark.parametrize("act", [Act.ACCEPT_THEN_HANG, Act.ACCEPT_THEN_RESET])
async def test_one_that_was_posted_although_nobody_said_so_is_found(act: Act) -> None:
    bench = Stormy()
    await bench.tells(Reply(act))
    assert bench.finals() == []
    await bench.tells()
    assert bench.sink.made("digest") == 1
    assert {(mark.state, mark.remote) for mark in bench.finals()} == {("digested", "C1|1")}


async def test_one_that_is_not_found_is_posted_again() -> None:
    bench = Stormy()
    await bench.tells(Reply(Act.RESET))
    await bench.tells()
    assert (bench.sink.made("find"), bench.sink.made("digest")) == (1, 2)
    assert [count for _, count in bench.digests_told()] == [3]


async def test_while_nobody_can_be_asked_it_is_not_posted_again() -> None:
    bench = Stormy()
    await bench.tells(Reply(Act.ACCEPT_THEN_RESET))
    bench.sink.scripts["find"].push(Reply(Act.SERVER_ERROR))
    await bench.tells()
    assert (bench.sink.made("digest"), bench.finals()) == (1, [])
    await bench.tells()
    assert (bench.sink.made("digest"), len(bench.finals())) == (1, 3)


async def test_an_edit_whose_outcome_is_unknown_is_made_again() -> None:
    """Unless it is found to say already what it has to."""
    bench = Stormy()
    await bench.tells()
    bench.offers(offer("d"))
    bench.now += EDIT_EVERY
    await bench.tells(Reply(Act.ACCEPT_THEN_RESET))
    await bench.tells()
    assert bench.sink.made("find") == 1
    assert [count for _, count in bench.digests_told()] == [4]
    assert len(bench.finals()) == 4


async def test_a_digest_that_is_refused_is_tried_again_but_not_at_once() -> None:
    """Its notices wait meanwhile, none is lost and none is failed."""
    bench = Stormy()
    await bench.tells(REJECTED)
    assert _waiting(bench) == [("a", 0, False), ("b", 0, False), ("c", 0, False)]
    assert bench.channel.resting(bench.now) > 0
    assert (bench.finals(), bench.channel.refused) == ([], None)


async def test_a_digest_that_can_not_be_edited_any_more_is_followed_by_another() -> None:
    bench = Stormy()
    await bench.tells()
    bench.offers(offer("d"))
    bench.now += EDIT_EVERY
    await bench.tells(REJECTED)
    assert bench.channel.resting(bench.now) == 0
    await bench.tells()
    assert [count for _, count in bench.digests_told()] == [3, 1]
    assert len({mark.digest_id for mark in bench.finals()}) == 2


async def test_a_receiver_that_refuses_everything_is_asked_no_more() -> None:
    bench = Stormy()
    await bench.tells(Reply(Act.REFUSE, status=401))
    assert bench.channel.refused == "auth"
    assert [one[0] for one in _waiting(bench)] == ["a", "b", "c"]
    assert [(one.lane, one.reason) for one in bench.refused()] == [("slack", "auth")]


async def test_what_was_gathered_waits_while_partitions_are_handed_over() -> None:
    bench = Stormy()
    bench.stopping = True
    await bench.tells()
    assert (bench.sink.calls, bench.marks()) == ([], [])
    bench.stopping = False
    await bench.tells()
    assert [count for _, count in bench.digests_told()] == [3]


async def test_what_breaks_in_the_sink_is_a_failed_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    async def digest(_: FakeLivingSink, _digest: Digest, _remote: str | None, *, now: Instant) -> Receipt:
        raise KeyError(now)

    bench = Stormy()
    with monkeypatch.context() as patched:
        patched.setattr(FakeLivingSink, "digest", digest)
        await bench.tells()
    assert bench.tally.of("attempt_failed") == [("slack", "internal_error")]
    assert not bench.gathering.busy
    await bench.tells()
    assert len(bench.finals()) == 3


async def test_with_nothing_to_tell_nothing_is_told() -> None:
    bench = LaneBench(above=2)
    await bench.digests.tell()
    assert (bench.sink.calls, bench.producer.sent, bench.gathering.busy) == ([], [], False)


async def test_a_failed_digest_of_a_channel_that_went_to_another_worker_is_the_others_to_repeat() -> None:
    bench = Stormy()
    bench.gathering.gather(bench.now)
    bench.lane.clear()
    await bench.digests._failed(SinkError("server_error", "?", permanent=False))
    assert (bench.channel.waiting, bench.channel.resting(bench.now), bench.gathering.growing) == ({}, 0, None)
