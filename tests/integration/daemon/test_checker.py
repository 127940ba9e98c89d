"""The checker is worth something only if it fails: one true world, doctored in every way that matters."""

from __future__ import annotations

import copy
import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from tests.integration.daemon.checker import judge
from tests.integration.daemon.evidence import SLACK, WEBHOOK, Evidence, order_rules
from tests.integration.daemon.lives import Scale, crowd, events_of
from tests.integration.daemon.proof import prove
from tests.integration.daemon.world import SECOND, Plan, World, now, promise

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slamon.notices.row import OrderRules

pytestmark = [pytest.mark.kafka]

Json = dict[str, Any]
Doctoring: TypeAlias = "Callable[[Evidence], None]"


@dataclass(frozen=True)
class Proven:
    """What was proven once, and the rules that read its changelog."""

    evidence: Evidence
    rules: OrderRules


@pytest.fixture(scope="module")
def proven(broker: Any, tmp_path_factory: pytest.TempPathFactory) -> Proven:
    import asyncio  # noqa: PLC0415 - a module's fixture has no loop of its own

    return asyncio.run(_proven(broker.bootstrap, tmp_path_factory.mktemp("checker")))


async def _proven(bootstrap: str, folder: Path) -> Proven:
    async with World(bootstrap, folder, Plan(promise("PT2S", "PT1S"))) as world:
        worker = await world.worker()
        told = crowd(random.Random(7), 60, Scale(promise=2, arrivals=3), start=now() - 6 * SECOND)
        await world.tell([*events_of(told), b"no JSON"])
        evidence, _ = await prove(world)
        return Proven(evidence, order_rules(worker.config))


def test_the_truth_passes(proven: Proven) -> None:
    assert judge(proven.evidence, proven.rules) == []
    assert {notice["kind"] for notice in proven.evidence.notices} >= {"breached", "finished_late"}


def _breached(evidence: Evidence) -> str:
    found = (n["notice_id"] for n in evidence.notices if n["kind"] == "breached" and n["standing"])
    return str(next(found))


def _lose_from(receiver: str) -> Doctoring:
    def doctor(evidence: Evidence) -> None:
        gone = _breached(evidence)
        evidence.ledgers[receiver] = [row for row in evidence.ledgers[receiver] if row["id"] != gone]

    return doctor


def _send_twice(evidence: Evidence) -> None:
    evidence.ledgers[SLACK].append(evidence.ledgers[SLACK][0])


def _send_a_phantom(evidence: Evidence) -> None:
    row = copy.deepcopy(evidence.ledgers[WEBHOOK][0])
    evidence.ledgers[WEBHOOK].append({**row, "id": "00000000-0000-5000-8000-000000000000"})


def _speak_of_another(evidence: Evidence) -> None:
    evidence.ledgers[SLACK][0]["request"]["metadata"]["event_payload"]["order_id"] = "another"


def _sign_wrongly(evidence: Evidence) -> None:
    evidence.ledgers[WEBHOOK][0]["signed"] = False


def _last_of_some_key(evidence: Evidence) -> int:
    keys = [record.key for record in evidence.changelog]
    orders = {order["order_id"].encode() for _, order in evidence.orders}
    again = next(key for key in keys if key in orders and keys.count(key) > 1)
    return len(keys) - 1 - keys[::-1].index(again)


def _lose_the_later_rows(evidence: Evidence) -> None:
    """All but the first: the very last may only note what a living message says."""
    key = evidence.changelog[_last_of_some_key(evidence)].key
    first = next(record for record in evidence.changelog if record.key == key)
    evidence.changelog = [record for record in evidence.changelog if record.key != key or record is first]


def _let_an_old_row_stand_last(evidence: Evidence) -> None:
    place = _last_of_some_key(evidence)
    older = next(r for r in evidence.changelog if r.key == evidence.changelog[place].key)
    evidence.changelog.append(replace(older, offset=older.offset + 1_000_000))


def _lose_an_order(evidence: Evidence) -> None:
    key = evidence.orders[0][1]["order_id"].encode()
    evidence.changelog = [record for record in evidence.changelog if record.key != key]


def _hide_an_order(evidence: Evidence) -> None:
    evidence.orders.pop()


def _misjudge(evidence: Evidence) -> None:
    evidence.orders[0][1]["verdict"] = "on_track"


def _forget_a_notice(evidence: Evidence) -> None:
    gone = _breached(evidence)
    evidence.notices = [notice for notice in evidence.notices if notice["notice_id"] != gone]


def _misdate_a_notice(evidence: Evidence) -> None:
    evidence.notices[0]["at"] = "2020-01-01T00:00:00Z"


def _keep_one_waiting(evidence: Evidence) -> None:
    evidence.notices[0]["deliveries"][0]["state"] = "sending"


def _answer_in_the_table_alone(evidence: Evidence) -> None:
    evidence.notices[0]["answers"] = [{"action": "told", "by": "nobody"}]


def _take_the_marks_away(evidence: Evidence) -> None:
    evidence.deliveries = []


def _lose_the_dead_letter(evidence: Evidence) -> None:
    evidence.dead_letters = []


def _change_the_dead_letter(evidence: Evidence) -> None:
    evidence.dead_letters = [replace(letter, value=b"changed") for letter in evidence.dead_letters]


def _lose_an_event(evidence: Evidence) -> None:
    evidence.sources = [record for record in evidence.sources if b"SHIPPED" not in (record.value or b"")]


DOCTORINGS = [
    _lose_from(SLACK),
    _lose_from(WEBHOOK),
    _send_twice,
    _send_a_phantom,
    _speak_of_another,
    _sign_wrongly,
    _lose_the_later_rows,
    _let_an_old_row_stand_last,
    _lose_an_order,
    _hide_an_order,
    _misjudge,
    _forget_a_notice,
    _misdate_a_notice,
    _keep_one_waiting,
    _answer_in_the_table_alone,
    _take_the_marks_away,
    _lose_the_dead_letter,
    _change_the_dead_letter,
    _lose_an_event,
]


@pytest.mark.parametrize("doctor", DOCTORINGS, ids=lambda doctor: doctor.__name__.strip("_"))
def test_a_doctored_world_is_found_out(proven: Proven, doctor: Doctoring) -> None:
    evidence = copy.deepcopy(proven.evidence)
    doctor(evidence)
    assert judge(evidence, proven.rules) != []
