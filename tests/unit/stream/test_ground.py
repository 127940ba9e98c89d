import asyncio

from slamon.stream.contract import Outgoing
from tests.fakes.engine import Surroundings, settle


async def test_t23_writes_wait_for_a_proof_of_membership() -> None:
    around = Surroundings()
    around.membership.lose()
    waiting = asyncio.create_task(around.core.may_write())
    await settle()
    assert not waiting.done()
    around.membership.regain()
    await waiting


async def test_changes_go_to_the_tables_changelog() -> None:
    around = Surroundings()
    await around.core.changes(2, [(b"k", None, b"head")])
    assert around.producing.said == [("app-orders-changelog", 2, [(b"k", None)])]


async def test_nothing_to_produce_asks_nobody() -> None:
    around = Surroundings()
    around.producing.acknowledging.clear()
    await around.core.records([])
    around.producing.acknowledging.set()
    await around.core.records([Outgoing("t", None, b"")])
    assert len(around.producing.said) == 1
