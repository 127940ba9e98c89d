from slamon.stream.running import FaustRun
from tests.fakes.engine import Surroundings


async def test_before_the_start_nothing_is_owned_and_stopping_is_nothing() -> None:
    run = FaustRun()
    assert run.waiting_for == "not started"
    assert run.owners("app-orders-changelog") == {}
    await run.hand_over(Surroundings().core)
    await run.stop(1.0)
