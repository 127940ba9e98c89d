"""Answers as rows keep them, and what follows from them."""

from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.errors import DecodeError
from slamon.notices.answers import (
    MOST_ANSWERS,
    Action,
    Answer,
    acknowledged,
    answer_line,
    answer_record,
    kept_as,
    promise_event,
    reminder_due,
    snoozed_until,
    taken,
)
from slamon.orders.event import DAY, Instant
from slamon.sources.native import NativeDecoder
from tests.builders import HOUR, T0, day

N = "n-1"


def said(action: str, at: Instant = T0, *, by: str = "ann", notice_id: str = N, **more: Any) -> Answer:
    return Answer(notice_id, action, by, at, **more)


def test_an_answer_survives_its_bytes() -> None:
    answer = said(Action.SNOOZE, 5, until=9, reason="asked", nonce="7.1")
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(answer), type=Answer) == answer


@pytest.mark.parametrize(
    ("other", "repeats"),
    [
        ({}, True),
        ({"via": "cli"}, True),
        ({"at": T0 + 1}, False),
        ({"by": "bob"}, False),
        ({"action": Action.TOLD}, False),
        ({"notice_id": "n-2"}, False),
        ({"reason": "why"}, False),
        ({"until": day(1)}, False),
        ({"promised_at": day(1)}, False),
        ({"nonce": "7.1"}, False),
    ],
)
def test_only_an_exact_repeat_is_one(other: dict[str, Any], *, repeats: bool) -> None:
    first = said(Action.ACKNOWLEDGE)
    changed = msgspec.structs.replace(first, **other)
    assert kept_as([first], changed) == (first if repeats else None)


def test_a_press_sent_again_is_the_same_however_late_it_comes() -> None:
    first = said(Action.ACKNOWLEDGE, nonce="7.1")
    assert kept_as([first], said(Action.ACKNOWLEDGE, day(1), nonce="7.1")) == first
    assert kept_as([first], said(Action.ACKNOWLEDGE, nonce="7.2")) is None
    assert kept_as([first], said(Action.TOLD, nonce="7.1")) is None


@given(st.lists(st.integers(0, 500), max_size=3 * MOST_ANSWERS))
def test_the_last_answers_are_kept(times: list[int]) -> None:
    kept: list[Answer] | None = None
    for at in times:
        kept = taken(kept, said(Action.TOLD, at))
    assert [answer.at for answer in kept or []] == times[-MOST_ANSWERS:]


def test_an_acknowledgement_holds_for_its_time() -> None:
    answers = [said(Action.ACKNOWLEDGE), said(Action.ACKNOWLEDGE, notice_id="other", by="bob")]
    assert acknowledged(answers, N, T0 + DAY - 1, DAY) == answers[0]
    assert acknowledged(answers, N, T0 + DAY, DAY) is None
    assert acknowledged(None, N, T0, DAY) is None


def test_the_latest_acknowledgement_counts_and_its_own_end() -> None:
    answers = [said(Action.ACKNOWLEDGE, until=day(9)), said(Action.ACKNOWLEDGE, day(1), by="bob", until=day(2))]
    assert acknowledged(answers, N, day(1.5), DAY) == answers[1]
    assert acknowledged(answers, N, day(3), 7 * DAY) is None


def test_the_last_snooze_of_an_order_counts_for_all_its_notices() -> None:
    longer, shorter = said(Action.SNOOZE, until=day(9)), said(Action.SNOOZE, day(1), notice_id="n-2", until=day(2))
    assert snoozed_until([longer], day(1)) == day(9)
    assert snoozed_until([longer, shorter], day(1)) == day(2)
    assert snoozed_until([longer, shorter], day(2)) is None
    assert snoozed_until([said(Action.ACKNOWLEDGE)], T0) is None
    assert snoozed_until(None, T0) is None


@dataclass(frozen=True)
class Case:
    name: str
    answers: tuple[Answer, ...]
    due: Instant | None


