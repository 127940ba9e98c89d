"""A source that falls silent: what waits for its word is held back, one notice says why, and no longer than allowed."""

from pathlib import Path
from typing import Any

import pytest

from slamon.notices.words import parsed
from tests.integration.daemon.daemon import Daemon
from tests.integration.daemon.waiting import until, until_true
from tests.integration.daemon.world import SECOND, Plan, World, event, now, promise

pytestmark = [pytest.mark.kafka, pytest.mark.fault]

Json = dict[str, Any]


def _plan(silent: str, hold_at_most: str, **more: Any) -> Plan:
    """A shop that speaks now and then, and another system that has to speak every two seconds."""
    return Plan(
        promise("PT6S", "PT0S", hold_at_most=hold_at_most),
        topics={"shop": 2, silent: 2},
        sources={silent: {"system": silent, "expect": {"every": "PT2S"}}},
        **more,
    )


async def _notices(worker: Daemon, kind: str) -> list[Json]:
    return await worker.notices(kind=kind)


async def _notice(worker: Daemon, order_id: str) -> Json | None:
    found = await worker.notices(order_id=order_id, kind="breached")
    return found[0] if found else None


async def _breached(worker: Daemon, order_id: str, state: str) -> Json:
    """The order's `breached`, once its deliveries are in this state."""

    async def asked() -> Json | None:
        return await _notice(worker, order_id)

    found = await until(asked, lambda notice: _states(notice) == {state}, what=f"{order_id} is {state}")
    assert found is not None
    return found


def _time(text: str) -> int:
    found = parsed(text)
    assert found is not None
    return found


def _states(notice: Json | None) -> set[str]:
    return set() if notice is None else {delivery["state"] for delivery in notice["deliveries"]}


async def _silent(worker: Daemon, standing: bool = True) -> Json:
    """The notice about the silence, once it stands (or stands no more)."""

    async def asked() -> list[Json]:
        return [notice for notice in await _notices(worker, "source_silent") if notice["standing"] is standing]

    found = await until(asked, what=f"source_silent, standing: {standing}")
    return found[0]


async def test_a_silence_holds_what_waits_for_it_until_the_source_speaks(bootstrap: str, tmp_path: Path) -> None:
    """One notice for all; what the missing record disproves is never sent, the rest goes out after it."""
    async with World(bootstrap, tmp_path, _plan("mes", "PT10M")) as world:
        worker = await world.worker()
        await world.tell([event("other", "INITIATED", now())], "mes")
        at = now()
        await world.tell([event(name, "SUBMITTED", at) for name in ("shipped", "late")], "shop")
        told = await _silent(worker)
        assert (told["subject"], told["order_id"], told["stage"]) == ("mes", None, None)
        assert told["silence"]["system"] == "mes"
        for name in ("shipped", "late"):
            held = await _breached(worker, name, "held")
            assert held["standing"]
            assert "nothing was heard from mes since" in held["text"]
        await until_true(lambda: set(world.slack.accepted()) == {told["notice_id"]}, what="Slack knows of the silence")
        worker.kill()  # what is held survives: it stands in the orders' rows, the silence beside them
        await worker.start().ready()
        assert [_states(await _notice(worker, name)) for name in ("shipped", "late")] == [{"held"}] * 2
        await world.tell([event("shipped", "SHIPPED", at + SECOND)], "mes")
        sent = await _breached(worker, "late", "sent")
        assert "nothing was heard" not in sent["text"]
        gone = await _notice(worker, "shipped")
        assert gone is not None
        assert (gone["standing"], _states(gone)) == (False, {"superseded"})
        over = await _silent(worker, standing=False)
        assert over["notice_id"] == told["notice_id"]
        for standin in world.standins.values():
            assert sorted(standin.accepted()) == sorted([told["notice_id"], sent["notice_id"]])
        texts = [row["request"].get("text", "") for row in world.slack.rows()]  # look-ups say nothing
        assert not any("Sent although" in text for text in texts)


