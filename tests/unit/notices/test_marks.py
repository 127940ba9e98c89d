"""Reports of the outbox: old and repeated ones change nothing, what crossed on the way is made good."""

from collections.abc import Callable

import pytest

from slamon.notices.marks import Mark, mark
from slamon.notices.notice import DeliveryState, retraction_id
from slamon.notices.record import Delivery, NoticeRecord
from slamon.sla.clock import Due
from tests.builders import ORDER, T0, day, mark_of

SENDING, SENT, FAILED = DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.FAILED
PENDING, SUPERSEDED = DeliveryState.PENDING, DeliveryState.SUPERSEDED
DIGESTED = DeliveryState.DIGESTED


def _record(state: DeliveryState = PENDING, attempts: int = 0, *, standing: bool = True) -> NoticeRecord:
    delivery = Delivery(state, attempts)
    return NoticeRecord(
        Due.BREACHED, None, day(21), day(21), day(22), standing=standing, deliveries={"slack": delivery}
    )


def _withdrawal(record: NoticeRecord, state: DeliveryState, attempts: int) -> Mark:
    return mark_of(record, state, attempts, notice_id=retraction_id(record.id_for(ORDER)))


def test_a_delivery_goes_its_way() -> None:
    """Sending, sent: the row knows attempts, when it was accepted, and the receiver's own name for it."""
    record = _record()
    assert mark(ORDER, [record], mark_of(record, SENDING, 1, at=day(22)))
    assert record.deliveries["slack"] == Delivery(SENDING, 1, started_at=day(22))
    assert mark(ORDER, [record], mark_of(record, SENT, 1, at=day(23), remote="C1|17.5"))
    assert record.deliveries["slack"] == Delivery(SENT, 1, day(23), None, "C1|17.5", started_at=day(22))


def test_a_refusal_is_kept_with_its_reason() -> None:
    """`failed` with the reason; nothing was accepted."""
    record = _record(SENDING, 3)
    assert mark(ORDER, [record], mark_of(record, FAILED, 3, error="not_found"))
    assert record.deliveries["slack"] == Delivery(FAILED, 3, None, "not_found")


@pytest.mark.parametrize(
    ("state", "attempts", "reported", "reported_attempts"),
    [
        (SENDING, 1, SENDING, 1),
        (SENT, 1, SENT, 1),
        (SENT, 1, SENDING, 1),
        (SENT, 2, SENDING, 1),
        (SENT, 2, FAILED, 1),
        (SENDING, 2, SENT, 1),
        (FAILED, 1, SENT, 1),
        (PENDING, 1, SENT, 1),
        (PENDING, 1, SENDING, 1),
        (SUPERSEDED, 1, SENT, 1),
    ],
)
def test_old_and_repeated_reports_change_nothing(
    state: DeliveryState, attempts: int, reported: DeliveryState, reported_attempts: int
) -> None:
    """A report counts when it is about a further attempt, or gives the outcome of the one under way."""
    record = _record(state, attempts)
    assert not mark(ORDER, [record], mark_of(record, reported, reported_attempts))
    assert record.deliveries["slack"] == Delivery(state, attempts)


def test_a_further_attempt_counts() -> None:
    """A repeat after a takeover is a further attempt, whatever was known of the last."""
    record = _record(SENDING, 1)
    assert mark(ORDER, [record], mark_of(record, SENDING, 2))
    assert record.deliveries["slack"].attempts == 2


UNKNOWN: dict[str, Callable[[NoticeRecord], Mark]] = {
    "another notice": lambda record: mark_of(record, SENT, 1, notice_id="?"),
    "another receiver": lambda record: mark_of(record, SENT, 1, receiver="crm"),
    "a retraction not owed": lambda record: _withdrawal(record, SENT, 1),
}


@pytest.mark.parametrize("report", UNKNOWN.values(), ids=UNKNOWN)
def test_reports_about_what_is_not_known_change_nothing(report: Callable[[NoticeRecord], Mark]) -> None:
    """A receiver that was removed, a record that was let go: nothing to mark."""
    record = _record()
    assert not mark(ORDER, [record], report(record))
    assert record == _record()


def test_a_retraction_has_deliveries_of_its_own() -> None:
    """Marks about the withdrawal leave those of the notice alone."""
    record = _record(SENT, 1, standing=False)
    record.owe_withdrawal("slack")
    assert mark(ORDER, [record], _withdrawal(record, SENT, 1))
    assert record.deliveries["slack"].state == SENT
    assert record.retraction is not None
    assert record.retraction["slack"].state == SENT


@pytest.mark.parametrize("state", [SENDING, SENT])
def test_a_notice_that_went_out_after_it_was_withdrawn_is_retracted(state: DeliveryState) -> None:
    """It was in flight when the row already knew better: its withdrawal is owed, once."""
    record = _record(SUPERSEDED, standing=False)
    assert mark(ORDER, [record], mark_of(record, state, 1))
    mark(ORDER, [record], mark_of(record, SENT, 1))
    assert record.retraction == {"slack": Delivery(PENDING, queued_at=T0)}


