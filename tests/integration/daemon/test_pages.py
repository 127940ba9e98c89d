"""The pages that links lead to, from real workers: any of them shows the orders of all, and says when it can't."""

from pathlib import Path

import pytest

from slamon.orders.event import DAY
from tests.integration.daemon.daemon import Daemon
from tests.integration.daemon.waiting import until
from tests.integration.daemon.world import PARTITIONS, Plan, World, event, now, promise
from tests.pages import Read

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

LATE = [f"late-{number}" for number in range(2 * PARTITIONS)]


async def _page(worker: Daemon, path: str) -> Read:
    status, text = await worker.get(path)
    assert status in {200, 404, 503}, (path, status, text)
    return Read(str(text))


async def test_any_worker_shows_all_orders_and_says_when_it_does_not(bootstrap: str, tmp_path: Path) -> None:
    plan = Plan(promise("P21D", "P3D"), receivers=("slack",))
    async with World(bootstrap, tmp_path, plan) as world:
        workers = [world.daemon().start(), world.daemon().start()]
        for worker in workers:
            await worker.ready()
            await until(worker.owned, lambda owned: 0 < owned < PARTITIONS, what="two workers share the partitions")
        at = now()
        await world.tell(
            event(order_id, "SUBMITTED", at - (30 + number) * DAY, client_name="<b>Ann", manager_id="m-1")
            for number, order_id in enumerate(LATE)
        )
        for worker in workers:
            whole = f"{len(LATE)} orders, that is all."
            await until(lambda: _page(worker, "/orders"), lambda page: whole in page.text, what="all are late")  # noqa: B023  awaited in the loop
            page = await _page(worker, "/orders?manager_id=m-1&limit=500")
            shown = [link.removeprefix("./orders/") for link in page.links if link.startswith("./orders/")]
            assert shown == LATE[::-1], "the most overdue first"
            for order_id in LATE:
                page = await _page(worker, f"/orders/{order_id}")
                for words in ("Breached", "hours late", "<b>Ann", "says SUBMITTED", "Notice: breached", "slack"):
                    assert words in page.text, (order_id, words)
        one, two = workers
        two.kill()
        page = await until(
            lambda: _page(one, "/orders"), lambda page: "This list is not complete." in page.text, what="one is missed"
        )
        assert "1 of 2 workers answered" in page.text
        await until(lambda: _page(one, "/orders"), lambda page: whole in page.text, what="the other has taken all over")