REMINDERS = (
    Case("nobody answered", (), None),
    Case("acknowledged", (said(Action.ACKNOWLEDGE),), day(1)),
    Case("acknowledged twice", (said(Action.ACKNOWLEDGE), said(Action.ACKNOWLEDGE, day(1))), day(2)),
    Case("snoozed", (said(Action.SNOOZE, until=day(3)),), day(3)),
    Case("snoozed for longer than acknowledged", (said(Action.SNOOZE, until=day(3)), said(Action.ACKNOWLEDGE)), day(3)),
    Case("another notice", (said(Action.ACKNOWLEDGE, notice_id="n-2"),), None),
    Case("promised anew", (said(Action.ACKNOWLEDGE), said(Action.PROMISE, promised_at=day(5))), None),
    Case("not theirs", (said(Action.SNOOZE, until=day(3)), said(Action.NOT_OURS)), None),
    Case("the customer was told", (said(Action.ACKNOWLEDGE), said(Action.TOLD, day(0.5))), day(1)),
    Case("acknowledged after the new promise", (said(Action.PROMISE), said(Action.ACKNOWLEDGE, day(2))), day(3)),
)


@pytest.mark.parametrize("case", REMINDERS, ids=lambda case: case.name)
def test_when_people_are_reminded(case: Case) -> None:
    assert reminder_due(case.answers, N, DAY) == case.due


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (
            said(Action.ACKNOWLEDGE, by="U1"),
            "Acknowledged by U1 on 2 Mar 2026, 09:00 UTC, until 3 Mar 2026, 09:00 UTC.",
        ),
        (
            said(Action.SNOOZE, until=day(2), reason="waits for\nfiles"),
            "Snoozed by ann on 2 Mar 2026, 09:00 UTC, until 4 Mar 2026, 09:00 UTC: waits for files",
        ),
        (
            said(Action.PROMISE, promised_at=day(9)),
            "Promised anew by ann on 2 Mar 2026, 09:00 UTC, for 11 Mar 2026, 09:00 UTC.",
        ),
        (said(Action.TOLD), "ann told the customer, by 2 Mar 2026, 09:00 UTC."),
        (said(Action.NOT_OURS, by=" "), "unknown said on 2 Mar 2026, 09:00 UTC that it is not theirs."),
    ],
)
def test_answers_in_plain_words(answer: Answer, line: str) -> None:
    assert answer_line(answer, DAY) == line


def test_what_comes_from_outside_is_cut() -> None:
    line = answer_line(said(Action.TOLD, by="x" * 40_000, reason="y" * 40_000))
    assert len(line) < 400
    assert "\n" not in line


def test_the_record_has_every_field() -> None:
    answer = said(Action.PROMISE, promised_at=day(1), nonce="7.1")
    assert answer_record(answer, "o-1") == {
        "notice_id": N,
        "order_id": "o-1",
        "action": "promise",
        "by": "ann",
        "at": "2026-03-02T09:00:00Z",
        "until": None,
        "promised_at": "2026-03-03T09:00:00Z",
        "reason": None,
        "via": "api",
    }


@pytest.mark.parametrize("reason", [None, "machine down"])
def test_a_promise_is_an_event_that_any_source_takes(reason: str | None) -> None:
    answer = said(Action.PROMISE, T0 + HOUR, promised_at=day(30), reason=reason, nonce="7.1")
    written = msgspec.json.encode(promise_event(answer, "o-1"))
    assert written == msgspec.json.encode(promise_event(answer, "o-1"))
    event = NativeDecoder("mes", {}, 4096).decode(written, origin="t:0:1")
    assert (event.order_id, event.system, event.type, event.actor) == ("o-1", "slamon", "promise", "ann")
    assert (event.promised_at, event.occurred_at, event.reason) == (day(30), T0 + HOUR, reason)
    assert event.event_id == "slamon:n-1:7.1"


def test_events_of_two_answers_have_ids_of_their_own() -> None:
    one, other = (promise_event(said(Action.PROMISE, at, promised_at=day(30)), "o-1") for at in (T0, T0 + 1))
    assert one["event_id"] != other["event_id"]
    with pytest.raises(DecodeError):
        NativeDecoder(None, {}, 4096).decode(msgspec.json.encode(one | {"promised_at": None}), origin="t:0:1")