@pytest.mark.parametrize("state", [SENT, FAILED])
def test_a_notice_that_went_out_after_its_retraction_is_retracted_again(state: DeliveryState) -> None:
    """What a receiver heard last has to be what is true."""
    record = _record(SENDING, 1, standing=False)
    record.retraction = {"slack": Delivery(state, 1)}
    assert mark(ORDER, [record], mark_of(record, SENT, 1))
    assert record.retraction == {"slack": Delivery(PENDING, 1, queued_at=T0)}


def test_a_notice_that_was_refused_after_it_was_withdrawn_is_not() -> None:
    """Nobody heard it."""
    record = _record(SUPERSEDED, standing=False)
    assert mark(ORDER, [record], mark_of(record, FAILED, 1, error="auth"))
    assert record.retraction is None


@pytest.mark.parametrize("state", [SENDING, SENT])
def test_a_retraction_that_went_out_after_the_notice_stood_again_is_made_good(state: DeliveryState) -> None:
    """It was in flight when the row had dropped it: the old notice is sent again."""
    record = _record(SENT, 1)
    record.retraction, record.turns = {"slack": Delivery(SUPERSEDED)}, 2
    assert mark(ORDER, [record], _withdrawal(record, state, 1))
    mark(ORDER, [record], _withdrawal(record, SENT, 1))
    assert record.deliveries["slack"] == Delivery(PENDING, 1, queued_at=T0)


def test_a_retraction_of_what_does_not_stand_is_only_marked() -> None:
    """The usual way: the notice stays withdrawn."""
    record = _record(SENT, 1, standing=False)
    record.retraction = {"slack": Delivery(SUPERSEDED)}
    assert mark(ORDER, [record], _withdrawal(record, SENT, 1))
    assert record.deliveries["slack"] == Delivery(SENT, 1)


def test_a_notice_of_a_digest_knows_it_before_and_after() -> None:
    """Which digest, how many that counts then, and at last where it is."""
    record = _record()
    assert mark(ORDER, [record], mark_of(record, SENDING, 1, digest_id="d-1", planned=7))
    delivery = record.deliveries["slack"]
    assert (delivery.state, delivery.digest_id, delivery.planned) == (SENDING, "d-1", 7)
    report = mark_of(record, DIGESTED, 1, at=day(23), digest_id="d-1", planned=9, remote="C1|1")
    assert mark(ORDER, [record], report)
    assert (delivery.state, delivery.digest_id, delivery.planned) == (DIGESTED, "d-1", 9)
    assert (delivery.sent_at, delivery.remote) == (day(23), "C1|1")
    assert not mark(ORDER, [record], report)


def test_what_leaves_its_digest_forgets_it() -> None:
    """A digest that was refused is no more: the notice goes by itself then."""
    record = _record()
    mark(ORDER, [record], mark_of(record, SENDING, 1, digest_id="d-1", planned=7))
    assert mark(ORDER, [record], mark_of(record, SENDING, 2))
    assert (record.deliveries["slack"].digest_id, record.deliveries["slack"].planned) == (None, None)


def test_a_notice_of_a_digest_that_is_withdrawn_is_retracted() -> None:
    record = _record(SUPERSEDED, standing=False)
    assert mark(ORDER, [record], mark_of(record, DIGESTED, 1, digest_id="d-1", planned=1, remote="C1|1"))
    assert record.retraction == {"slack": Delivery(PENDING, queued_at=T0)}


def test_why_an_attempt_failed_is_noted_while_it_is_going_to_be_repeated() -> None:
    """Once; the number of attempts and the state stay."""
    record = _record(SENDING, 2)
    assert mark(ORDER, [record], mark_of(record, SENDING, 2, error="timeout"))
    assert record.deliveries["slack"] == Delivery(SENDING, 2, error="timeout")
    assert not mark(ORDER, [record], mark_of(record, SENDING, 2, error="timeout"))
    assert not mark(ORDER, [record], mark_of(record, SENDING, 2))
    assert mark(ORDER, [record], mark_of(record, SENDING, 2, error="server_error"))
    assert mark(ORDER, [record], mark_of(record, SENT, 2, remote="C1|1"))
    assert record.deliveries["slack"] == Delivery(SENT, 2, T0, None, "C1|1")


def test_a_further_attempt_leaves_when_the_first_began_and_where_the_message_is() -> None:
    record = _record()
    for attempt in (1, 2):
        mark(ORDER, [record], mark_of(record, SENDING, attempt, at=day(22 + attempt), remote="C1|1"))
    mark(ORDER, [record], mark_of(record, SENT, 2))
    assert (record.deliveries["slack"].started_at, record.deliveries["slack"].remote) == (day(23), "C1|1")
