"""Notices that are about no order: what they say, what becomes of them."""

from dataclasses import replace

import pytest

from slamon.notices.marks import Mark
from slamon.notices.notice import DeliveryState, NoticeKind, notice_id
from slamon.notices.record import Delivery
from slamon.notices.report import deliveries_json
from slamon.notices.routing import Route
from slamon.notices.system import (
    SystemNotice,
    decode_notice,
    encode_notice,
    end,
    mark_system,
    of_silence,
    system_json,
    system_text,
)
from slamon.orders.event import rfc3339
from slamon.sla.silence import Silent
from tests.builders import HOUR, day

SILENT = Silent("mes-events", day(1), day(1.5), "mes")


def notice(silent: Silent = SILENT, *receivers: str) -> SystemNotice:
    return of_silence(silent, 42, tuple(map(Route, receivers or ("slack", "crm"))), day(2))


def states(told: SystemNotice) -> dict[str, str]:
    return {receiver: str(delivery.state) for receiver, delivery in told.deliveries.items()}


def test_one_silence_has_one_id() -> None:
    """Of the source and of when it began, the same wherever it is found and whenever something was expected."""
    told = notice()
    assert told.notice_id == notice(replace(SILENT, expected_by=day(3))).notice_id
    assert told.notice_id == notice_id("mes-events", NoticeKind.SOURCE_SILENT, due_at=day(1))
    others = [replace(SILENT, since=day(2)), replace(SILENT, source="crm-events")]
    assert len({told.notice_id, *(notice(other).notice_id for other in others)}) == 3


def test_it_survives_as_bytes_and_another_versions_does_not() -> None:
    told = notice()
    assert decode_notice(encode_notice(told)) == told
    told.version += 1
    assert decode_notice(encode_notice(told)) is None
    assert decode_notice(b"\x91\x01") is None


def test_it_is_shown_in_the_contracts_shape() -> None:
    told = notice()
    assert system_json(told, HOUR) == {
        "notice_id": told.notice_id,
        "kind": "source_silent",
        "order_id": None,
        "subject": "mes-events",
        "stage": None,
        "due_at": None,
        "severity": None,
        "incident_id": None,
        "at": "2026-03-03T21:00:00Z",
        "decided_at": rfc3339(told.decided_at),
        "standing": True,
        "retracts": None,
        "divergence": None,
        "silence": {
            "source": "mes-events",
            "system": "mes",
            "since": "2026-03-03T09:00:00Z",
            "expected_by": "2026-03-03T21:00:00Z",
            "ended_at": None,
        },
        "text": system_text(told, HOUR),
        "answers": [],
        "acknowledged_at": None,
        "acknowledged_by": None,
        "deliveries": deliveries_json(told.deliveries, told.decided_at),
    }


@pytest.mark.parametrize(
    ("system", "hold_at_most", "ends"),
    [
        ("mes", HOUR, "Notices about orders that wait for a word of mes are held back, each for 1 hour at most."),
        (None, HOUR, "Notices about orders that wait for its word are held back, each for 1 hour at most."),
        (None, 0, "Orders that wait for its word may stand elsewhere than slamon knows."),
    ],
)
def test_it_says_what_is_known(system: str | None, hold_at_most: int, ends: str) -> None:
    told = notice(replace(SILENT, system=system, source="mes\nevents"))
    assert system_text(told, hold_at_most) == (
        "Source mes events is silent: nothing was heard since 3 Mar 2026, 09:00 UTC, "
        f"expected by 3 Mar 2026, 21:00 UTC. {ends}"
    )


def test_when_the_source_is_heard_again_it_stands_no_more() -> None:
    """What was not said yet need not be said; what may have been said stays as it is."""
    told = notice(SILENT, "slack", "crm", "ops")
    told.deliveries |= {"crm": Delivery(DeliveryState.SENT, 1), "ops": Delivery(DeliveryState.SENDING, 1)}
    end(told, day(4))
    assert states(told) == {"slack": "superseded", "crm": "sent", "ops": "sending"}
    shown = system_json(told, HOUR)
    assert (shown["standing"], not told.is_settled) == (False, True)
    assert system_text(told, HOUR) == (
        "Source mes-events was silent from 3 Mar 2026, 09:00 UTC to 6 Mar 2026, 09:00 UTC; it is heard again."
    )


def test_reports_are_taken_once() -> None:
    told = notice(SILENT, "slack")
    report = Mark(notice_id=told.notice_id, receiver="slack", state="sent", attempts=1, at=day(2), remote="C|1")
    assert mark_system(told, report)
    assert not mark_system(told, report)
    assert not mark_system(told, Mark(notice_id=told.notice_id, receiver="gone", state="sent", attempts=1, at=day(2)))
    assert told.deliveries == {"slack": Delivery("sent", 1, day(2), None, "C|1", queued_at=day(2))}
    assert told.is_settled
