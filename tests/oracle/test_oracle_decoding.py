"""The decoder of the oracle against the records of `odd_records`, and its durations."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracle.decoding import RejectedRecordError, decode
from tests.oracle.histories import spellings
from tests.oracle.instants import DAY, EARLIEST, LATEST, SECOND, duration, instant, rendered
from tests.oracle.odd_records import ACCEPTED, BASE, REJECTED
from tests.oracle.oracle import replay
from tests.oracle.rules import DEFAULT, rules_from


@pytest.mark.parametrize("name", REJECTED)
def test_record_is_rejected(name: str) -> None:
    with pytest.raises(RejectedRecordError):
        decode(REJECTED[name], DEFAULT)


@pytest.mark.parametrize("name", ACCEPTED)
def test_record_is_taken(name: str) -> None:
    assert decode(ACCEPTED[name], DEFAULT).order_id


def test_equal_after_normalising() -> None:
    same = ("plain", "lower-case t and z", "offset", "negative offset", "offset -00:00", "nulls", "type null")
    assert {decode(ACCEPTED[name], DEFAULT) for name in same} == {decode(ACCEPTED["event_id of 128"], DEFAULT)}


def test_attributes_of_4096_bytes_are_kept_and_of_4097_left_out() -> None:
    kept = BASE | {"attributes": {"a": "é" * 2044}}  # {"a":"…"} adds eight bytes
    assert decode(json.dumps(kept), DEFAULT).attributes is not None
    assert decode(json.dumps(kept | {"attributes": {"a": "é" * 2044 + "x"}}), DEFAULT).attributes is None


def test_rejected_lines_are_counted_from_one_and_blank_ones_are_no_records() -> None:
    answer = replay([json.dumps(BASE), "", "{", b"\xff", "   \r"])
    assert [row["line"] for row in answer["rejected"]] == [3, 4]
    assert answer["summary"]["orders"] == 1


def test_nesting_without_end_is_a_rejected_record_and_no_crash() -> None:
    assert len(replay([json.dumps(BASE)[:-1] + ',"a":' + "[" * 100_000 + "]" * 100_000 + "}"])["rejected"]) == 1


def test_nothing_usable_gives_an_empty_answer() -> None:
    answer = replay(["nonsense"])
    assert (answer["at"], answer["orders"], answer["notices"], len(answer["rejected"])) == (None, [], [], 1)


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-03-02T09:00:00", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59-00:01"]
)
def test_bad_at_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"RFC 3339|outside the years|year 0"):
        replay([], at=text)


@pytest.mark.parametrize(
    ("text", "ticks"),
    [
        ("P21D", 21 * DAY),
        ("P2W", 14 * DAY),
        ("PT30M", 1800 * SECOND),
        ("P1DT2H3M4S", DAY + 7384 * SECOND),
        ("PT0.5S", SECOND // 2),
        ("PT0S", 0),
    ],
)
def test_duration_is_read(text: str, ticks: int) -> None:
    assert duration(text) == ticks


@pytest.mark.parametrize("text", ["", "P", "PT", "P1DT", "P1M", "P1Y", "1D", "P1W2D", "PT1D", "-P1D", "p1d"])
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        duration(text)


@given(st.integers(EARLIEST // 2, LATEST // 2), st.data())
def test_every_spelling_is_the_same_instant(micros: int, data: st.DataObject) -> None:
    ticks = micros * 2
    assert instant(str(rendered(ticks))) == ticks
    assert instant(data.draw(spellings(ticks))) == ticks


@pytest.mark.parametrize(
    "config",
    [
        {"slack": {}},
        {"sla": {"policies": [{"what": "else"}]}},
        {"sla": {"calendars": {"x": {"time_zone": "UTC", "days": {}, "ics": "own.ics"}}}},
        {"sla": {"forecast": {"notify": True}}},
    ],
)
def test_rules_outside_the_oracle_are_refused(config: dict[str, object]) -> None:
    with pytest.raises(NotImplementedError):
        rules_from(config)
