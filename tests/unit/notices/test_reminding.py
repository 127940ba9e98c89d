"""Reminders: once, when what was put off is over and the order is still not as promised."""

import pytest

from slamon.notices.answers import Action, Answer
from slamon.notices.notice import DeliveryState
from slamon.notices.record import Delivery, NoticeRecord
from slamon.notices.reminding import next_reminder, remind
from slamon.notices.row import Row
from slamon.notices.story import Story
from slamon.orders.event import DAY
from slamon.sla.clock import Due
from tests.builders import RULES, T0, day

ACKNOWLEDGED = Answer("n-1", Action.ACKNOWLEDGE, "ann", T0)
SNOOZED = Answer("n-1", Action.SNOOZE, "ann", T0, until=day(3))


def _row(*answers: Answer, state: DeliveryState = DeliveryState.SENT, standing: bool = True) -> Row:
    record = NoticeRecord(Due.BREACHED, None, T0, T0, T0, standing, deliveries={"slack": Delivery(state, 1)})
    return Row(records=[record], answers=list(answers), story=Story("slack", "C1|1"))


@pytest.mark.parametrize(("answer", "due"), [(ACKNOWLEDGED, T0 + DAY), (SNOOZED, day(3))])
def test_people_are_reminded_once_when_it_is_over(answer: Answer, due: int) -> None:
    row = _row(answer)
    assert next_reminder(row, RULES) == due
    assert remind(row, due - 1, RULES) == []
    (line,) = remind(row, due, RULES)
    assert line.calls
    assert line.text.startswith("Reminder:")
    assert (remind(row, due + 1, RULES), next_reminder(row, RULES)) == ([], None)


def test_who_puts_it_off_again_is_reminded_again() -> None:
    row = _row(ACKNOWLEDGED)
    assert len(remind(row, T0 + DAY, RULES)) == 1
    assert row.answers is not None
    row.answers.append(Answer("n-1", Action.SNOOZE, "ann", day(1, us=1), until=day(5)))
    assert next_reminder(row, RULES) == day(5)
    assert len(remind(row, day(5), RULES)) == 1


def test_of_several_notices_the_next_one_counts_and_what_is_due_together_is_one_line() -> None:
    row = _row(ACKNOWLEDGED, Answer("n-2", Action.SNOOZE, "bob", T0, until=day(2)))
    assert next_reminder(row, RULES) == day(1)
    assert len(remind(row, day(2), RULES)) == 1
    assert next_reminder(row, RULES) is None


def test_a_notice_of_a_digest_was_told_too() -> None:
    assert next_reminder(_row(SNOOZED, state=DeliveryState.DIGESTED), RULES) == day(3)


def _ended() -> Row:
    row = _row(SNOOZED)
    row.clock.ended_at = day(1)
    return row


def _without_a_message() -> Row:
    row = _row(SNOOZED)
    row.story = None
    return row


@pytest.mark.parametrize(
    "row",
    [
        _row(),
        _row(Answer("n-1", Action.TOLD, "ann", T0)),
        _row(SNOOZED, Answer("n-1", Action.PROMISE, "ann", T0, promised_at=day(9))),
        _row(SNOOZED, standing=False),
        _row(SNOOZED, state=DeliveryState.PENDING),
        _ended(),
        _without_a_message(),
    ],
    ids=["no answer", "no putting off", "a new promise", "withdrawn", "not told", "ended", "no living message"],
)
def test_nobody_is_reminded_of_what_is_settled(row: Row) -> None:
    assert (next_reminder(row, RULES), remind(row, day(30), RULES)) == (None, [])
