"""`slamon policy diff` from end to end: it says what two replays say, order by order and notice by notice."""

import json
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import slamon
from tests.configurations import SMALLEST

POLICIES = {
    "the same": "",
    "a shorter promise": "sla: {promise: {duration: P14D}}\n",
    "an earlier warning": "sla: {promise: {warn_before: P10D}}\n",
    "other stages": "sla: {stages: [{from: SUBMITTED, to: SHIPPED, budget: P5D}]}\n",
    "one for some": "sla: {policies: [{name: rush, when: {channels: [b2b]}, promise: {duration: P5D}}]}\n",
    "holds that pause": "sla: {policies: [{name: patient, holds: {pause: [promise, stages]}}]}\n",
    "from a day on": "sla: {enforce_from: 2027-01-03T00:00:00Z}\n",
}


def _lines() -> list[dict[str, Any]]:
    """Ten orders, each slower than the one before; the last three stay open, one is held, one promised anew."""
    found: list[dict[str, Any]] = []
    for number in range(10):
        order = {"order_id": f"o-{number}", "channel": ("shop", "b2b")[number % 2], "manager_id": f"m-{number % 3}"}
        steps = ("SUBMITTED", "PRICE_CALCULATED", "MANUFACTURING_APPROVED", "SHIPPED")[: 4 if number < 7 else 2]
        days = (1, 1 + number, 2 + number, 3 + 4 * number)
        found += [
            {**order, "system": "mes", "status": status, "occurred_at": f"2027-01-{day:02}T09:00:00Z"}
            for status, day in zip(steps, days, strict=False)
        ]
    crm = {"system": "crm", "occurred_at": "2027-01-10T09:00:00Z"}
    return [
        *found,
        {**crm, "order_id": "o-6", "type": "promise", "promised_at": "2027-02-10T09:00:00Z"},
        {**crm, "order_id": "o-5", "type": "hold", "reason": "no paper"},
    ]


@pytest.fixture
def events(tmp_path: Path) -> str:
    file = tmp_path / "events.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in _lines()))
    return str(file)


def _shown(*words: str) -> dict[str, Any]:
    ran = slamon(*words, "--format", "json", "--at", "2027-01-30T00:00:00Z")
    assert (ran.code, ran.err) == (0, "")
    shown = json.loads(ran.out)
    assert isinstance(shown, dict)
    return shown


@pytest.mark.parametrize("new", POLICIES.values(), ids=POLICIES)
def test_the_difference_of_two_replays(events: str, tmp_path: Path, new: str) -> None:
    files = [tmp_path / "old.yaml", tmp_path / "new.yaml"]
    for file, text in zip(files, ("", new), strict=True):
        file.write_text(SMALLEST + text)
    old, now = (_shown("replay", events, "--config", str(file)) for file in files)
    diff = _shown("policy", "diff", "--config", str(files[0]), "--config", str(files[1]), events)
    shown = {order["order_id"]: order for order in diff["orders"]}
    for before, after in zip(old["orders"], now["orders"], strict=True):
        order = shown.get(before["order_id"])
        verdicts = {"old": before["verdict"], "new": after["verdict"]}
        due_at = {"old": before["promise"]["due_at"], "new": after["promise"]["due_at"]}
        if order is None:
            assert (verdicts["old"], due_at["old"]) == (verdicts["new"], due_at["new"])
        else:
            assert (order["verdict"], order["due_at"], order["policy"]["new"]) == (
                verdicts,
                due_at,
                after["policy"]["name"],
            )
    stood, stands = (
        {told["notice_id"]: (told["at"], told["due_at"]) for told in side["notices"]} for side in (old, now)
    )
    changed = list(chain.from_iterable(order["notices"] for order in diff["orders"]))
    gone = {_named(told["old"]) for told in changed if told["old"]}
    come = {_named(told["new"]) for told in changed if told["new"]}
    assert gone - come == set(stood.items()) - set(stands.items())
    assert come - gone == set(stands.items()) - set(stood.items())
    assert diff["summary"]["old"]["notices"]["total"] == len(stood)
    assert diff["summary"]["new"]["notices"]["total"] == len(stands)
    assert diff["summary"]["new"]["by_verdict"] == now["summary"]["by_verdict"]
    assert sum(day["new"] for day in diff["summary"]["days"]) == len(stands)
    assert sum(told["old"] for told in diff["summary"]["managers"]) == len(stood)


def _named(notice: dict[str, str]) -> tuple[str, tuple[str, str]]:
    return notice["notice_id"], (notice["at"], notice["due_at"])
