"""What is left to send about a notice."""

import pytest

from slamon.notices.notice import DeliveryState, retraction_id
from slamon.notices.record import Delivery, Hold, NoticeRecord, intents, is_settled
from slamon.sla.clock import Due
from tests.builders import ORDER, day


def _record(state: DeliveryState, withdrawal: DeliveryState | None = None, turns: int = 0) -> NoticeRecord:
    retraction = None if withdrawal is None else {"slack": Delivery(withdrawal, 2)}
    return NoticeRecord(
        Due.BREACHED,
        None,
        day(21),
        day(21),
        day(22),
        turns=turns,
        deliveries={"slack": Delivery(state, 1)},
        retraction=retraction,
    )


@pytest.mark.parametrize(
    ("state", "is_over"),
    [
        (DeliveryState.PENDING, False),
        (DeliveryState.SENDING, False),
        (DeliveryState.DIGESTED, True),
        (DeliveryState.SENT, True),
        (DeliveryState.FAILED, True),
        (DeliveryState.SUPERSEDED, True),
    ],
)
def test_what_is_unsettled_is_to_be_sent(state: DeliveryState, is_over: bool) -> None:
    """A delivery whose outcome is open is an intent, be it a notice's or a retraction's; any other is not."""
    told, withdrawn = _record(state), _record(DeliveryState.SENT, state)
    assert is_settled(told) is is_settled(withdrawn) is is_over
    found = list(intents(ORDER, [told, withdrawn]))
    own_id = told.id_for(ORDER)
    names = [(intent.notice_id, intent.receiver, intent.attempts, intent.withdraws) for intent in found]
    assert names == ([] if is_over else [(own_id, "slack", 1, False), (retraction_id(own_id), "slack", 2, True)])


def test_what_is_held_back_is_unsettled_and_not_to_be_sent() -> None:
    """Its order stays, and nobody is offered it."""
    held = _record(DeliveryState.HELD)
    assert not is_settled(held)
    assert list(intents(ORDER, [held])) == []


def test_it_is_held_while_a_delivery_is() -> None:
    """Until when is known only then."""
    held, sent = _record(DeliveryState.HELD), _record(DeliveryState.SENT)
    held.hold = sent.hold = Hold(day(23), (("crm", day(20)),))
    assert (held.held_until, sent.held_until) == (day(23), None)


def test_a_notice_that_stands_again_is_reinstated() -> None:
    """Only the notice itself is reinstated, and only when it had been withdrawn."""
    first, again = _record(DeliveryState.PENDING), _record(DeliveryState.PENDING, DeliveryState.PENDING, turns=2)
    assert [intent.reinstated for intent in intents(ORDER, [first])] == [False]
    assert [intent.reinstated for intent in intents(ORDER, [again])] == [True, False]


def test_a_withdrawal_owed_again_counts_on() -> None:
    """Attempts of an earlier withdrawal stay counted: a late report about one of them changes nothing."""
    record = _record(DeliveryState.SENT, DeliveryState.SENT)
    record.owe_withdrawal("slack")
    record.owe_withdrawal("crm")
    assert record.retraction == {
        "slack": Delivery(DeliveryState.PENDING, 2),
        "crm": Delivery(DeliveryState.PENDING, 0),
    }


def test_a_withdrawal_goes_to_the_channel_where_the_notice_was_told() -> None:
    record = _record(DeliveryState.SENT)
    record.deliveries["slack"].route = "#first"
    record.owe_withdrawal("slack", day(2), day(3))
    assert record.retraction == {
        "slack": Delivery(DeliveryState.PENDING, route="#first", not_before=day(3), queued_at=day(2))
    }


def test_only_what_is_pending_waits_for_hours() -> None:
    """What is being sent, or was, is what it is."""
    waiting = Delivery(DeliveryState.PENDING, not_before=day(3))
    assert [waiting.state_at(now) for now in (day(2), day(3, us=-1), day(3))] == ["held", "held", "pending"]
    assert Delivery(DeliveryState.PENDING).state_at(day(2)) == "pending"
    assert Delivery(DeliveryState.SENDING, not_before=day(3)).state_at(day(2)) == "sending"
