"""A sample of the generated history (`make history` runs a million events of it): truth, oracle and slamon agree."""

import json
import os
from collections.abc import Callable
from typing import Any

import pytest

from tests.history import ruler
from tests.history.checking import checked
from tests.history.shop import DAY, HOUR, micros
from tests.history.telling import Chunk, chunk_of

SEED = int(os.environ.get("SLAMON_HISTORY_SEED", "20261129"))
CHUNKS, ORDERS = 4, 230


@pytest.mark.parametrize("number", range(CHUNKS))
def test_every_order_is_as_it_was_decided_and_as_the_oracle_says(number: int) -> None:
    """Verdicts, dates, holds, divergences, notices, causes: some 17,000 events of 920 orders."""
    tally = checked(chunk_of(SEED, number, ORDERS))
    assert tally.differences == [], f"seed {SEED}, chunk {number}"
    assert tally.events > 15 * ORDERS
    assert len(tally.planted) == 10
    assert {"kept", "broken", "cancelled"} <= tally.verdicts.keys()


def test_a_seed_gives_the_same_history_again() -> None:
    assert chunk_of(3, 1, 5) == chunk_of(3, 1, 5)
    assert chunk_of(3, 1, 5).lines != chunk_of(4, 1, 5).lines


def _is_shipped(record: dict[str, Any]) -> bool:
    return bool(record.get("status") == "SHIPPED")


def _is_release(record: dict[str, Any]) -> bool:
    return bool(record.get("type") == "release")


def _is_mirror(record: dict[str, Any]) -> bool:
    return bool(record.get("system") == "crm" and record.get("status") == "PACKAGING")


@pytest.mark.parametrize(
    ("what", "seen_in"),
    [(_is_shipped, "verdict"), (_is_release, "held"), (_is_mirror, "notices")],
)
def test_the_truth_is_no_echo(what: Callable[[dict[str, Any]], bool], seen_in: str) -> None:
    """Where slamon is not told of what was decided, the truth says so and the oracle does not."""
    chunk = chunk_of(SEED, 0, 60)
    lines = [line for line in chunk.lines if line.startswith("{") and line.endswith("}") and not _is(what, line)]
    unusable = sum("event_id" not in line for line in lines)
    differences = checked(Chunk(chunk.now, chunk.lives, lines, unusable)).differences
    assert any(f" {seen_in} (truth)" in difference for difference in differences)
    assert not [difference for difference in differences if "(oracle)" in difference]


def _is(what: Callable[[dict[str, Any]], bool], line: str) -> bool:
    return what(json.loads(line))


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        ("2026-03-02T09:00:00+01:00", "2026-03-03T09:00:00+01:00", 8),
        ("2026-03-07T00:00:00+01:00", "2026-03-09T00:00:00+01:00", 4),
        ("2026-03-28T15:00:00+01:00", "2026-03-30T09:30:00+02:00", 3.5),  # the open Sunday lost an hour
        ("2026-04-02T12:00:00+02:00", "2026-04-07T10:00:00+02:00", 1 + 4 + 4 + 1),  # Easter, but for the Saturday
        ("2026-06-29T00:00:00+02:00", "2026-06-30T00:00:00+02:00", 0),
    ],
)
def test_the_ruler(since: str, until: str, hours: float) -> None:
    """Open time counted by hand."""
    assert ruler.open_time(micros(since), micros(until)) == hours * HOUR


def test_working_days_of_the_ruler() -> None:
    """The same time of day, or the closing before it; from closed time, from the next opening."""
    monday = micros("2026-03-02T15:30:00+01:00")
    assert ruler.working_days(monday, 1) == monday + DAY
    assert ruler.working_days(monday, 5) == micros("2026-03-07T14:00:00+01:00")
    assert ruler.working_days(micros("2026-03-07T20:00:00+01:00"), 1) == micros("2026-03-10T09:00:00+01:00")