async def test_a_silence_holds_no_longer_than_it_may(bootstrap: str, tmp_path: Path) -> None:
    """Then the notice goes out and says since when nothing was heard; what waits for nobody silent goes at once."""
    async with World(bootstrap, tmp_path, _plan("crm", "PT8S", receivers=("webhook",))) as world:
        worker = await world.worker()
        await world.tell([event("other", "INITIATED", now())], "crm")
        told = await _silent(worker)
        late, free = now() - 5 * SECOND, now() - 5 * SECOND
        await world.tell([event("late", "SUBMITTED", late)], "shop")
        await world.tell([event("free", "SUBMITTED", free), event("free", "PACKAGING", free + 1, system="mes")], "shop")
        held = await _breached(worker, "late", "held")
        assert "Held back until" in held["text"]
        at_once = await _breached(worker, "free", "sent")
        sent = await _breached(worker, "late", "sent")
        assert _time(at_once["deliveries"][0]["sent_at"]) < _time(sent["deliveries"][0]["sent_at"])
        assert _time(sent["deliveries"][0]["sent_at"]) >= _time(sent["at"]) + 8 * SECOND
        said = {row["id"]: row["request"] for row in world.webhook.rows()}
        assert said.keys() == {told["notice_id"], at_once["notice_id"], sent["notice_id"]}
        assert len(world.webhook.accepted()) == 3
        assert "Sent although nothing was heard from crm since" in said[sent["notice_id"]]["text"]
        assert "nothing was heard" not in said[at_once["notice_id"]]["text"]
        assert said[sent["notice_id"]]["as_of"] is not None
        about = said[told["notice_id"]]
        assert (about["kind"], about["subject"], about["order"]) == ("source_silent", "crm", None)
        assert about["silence"]["source"] == "crm"
        assert await worker.gauge('slamon_source_silent{source="crm"}') == 1.0
        assert (await _silent(worker))["notice_id"] == told["notice_id"]


@pytest.mark.slow
async def test_a_takeover_keeps_what_is_held_and_tells_of_the_silence_no_second_time(
    bootstrap: str, tmp_path: Path
) -> None:
    """The worker that told of it is killed; the other goes on, with the same id, and holds what was held there."""
    names = [f"late-{number}" for number in range(12)]
    async with World(bootstrap, tmp_path, _plan("mes", "PT10M", receivers=("slack",))) as world:
        workers = [world.daemon().start(), world.daemon().start()]
        for worker in workers:
            await worker.ready()
            await until(worker.summary, lambda said: said["complete"], what="both answer for all")
        await world.tell([event("other", "INITIATED", now())], "mes")
        at = now()
        await world.tell([event(name, "SUBMITTED", at) for name in names], "shop")
        told = await _silent(workers[0])
        for name in names:
            await _breached(workers[0], name, "held")
        await until_true(lambda: world.slack.accepted() == [told["notice_id"]], what="Slack knows of the silence")
        shown = [await worker.gauge('slamon_source_silent{source="mes"}') for worker in workers]
        assert sorted(shown) == [-1.0, 1.0]

        async def held() -> list[float]:
            return [await worker.gauge("slamon_held_orders") for worker in workers]

        await until(held, lambda counts: sum(counts) == len(names) and min(counts) > 0, what="both hold some")
        teller = workers.pop(shown.index(1.0))
        teller.kill()
        (left,) = workers
        await until(left.summary, lambda said: said["complete"], what="the other has taken all over")
        gauge = 'slamon_source_silent{source="mes"}'
        await until(lambda: left.gauge(gauge), lambda value: value == 1.0, what="the other tells now")
        assert [notice["notice_id"] for notice in await left.notices(kind="source_silent")] == [told["notice_id"]]
        assert {state for name in names for state in _states(await _notice(left, name))} == {"held"}
        assert world.slack.accepted() == [told["notice_id"]]
        await world.tell([event(names[0], "SHIPPED", at + SECOND)], "mes")
        sent = [(await _breached(left, name, "sent"))["notice_id"] for name in names[1:]]
        assert _states(await _notice(left, names[0])) == {"superseded"}
        assert sorted(world.slack.accepted()) == sorted([told["notice_id"], *sent])
