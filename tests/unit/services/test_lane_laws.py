"""Laws of a channel whose messages live: whatever comes in whatever order, whatever goes wrong on the way."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from slamon.demo.standins.script import Act, Reply
from slamon.orders.event import SECOND
from slamon.services.offers import Offer
from tests.lanes import NOW, LaneBench
from tests.outbox_samples import offer, retraction

TEMPORARY = [
    Reply(),
    Reply(Act.RATE_LIMITED, retry_after="3"),
    Reply(Act.SERVER_ERROR),
    Reply(Act.RESET),
    Reply(Act.ACCEPT_THEN_RESET),
    Reply(Act.ACCEPT_THEN_HANG),
]
REJECTED = Reply(Act.REFUSE, status=400)


def _replies(*more: Reply) -> st.SearchStrategy[list[Reply]]:
    return st.lists(st.sampled_from([*TEMPORARY, *more]), max_size=12)


SCRIPTS = st.fixed_dictionaries({"send": _replies(REJECTED), "digest": _replies(), "find": _replies()})
LATER = st.none() | st.integers(0, 120).map(lambda seconds: NOW + seconds * SECOND)
OFFERS = st.builds(
    lambda make, number, not_before: make(f"o-{number}", not_before=not_before),
    st.sampled_from([offer, offer, offer, retraction]),
    st.integers(0, 14),
    LATER,
)
STEPS = st.lists(st.lists(OFFERS, max_size=8) | st.integers(0, 40), max_size=14)


async def _lived(above: int, steps: list[list[Offer] | int], scripts: dict[str, list[Reply]]) -> LaneBench:
    bench = LaneBench(above=above)
    for call, replies in scripts.items():
        bench.sink.scripts.get(call, bench.sink.script).push(*replies)
    for step in steps:
        if isinstance(step, list):
            bench.offers(*step)
        else:
            bench.now += step * SECOND
            await bench.works()
    await bench.works_off()
    return bench


def _offered(steps: list[list[Offer] | int]) -> set[str]:
    return {one.notice_id for step in steps if isinstance(step, list) for one in step}


@settings(max_examples=120)
@given(st.sampled_from([0, 1, 3, 6]), STEPS, SCRIPTS)
async def test_every_notice_is_told_exactly_once(
    above: int, steps: list[list[Offer] | int], scripts: dict[str, list[Reply]]
) -> None:
    """By itself or in one digest, never both; each digest counts those that carry its id; nothing is posted twice."""
    bench = await _lived(above, steps, scripts)
    finals = bench.finals()
    assert Counter(mark.notice_id for mark in finals) == Counter(_offered(steps))
    posted = Counter(message.value for message in bench.sink.of("notice_id"))
    assert set(posted.values()) <= {1}
    assert set(posted) == {mark.notice_id for mark in finals if mark.state == "sent"}
    digested = Counter(mark.digest_id for mark in finals if mark.state == "digested")
    assert digested == {one.value: one.digest.count for one in bench.sink.of("digest_id") if one.digest is not None}
    assert len(bench.sink.of("digest_id")) == len(digested)


@settings(max_examples=60)
@given(STEPS, st.lists(st.sampled_from([Reply(), Reply(), REJECTED, Reply(Act.SERVER_ERROR)]), max_size=12))
async def test_a_digest_that_is_refused_loses_no_notice(steps: list[list[Offer] | int], digest: list[Reply]) -> None:
    bench = await _lived(1, steps, {"digest": digest})
    assert Counter(mark.notice_id for mark in bench.finals()) == Counter(_offered(steps))
    assert "failed" not in {mark.state for mark in bench.finals()}


@settings(max_examples=60)
@given(STEPS, SCRIPTS)
async def test_a_report_never_goes_back(steps: list[list[Offer] | int], scripts: dict[str, list[Reply]]) -> None:
    """Attempts only grow, `sending` is reported before anything else, and nothing after the end."""
    bench = await _lived(3, steps, scripts)
    seen: dict[str, tuple[int, str]] = {}
    for mark in bench.marks():
        attempts, state = seen.get(mark.notice_id, (0, "sending"))
        assert state == "sending"
        assert mark.attempts >= attempts
        assert mark.state == "sending" or mark.notice_id in seen
        seen[mark.notice_id] = mark.attempts, mark.state
    assert {state for _, state in seen.values()} <= {"sent", "digested", "failed"}


@settings(max_examples=60)
@given(STEPS)
async def test_a_storm_is_told_in_few_messages(steps: list[list[Offer] | int]) -> None:
    """More than `above` a minute: nothing goes by itself while it rages."""
    bench = LaneBench(above=3)
    for step in steps:
        if isinstance(step, list):
            bench.offers(*step)
        else:
            bench.now += step * SECOND
        raging, before = bench.lane.storm.rages(bench.now), bench.sink.made("send")
        await bench.works()
        assert not raging or bench.sink.made("send") == before
