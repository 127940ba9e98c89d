import asyncio

import pytest

from slamon.errors import EngineError
from slamon.stream.contract import Effects, Outgoing, PartitionLostError, Rows, Step
from slamon.stream.jobs import Batch, Write
from slamon.stream.lanes import Lane
from slamon.stream.table import REVISION_SIZE, PartitionRows
from tests.fakes.engine import Surroundings, settle
from tests.fakes.records import record

CHANGELOG = "app-orders-changelog"


class Case(Surroundings):
    def __init__(self) -> None:
        super().__init__()
        self.table = PartitionRows()
        self.lane = Lane(self.core, 1, self.table, self.table)
        self.lane.start()
        self.acknowledged: list[str] = []

    def batch(self, name: str, *pairs: tuple[bytes, bytes]) -> None:
        records = [record(key, value, offset=n) for n, (key, value) in enumerate(pairs)]
        self.lane.add(Batch("source", 1, records, lambda: self.acknowledged.append(name)))

    def write(self, step: Step) -> asyncio.Future[None]:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.lane.add(Write(step, future))
        return future

    def written(self) -> list[tuple[bytes, bytes | None]]:
        """Keys and rows in the changelog, without their revisions."""
        pairs = [
            pair for said in self.producing.said if isinstance(said, tuple) and said[0] == CHANGELOG for pair in said[2]
        ]
        return [(key, None if value is None else value[REVISION_SIZE:]) for key, value in pairs]


@pytest.fixture
async def case() -> Case:
    return Case()


async def test_a_batch_is_acknowledged_only_when_its_changes_are(case: Case) -> None:
    case.producing.acknowledging.clear()
    case.batch("first", (b"a", b"1"))
    await settle()
    assert case.table.get(b"a") == b"1"  # visible, not acknowledged
    assert case.acknowledged == []
    case.producing.acknowledging.set()
    await settle()
    assert case.acknowledged == ["first"]
    assert case.written() == [(b"a", b"1")]


async def test_what_waits_shares_a_flush_and_a_row_is_written_once(case: Case) -> None:
    case.batch("first", (b"a", b"1"), (b"b", b"1"))
    case.batch("second", (b"a", b"2"))
    await settle()
    assert case.written() == [(b"b", b"1"), (b"a", b"2")]
    assert case.acknowledged == ["first", "second"]


async def test_a_large_batch_reaches_the_logic_in_pieces(case: Case) -> None:
    case.batch("large", *((b"k%d" % n, b"") for n in range(5)))
    await settle()
    assert [count for _, _, count, _ in case.logic.calls] == [2, 2, 1]
    assert case.acknowledged == ["large"]


async def test_at_most_one_group_is_in_flight(case: Case) -> None:
    case.producing.acknowledging.clear()
    case.batch("first", (b"a", b"1"))
    await settle()
    case.batch("second", (b"a", b"2"))
    await settle()
    assert case.table.get(b"a") == b"1"
    case.producing.acknowledging.set()
    await settle()
    assert case.table.get(b"a") == b"2"
    assert case.acknowledged == ["first", "second"]


async def test_later_effects_come_after_the_changes_and_before_the_acknowledgement(case: Case) -> None:
    def step(rows: Rows, effects: Effects) -> None:
        rows.put(b"a", b"1")
        effects.before.append(Outgoing("letters", None, b""))
        effects.after.append(Outgoing("offers", None, b""))

    await case.write(step)
    assert [said[0] for said in case.producing.said if isinstance(said, tuple)][-1] == "offers"
    assert len(case.producing.said) == 3


async def test_a_step_that_raises_is_its_callers_and_leaves_no_trace(case: Case) -> None:
    def step(rows: Rows, _effects: Effects) -> None:
        rows.put(b"a", b"1")
        raise LookupError

    with pytest.raises(LookupError):
        await case.write(step)
    await case.write(lambda rows, _effects: rows.put(b"b", b"2"))
    assert case.written() == [(b"b", b"2")]
    assert case.deaths == []


async def test_t3_an_exception_in_the_logic_ends_the_process_and_acknowledges_nothing(case: Case) -> None:
    def fail(_effects: Effects) -> None:
        raise ZeroDivisionError("a bug")

    case.logic.on_batch = fail
    case.batch("poisoned", (b"a", b"1"))
    await settle()
    assert case.deaths == ["ZeroDivisionError: a bug"]
    assert case.acknowledged == []
    with pytest.raises(PartitionLostError):
        case.batch("next")


async def test_t2_a_refused_change_ends_the_process_and_acknowledges_nothing(case: Case) -> None:
    case.producing.error = EngineError("refused")
    case.batch("refused", (b"a", b"1"))
    future = case.write(lambda _rows, _effects: None)
    await settle()
    assert case.deaths == ["EngineError: refused"]
    assert case.acknowledged == []
    assert isinstance(future.exception(), EngineError)
    assert not case.lane.clean


async def test_t23_nothing_is_written_without_proof_of_membership(case: Case) -> None:
    case.membership.lose()
    case.batch("held", (b"a", b"1"))
    await settle()
    assert case.producing.said == []
    case.membership.regain()
    await settle()
    assert case.acknowledged == ["held"]


async def test_closing_finishes_what_has_begun_and_steps_that_wait_but_no_further_batch(case: Case) -> None:
    case.producing.acknowledging.clear()
    case.batch("begun", (b"a", b"1"))
    await settle()
    case.batch("not begun", (b"b", b"1"))
    waiting = case.write(lambda rows, _effects: rows.put(b"c", b"1"))
    closing = asyncio.create_task(case.lane.close(10.0))
    await settle()
    case.producing.acknowledging.set()
    await closing
    await waiting
    assert case.acknowledged == ["begun"]
    assert case.written() == [(b"a", b"1"), (b"c", b"1")]
    assert case.lane.clean


async def test_t7_closing_gives_up_after_its_time_and_the_rows_prove_nothing_then(case: Case) -> None:
    case.producing.acknowledging.clear()
    begun = case.write(lambda rows, _effects: rows.put(b"a", b"1"))
    await settle()
    await case.lane.close(0.01)
    assert not case.lane.clean
    with pytest.raises(PartitionLostError):
        await begun


async def test_a_gap_between_our_records_is_somebody_elses(case: Case) -> None:
    await case.write(lambda rows, _effects: rows.put(b"a", b"1"))
    case.producing.ends[1] += 3
    await case.write(lambda rows, _effects: rows.put(b"a", b"2"))
    assert case.core.strangers == [(1, 1, 4)]


async def test_mending_writes_rows_again_and_buries_absent_ones(case: Case) -> None:
    await case.write(lambda rows, _effects: rows.put(b"a", b"1"))
    case.lane.mend([b"a", b"gone"])
    await settle()
    assert case.written()[-2:] == [(b"a", b"1"), (b"gone", None)]


async def test_revisions_rise_from_group_to_group(case: Case) -> None:
    before = case.lane.top
    await case.write(lambda rows, _effects: rows.put(b"a", b"1"))
    assert case.lane.top > before
