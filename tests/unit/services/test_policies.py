"""The log of policies: what a worker learns from it at its start, and what it adds."""

import json
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from slamon.errors import ConfigError
from slamon.orders.event import Instant
from slamon.services import policies as module
from slamon.services.policies import OwnTerms, Policies, standing
from slamon.sla.book import BEGINNING, Era, RuleBook
from slamon.sla.calendar import Length
from slamon.sla.policy import SlaTerms
from tests.builders import day, policy
from tests.fakes.log import FakeLog


def terms(days: int) -> SlaTerms:
    """A promise of so many days."""
    return SlaTerms((policy(duration=Length(days)),))


A, B, C = terms(1), terms(2), terms(3)


def encode_of(days: int) -> Callable[[Instant], tuple[bytes, bytes]]:
    """A small form of records: the promise and its beginning."""
    return lambda since: (f"{since} {days}".encode(), json.dumps([since, days]).encode())


def decode(value: bytes) -> Era:
    since, days = json.loads(value)
    return Era(since, terms(days))


def worker(log: FakeLog, days: int, now: Instant) -> Policies:
    return Policies(log, OwnTerms(terms(days), encode_of(days), decode), lambda: now)


async def learnt(log: FakeLog, days: int, now: Instant) -> list[tuple[Instant, SlaTerms]]:
    """The eras of a worker that starts now."""
    started = worker(log, days, now)
    await started.learn()
    return [(era.since, era.terms) for era in started.book.eras]


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAUSE", 0.0)


async def test_the_first_start_of_all_is_noted_and_changes_nothing() -> None:
    log = FakeLog()
    first = worker(log, 1, day(5))
    await first.learn()
    assert first.book == RuleBook.of(A)
    assert [(record.key, record.value) for record in log.records] == [encode_of(1)(day(5))]


async def test_a_start_with_the_same_policies_adds_nothing() -> None:
    log = FakeLog()
    await learnt(log, 1, day(5))
    assert await learnt(log, 1, day(6)) == [(BEGINNING, A)]
    assert len(log.records) == 1


async def test_changed_policies_hold_from_the_start_on_and_so_do_those_that_come_back() -> None:
    log = FakeLog()
    await learnt(log, 1, day(5))
    assert await learnt(log, 2, day(6)) == [(BEGINNING, A), (day(6), B)]
    assert await learnt(log, 1, day(7)) == [(BEGINNING, A), (day(6), B), (day(7), A)]
    assert await learnt(log, 1, day(8)) == [(BEGINNING, A), (day(6), B), (day(7), A)]
    assert len(log.records) == 3


async def test_two_workers_that_start_at_once_agree() -> None:
    log = FakeLog()
    await learnt(log, 1, day(5))
    log.beside = lambda: log.put(*encode_of(2)(day(6) - 1))
    mine = await learnt(log, 2, day(6))
    log.beside = None
    assert mine == await learnt(log, 2, day(7)) == [(BEGINNING, A), (day(6), B)]
    assert len(log.records) == 3


async def test_a_worker_whose_clock_is_behind_does_not_write_into_the_past() -> None:
    log = FakeLog()
    await learnt(log, 1, day(5))
    await learnt(log, 2, day(6))
    assert await learnt(log, 3, day(5)) == [(BEGINNING, A), (day(6), B), (day(6), C)]


async def test_other_terms_that_come_in_between_do_not_set_off_a_race() -> None:
    """Two workers with different files: each goes by the log up to its own terms, none writes again and again."""
    log = FakeLog()
    await learnt(log, 1, day(5))
    log.beside = lambda: log.put(*encode_of(3)(day(6)))
    assert await learnt(log, 2, day(6)) == [(BEGINNING, A), (day(6), B)]
    assert len(log.records) == 3


async def test_a_broker_that_is_away_is_waited_for_and_named_once() -> None:
    log = FakeLog(refusals=5)
    started = worker(log, 1, day(5))
    assert "not read yet" in started.waiting_for
    with capture_logs() as lines:
        await started.learn()
    assert started.waiting_for == ""
    assert [line["event"] for line in lines] == ["policies.unknown", "policies.changed", "policies.read"]
    assert "can't be reached" in lines[0]["error"]


async def test_a_record_whose_acknowledgement_was_lost_is_not_written_again() -> None:
    log = FakeLog(loses_acknowledgements=True)
    assert await learnt(log, 1, day(5)) == [(BEGINNING, A)]
    assert len(log.records) == 1


async def test_what_can_not_be_read_ends_the_start_with_place_and_remedy() -> None:
    """Else its orders would silently come under the policies before it."""
    log = FakeLog()
    log.put(*encode_of(1)(day(5)))
    log.put(b"first", b"{")
    log.put(b"second", b"[")
    with pytest.raises(ConfigError) as refused:
        await learnt(log, 1, day(6))
    assert [problem.split(":")[0] for problem in refused.value.problems] == [
        "shop.policies, offset 1",
        "shop.policies, offset 2",
    ]
    assert "run the version of slamon that wrote it" in refused.value.problems[0]
    assert "without a value under its key 'first'" in refused.value.problems[0]
    assert len(log.records) == 3, "nothing is added to what is not understood"


async def test_a_record_that_was_taken_back_counts_no_more() -> None:
    log = FakeLog()
    log.put(*encode_of(1)(day(5)))
    log.put(b"damaged", b"{")
    log.put(b"damaged", None)
    assert await learnt(log, 1, day(6)) == [(BEGINNING, A)]


async def test_what_does_not_read_back_as_written_is_refused() -> None:
    log = FakeLog()
    odd = Policies(log, OwnTerms(A, encode_of(2), decode), lambda: day(5))
    with pytest.raises(ConfigError, match="do not read back as written"):
        await odd.learn()


def test_the_book_is_not_known_before_it_is_learnt() -> None:
    with pytest.raises(RuntimeError, match="before they are learnt"):
        _ = worker(FakeLog(), 1, day(5)).book


def test_what_compaction_leaves_is_what_counts() -> None:
    """So that a log says the same before and after it."""
    log = FakeLog()
    for key, value in ((b"a", b"1"), (b"b", b"2"), (b"c", b"3"), (b"a", b"4"), (b"b", None)):
        log.put(key, value)
    assert [(record.key, record.value) for record in standing(log.records)] == [(b"c", b"3"), (b"a", b"4")]
