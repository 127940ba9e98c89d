"""What this worker knows of lag."""

import msgspec
import pytest

from slamon.web.local_lag import LocalLag
from slamon.web.parts import LagAsk, LagPart, LagQuestion
from tests.fakes.lag import Watched
from tests.fakes.orders_api import FakeWorker


async def _looked() -> Watched:
    watched = Watched()
    await watched.cycle()
    return watched


@pytest.mark.parametrize(
    ("what", "key"), [("page", "groups"), ("group", "topics"), ("explain", "clusters"), ("incidents", "incidents")]
)
async def test_each_question_has_its_answer(what: LagQuestion, key: str) -> None:
    watched = await _looked()
    part = await LocalLag(FakeWorker(), watched.shown).part(LagAsk([0], what, "mes"))
    assert (part.partitions, part.as_of, part.is_known) == ([0], watched.shown.as_of(), True)
    assert key in msgspec.json.decode(part.body)


async def test_no_such_group_is_known_and_null() -> None:
    part = await LocalLag(FakeWorker(), (await _looked()).shown).part(LagAsk([0], "group", "nobody"))
    assert (part.partitions, part.is_known) == ([0], False)


async def test_who_does_not_watch_claims_nothing() -> None:
    watched = await _looked()
    assert await LocalLag(FakeWorker()).part(LagAsk([0])) == LagPart([])
    assert await LocalLag(FakeWorker(local=[1]), watched.shown).part(LagAsk([0])) == LagPart([])
    watched.rows.is_ours = False
    assert await LocalLag(FakeWorker(), watched.shown).part(LagAsk([0])) == LagPart([])
