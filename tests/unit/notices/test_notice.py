"""Ids that are the same everywhere."""

import uuid

import pytest

from slamon.notices.notice import SYSTEM_KINDS, NoticeKind, Severity, notice_id, retraction_id, severity_of
from tests.builders import day


def test_an_id_is_the_same_everywhere() -> None:
    """The id is a UUIDv5 that later versions must not change: receivers know notices by it."""
    found = notice_id("o-1", NoticeKind.BREACHED, stage=None, due_at=day(21))
    assert found == "2bcfc792-fb30-54a2-826c-614dcf51bcd1"
    assert uuid.UUID(found).version == 5
    assert retraction_id(found) == "b5352db8-5bbd-536e-aac8-eb18b823f79a"


@pytest.mark.parametrize(
    "other",
    [
        notice_id("o-2", NoticeKind.STAGE_OVERDUE, stage="SUBMITTED", due_at=day(1)),
        notice_id("o-1", NoticeKind.AT_RISK, stage="SUBMITTED", due_at=day(1)),
        notice_id("o-1", NoticeKind.STAGE_OVERDUE, stage="PRICE_CALCULATED", due_at=day(1)),
        notice_id("o-1", NoticeKind.STAGE_OVERDUE, stage=None, due_at=day(1)),
        notice_id("o-1", NoticeKind.STAGE_OVERDUE, stage="SUBMITTED", due_at=day(1, us=1)),
        notice_id("o-1", NoticeKind.STAGE_OVERDUE, stage="SUBMITTED", due_at=None),
    ],
    ids=["order", "kind", "stage", "no stage", "due", "no due"],
)
def test_each_part_of_the_name_counts(other: str) -> None:
    """Order, kind, stage and due each make another notice."""
    assert notice_id("o-1", NoticeKind.STAGE_OVERDUE, stage="SUBMITTED", due_at=day(1)) != other


def test_every_kind_has_its_severity() -> None:
    """The table of docs/reference/notices.md."""
    critical = {NoticeKind.BREACHED, NoticeKind.SOURCE_SILENT, NoticeKind.SERVICE}
    assert {kind for kind in NoticeKind if severity_of(kind) is Severity.CRITICAL} == critical
    assert {kind for kind in NoticeKind if severity_of(kind) is Severity.INFO} == {NoticeKind.RETRACTED}
    assert {NoticeKind.LAG, NoticeKind.SERVICE, NoticeKind.SOURCE_SILENT} == SYSTEM_KINDS
