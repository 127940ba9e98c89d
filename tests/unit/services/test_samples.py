"""One sample of each kind: judged by the core, marked as a test, and of the shape of real notices."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.notices.notice import NoticeKind, notice_id, retraction_id
from slamon.orders.event import DAY, SECOND
from slamon.services.samples import MARK, samples
from slamon.sinks.message import OutgoingNotice
from tests.samples import NOW, order_json

ABOUT_SYSTEMS = {NoticeKind.LAG, NoticeKind.SERVICE, NoticeKind.SOURCE_SILENT}


def _sample(kind: NoticeKind) -> OutgoingNotice:
    return next(notice for notice in samples(NOW) if notice.kind is kind)


@given(st.integers(0, 4_000_000_000))
def test_every_kind_at_any_time_and_each_says_that_it_is_a_test(seconds: int) -> None:
    found = samples(seconds * SECOND)
    assert [notice.kind for notice in found if notice.kind not in ABOUT_SYSTEMS] == [
        NoticeKind.AT_RISK,
        NoticeKind.BREACHED,
        NoticeKind.STAGE_OVERDUE,
        NoticeKind.DIVERGENCE,
        NoticeKind.FINISHED_LATE,
        NoticeKind.RETRACTED,
    ]
    assert {notice.kind for notice in found} == set(NoticeKind)
    assert all(notice.text.startswith(MARK) for notice in found)
    assert len({notice.notice_id for notice in found}) == len(found)


def test_those_of_another_moment_have_other_ids() -> None:
    assert {n.notice_id for n in samples(NOW)}.isdisjoint(n.notice_id for n in samples(NOW + SECOND))


def test_orders_have_the_shape_of_real_ones() -> None:
    for notice in samples(NOW):
        assert (notice.order is None) == (notice.kind in ABOUT_SYSTEMS)
        if notice.order is not None:
            assert set(notice.order) >= set(order_json())
            assert notice.order["order_id"] == notice.subject


@pytest.mark.parametrize(
    ("kind", "verdict", "due_in"),
    [
        (NoticeKind.AT_RISK, "at_risk", 2 * DAY),
        (NoticeKind.BREACHED, "breached", -2 * DAY),
        (NoticeKind.FINISHED_LATE, "broken", -3 * DAY),
        (NoticeKind.RETRACTED, "kept", -DAY),
    ],
)
def test_orders_stand_as_their_notice_says(kind: NoticeKind, verdict: str, due_in: int) -> None:
    notice = _sample(kind)
    assert notice.order is not None
    assert notice.order["verdict"] == verdict
    assert notice.due_at == NOW + due_in


def test_what_else_they_say() -> None:
    assert _sample(NoticeKind.STAGE_OVERDUE).stage == "PRICE_CALCULATED"
    assert "crm has not reported MANUFACTURING_APPROVED" in _sample(NoticeKind.DIVERGENCE).text
    withdrawn = _sample(NoticeKind.RETRACTED)
    assert withdrawn.retracts == notice_id(withdrawn.subject, NoticeKind.BREACHED, due_at=withdrawn.due_at)
    assert withdrawn.notice_id == retraction_id(withdrawn.retracts)
    silence = _sample(NoticeKind.SOURCE_SILENT).silence
    assert silence is not None
    assert silence["ended_at"] is None
