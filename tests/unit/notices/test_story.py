"""The living message of an order: what it says, and what its thread is told."""

import msgspec
import pytest

from slamon.notices.notice import DeliveryState
from slamon.notices.record import Delivery, NoticeRecord
from slamon.notices.story import MOST_LINES, Face, Line, Story, Told, changes, face_of, follow, leading, take_told
from slamon.sla.clock import Clock, Due
from tests.builders import RULES, day

RULES_NOW = RULES.book.rules[0]
STATUSES = RULES_NOW.policy.lifecycle.statuses
SUBMITTED, PRICED = STATUSES.index("SUBMITTED"), STATUSES.index("PRICE_CALCULATED")
OPEN = Face(step=SUBMITTED, due_at=day(21), standing=("at_risk@1",))


def test_a_story_survives_its_bytes() -> None:
    story = Story("slack", "C1|1.2", "C1", OPEN, 3, 2, [Line(3, "Moved on.")])
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(story), type=Story) == story


@pytest.mark.parametrize(
    ("after", "lines"),
    [
        (OPEN, []),
        (msgspec.structs.replace(OPEN, step=PRICED), ["Moved on to PRICE_CALCULATED."]),
        (msgspec.structs.replace(OPEN, step=SUBMITTED - 1), [f"Went back to {STATUSES[SUBMITTED - 1]}."]),
        (
            msgspec.structs.replace(OPEN, due_at=day(30)),
            ["New promise: 1 Apr 2026, 09:00 UTC. It was 23 Mar 2026, 09:00 UTC."],
        ),
        (msgspec.structs.replace(OPEN, ended_at=day(20)), ["Finished on 22 Mar 2026, 09:00 UTC, in time."]),
        (msgspec.structs.replace(OPEN, ended_at=day(22)), []),
        (msgspec.structs.replace(OPEN, cancelled=True, ended_at=day(20)), ["The order was cancelled."]),
        (msgspec.structs.replace(OPEN, standing=("breached@1",)), []),
    ],
)
def test_what_happened_is_a_line_unless_it_has_a_notice_of_its_own(after: Face, lines: list[str]) -> None:
    assert list(changes(OPEN, after, RULES_NOW)) == lines


def test_a_story_goes_on_turn_by_turn_until_it_is_told() -> None:
    """A new face is a new turn; what was told of an earlier one leaves the rest to be told."""
    story = Story("slack", "C1|1", None, OPEN)
    assert not follow(story, OPEN, (), RULES_NOW)
    assert story.is_told
    assert follow(story, msgspec.structs.replace(OPEN, step=PRICED), (), RULES_NOW)
    assert follow(story, msgspec.structs.replace(OPEN, step=PRICED, answers=1), ("Acknowledged.",), RULES_NOW)
    told = [(1, "Moved on to PRICE_CALCULATED."), (2, "Acknowledged.")]
    assert [(line.turn, line.text) for line in story.lines] == told
    reports = [("slack", 1), ("slack", 1), ("crm", 2)]
    assert [take_told(story, Told(receiver=name, turn=turn)) for name, turn in reports] == [True, False, False]
    assert [line.turn for line in story.lines] == [2]
    assert take_told(story, Told(receiver="slack", turn=2))
    assert story.told == story.turn == 2


def test_a_thread_that_can_not_be_told_does_not_grow_for_ever() -> None:
    story = Story("slack", "C1|1", None, OPEN)
    for number in range(40):
        follow(story, msgspec.structs.replace(OPEN, answers=number + 1), (f"line {number}",), RULES_NOW)
    assert [line.text for line in story.lines] == [f"line {number}" for number in range(40 - MOST_LINES, 40)]


def _record(kind: Due, due: int, state: DeliveryState = DeliveryState.SENT, *, standing: bool = True) -> NoticeRecord:
    record = NoticeRecord(kind, None, day(due), day(due), day(due), standing)
    record.deliveries = {"slack": Delivery(state)}
    return record


def test_the_message_shows_the_most_serious_notice_of_the_date_in_force() -> None:
    clock = Clock(due_at=day(30))
    old, new = _record(Due.BREACHED, 21), _record(Due.AT_RISK, 30)
    assert leading([old, new], clock, "slack") is new
    assert leading([old, new, _record(Due.BREACHED, 30, DeliveryState.HELD)], clock, "slack") is new
    coming = _record(Due.BREACHED, 30, DeliveryState.PENDING)
    assert leading([old, new, coming], clock, "slack") is coming
    breached = _record(Due.BREACHED, 30)
    assert leading([old, new, breached], clock, "slack") is breached
    withdrawn = _record(Due.BREACHED, 30, standing=False)
    assert leading([withdrawn, new], clock, "slack") is new
    assert leading([withdrawn], clock, "slack") is withdrawn
    assert leading([breached], clock, "crm") is None


def test_a_message_that_began_under_a_lesser_notice_has_more_to_say() -> None:
    """Both were decided at once, so nothing else changes any more."""
    clock = Clock(due_at=day(30))
    waits, late = _record(Due.STAGE_OVERDUE, 22), _record(Due.BREACHED, 30, DeliveryState.PENDING)
    begun = msgspec.structs.replace(face_of(clock, [waits, late]), lead=f"stage_overdue@{day(22)}")
    story = Story("slack", "C1|1", None, begun)
    assert follow(story, face_of(clock, [waits, late], receiver="slack"), (), RULES_NOW)
    assert (story.turn, story.face.lead, story.lines) == (1, f"breached@{day(30)}", [])
