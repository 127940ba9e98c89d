"""The words of notices, as goldens to be read aloud. To add one: change one thing about `order_json()`."""

from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.notices.notice import NoticeKind
from slamon.notices.text import notice_text, split_headline
from slamon.orders.event import DAY, SECOND, Instant
from slamon.sla.forecast.watching import Foretold
from tests.samples import HOUR, NOW, PROMISED, order_json, stage_json

Kind = NoticeKind
ABOUT_ORDERS = [kind for kind in NoticeKind if kind not in {Kind.LAG, Kind.SERVICE, Kind.SOURCE_SILENT}]
FINISHED = order_json(status="SHIPPED", finished_at="2026-05-03T10:00:00Z", stages=[], verdict="broken")
CANCELLED = order_json(status="CANCELLED", verdict="cancelled")
REVISED = order_json(
    promise={
        "started_at": "2026-04-11T09:00:00Z",
        "original_due_at": "2026-05-02T09:00:00Z",
        "due_at": "2026-05-20T09:00:00Z",
        "revisions": 2,
    }
)
SUBMITTING = {"status": "SUBMITTED", "system": "shop", "role": None}
UNKNOWN_STAGE = stage_json("SUBMITTED", "PRICE_CALCULATED", "mes", entered_at=None, budget_seconds=None, due_at=None)
WORKING_DAYS = stage_json(
    "MANUFACTURING_APPROVED",
    "MANUFACTURING_STARTED",
    "mes",
    role="operator",
    budget_seconds=None,
    due_at="2026-05-05T09:00:00Z",
)
NOTHING_KNOWN: dict[str, Any] = {"order_id": "A-1001"}


class Golden(NamedTuple):
    text: str
    kind: NoticeKind
    order: dict[str, Any] = order_json()
    due_at: Instant | None = PROMISED
    at: Instant = PROMISED
    stage: str | None = None
    retracts_kind: NoticeKind | None = None


GOLDENS = [
    Golden(
        "Order A-1001 for ACME GmbH (c-1) is 2 days 3 hours late. Promised for 2 May 2026, 09:00 UTC. "
        "Stands at PRICE_CALCULATED since 29 Apr 2026, 12:00 UTC. "
        "Next move: a seller (crm), to bring it to MANUFACTURING_APPROVED; 2 days allowed, over by 3 days. "
        "Nothing was heard of it from crm yet.",
        Kind.BREACHED,
    ),
    Golden(
        "Order A-1001 for ACME GmbH (c-1) is 2 days 3 hours late; that date had passed when it was given. "
        "Promised for 2 May 2026, 09:00 UTC. Stands at PRICE_CALCULATED since 29 Apr 2026, 12:00 UTC. "
        "Next move: a seller (crm), to bring it to MANUFACTURING_APPROVED; 2 days allowed, over by 3 days. "
        "Nothing was heard of it from crm yet.",
        Kind.BREACHED,
        at=PROMISED + DAY,
    ),
    Golden(
        "Order A-1001 for ACME GmbH (c-1) missed the date promised, 2 May 2026, 09:00 UTC; it has a new one. "
        "Promised for 20 May 2026, 09:00 UTC (moved twice, at first 2 May 2026, 09:00 UTC). "
        "Stands at PRICE_CALCULATED since 29 Apr 2026, 12:00 UTC. "
        "Next move: a seller (crm), to bring it to MANUFACTURING_APPROVED; 2 days allowed, over by 3 days. "
        "Nothing was heard of it from crm yet.",
        Kind.BREACHED,
        REVISED,
    ),
    Golden(
        "Order A-1001 for ACME GmbH (c-1) missed its promised date and finished 1 day 1 hour late. "
        "Promised for 2 May 2026, 09:00 UTC. Finished on 3 May 2026, 10:00 UTC.",
        Kind.BREACHED,
        FINISHED,
    ),
    Golden(
        "Order A-1001 for ACME GmbH (c-1) missed the date promised, 2 May 2026, 09:00 UTC, and has been "
        "cancelled. Promised for 2 May 2026, 09:00 UTC. Cancelled.",
        Kind.BREACHED,
        CANCELLED,
    ),
    Golden(
        "Order A-1001 (client unknown) is 2 days 3 hours late. Promised date: unknown. "
        "Where it stands is unknown. Whose move it is, is unknown.",
        Kind.BREACHED,
        NOTHING_KNOWN,
    ),
    Golden(
        "Order A-1001 for client c-1 is 2 days 3 hours late. Promised for 2 May 2026, 09:00 UTC. "
        "Stands at PACKAGING; on its way from MANUFACTURING_COMPLETED since 29 Apr 2026, 12:00 UTC. "
        "Next move: mes, to bring it to SHIPPED; 10 days allowed, 5 days left. "
        "Last heard from mes on 4 May 2026, 11:00 UTC; there it stands at PACKAGING.",
        Kind.BREACHED,
        order_json(
            client_name=None,
            status="PACKAGING",
            systems={"mes": "PACKAGING"},
            heard={"mes": "2026-05-04T11:00:00Z"},
            stages=[
                stage_json(
                    "MANUFACTURING_COMPLETED", "SHIPPED", "mes", budget_seconds=864_000, due_at="2026-05-09T12:00:00Z"
                )
            ],
        ),
    ),
    Golden(
        "Order A-1001 for ACME GmbH is 2 days 3 hours late. Promised for 2 May 2026, 09:00 UTC. "
        "Stands at FILE_UPLOADED, since when is unknown. Next move: shop, to bring it to SUBMITTED.",
        Kind.BREACHED,
        order_json(client_id=None, status="FILE_UPLOADED", next_step=SUBMITTING, stages=[]),
    ),
    Golden(
        "Order A-1001 for ACME GmbH (c-1) is 2 days 3 hours late. Promised for 2 May 2026, 09:00 UTC. "
        "Stands at SUBMITTED, since when is unknown. Next move: mes, to bring it to PRICE_CALCULATED.",
        Kind.BREACHED,
        order_json(
            status="SUBMITTED",
            heard=None,
            stages=[UNKNOWN_STAGE],
        ),
    ),
    Golden(
        "Order A-1001 for ACME GmbH (c-1) is 2 days 3 hours late. Promised for 2 May 2026, 09:00 UTC. "
        "Stands at MANUFACTURING_APPROVED since 29 Apr 2026, 12:00 UTC. "
        "On hold since 3 May 2026, 08:00 UTC: no gold. "
        "Next move: an operator (mes), to bring it to MANUFACTURING_STARTED; 21 hours left. "
        "Last heard from mes on 29 Apr 2026, 12:00 UTC; it gave no known status.",
        Kind.BREACHED,
        order_json(
            status="MANUFACTURING_APPROVED",
            systems={"mes": None},
            holds=[
                {"from": "2026-05-01T08:00:00Z", "to": "2026-05-01T09:00:00Z", "reason": "file"},
                {"from": "2026-05-03T08:00:00Z", "to": None, "reason": "no gold"},
            ],
            stages=[WORKING_DAYS],
        ),
    ),
    Golden(
        "Order A-1001 (client unknown) is late. Promised date: unknown. Where it stands is unknown. "
        "Whose move it is, is unknown.",
        Kind.BREACHED,
        NOTHING_KNOWN,
        None,
    ),
    Golden(
        "Order A-1001 for ACME GmbH (c-1) is at risk: 2 days 21 hours left. "
        "Promised for 20 May 2026, 09:00 UTC (moved twice, at first 2 May 2026, 09:00 UTC). "
        "Stands at PRICE_CALCULATED since 29 Apr 2026, 12:00 UTC. "
        "Next move: a seller (crm), to bring it to MANUFACTURING_APPROVED; 2 days allowed, over by 3 days. "
        "Nothing was heard of it from crm yet.",
        Kind.AT_RISK,
        REVISED,
        NOW + 2 * DAY + 21 * HOUR,
    ),
    Golden(
        "Order A-1001 for ACME GmbH (c-1) was at risk and is now 2 days 3 hours late. "
        "Promised for 2 May 2026, 09:00 UTC. Stands at PRICE_CALCULATED since 29 Apr 2026, 12:00 UTC. "
        "Next move: a seller (crm), to bring it to MANUFACTURING_APPROVED; 2 days allowed, over by 3 days. "
        "Nothing was heard of it from crm yet.",
        Kind.AT_RISK,
    ),
    Golden(
        "Order A-1001 for ACME GmbH (c-1) was at risk of missing its promised date. "
        "Promised for 2 May 2026, 09:00 UTC. Finished on 3 May 2026, 10:00 UTC.",
        Kind.AT_RISK,
        FINISHED,
    ),
    Golden(
        "Order A-1001 (client unknown) is at risk of missing its promised date. Promised date: unknown. "
        "Where it stands is unknown. Whose move it is, is unknown.",
        Kind.AT_RISK,
        NOTHING_KNOWN,
        None,
    ),
    Golden(
        "Order A-1001 for ACME GmbH (c-1) has been waiting 5 days for a seller (crm) to bring it to "
        "MANUFACTURING_APPROVED, 3 days longer than allowed. Promised for 2 May 2026, 09:00 UTC. "
        "Stands at PRICE_CALCULATED since 29 Apr 2026, 12:00 UTC. Nothing was heard of it from crm yet.",
        Kind.STAGE_OVERDUE,
        due_at=NOW - 3 * DAY,
        stage="PRICE_CALCULATED",
    ),
    Golden(
        "Order A-1001 for ACME GmbH (c-1) has been waiting 5 days for mes to bring it to MANUFACTURING_COMPLETED, "
        "1 day longer than allowed. Promised for 2 May 2026, 09:00 UTC. "
        "Stands at MANUFACTURING_STARTED since 29 Apr 2026, 12:00 UTC. "
        "Nothing was heard of it from mes since.",
        Kind.STAGE_OVERDUE,
        order_json(
            status="MANUFACTURING_STARTED",
            systems={"mes": "MANUFACTURING_STARTED"},
            stages=[stage_json("MANUFACTURING_STARTED", "MANUFACTURING_COMPLETED", "mes")],
        ),
        due_at=NOW - DAY,
        stage="MANUFACTURING_STARTED",
    ),
    Golden(
        "Order A-1001 for ACME GmbH (c-1) has been waiting too long for mes to bring it to PRICE_CALCULATED. "
        "Promised for 2 May 2026, 09:00 UTC. Stands at SUBMITTED, since when is unknown.",
        Kind.STAGE_OVERDUE,
        order_json(status="SUBMITTED", heard=None, stages=[UNKNOWN_STAGE]),
        due_at=None,
        stage="SUBMITTED",
    ),
    Golden(
        "Order A-1001 for ACME GmbH (c-1) has been waiting 5 days for a seller (crm) to bring it to "
        "MANUFACTURING_APPROVED; the time allowed for that is up. Promised for 2 May 2026, 09:00 UTC. "
        "Stands at PRICE_CALCULATED since 29 Apr 2026, 12:00 UTC. Nothing was heard of it from crm yet.",
        Kind.STAGE_OVERDUE,
        due_at=NOW - 1,
        stage="PRICE_CALCULATED",
    ),
    Golden(
        "Order A-1001 for ACME GmbH (c-1) has just become late. Promised date: unknown. Where it stands is unknown. "
        "Whose move it is, is unknown.",
        Kind.BREACHED,
        {"order_id": "A-1001", "client_name": "ACME GmbH", "client_id": "c-1"},
        NOW - 1,
        NOW - 1,
    ),
    Golden(
        "Order A-1001 for ACME GmbH (c-1) waited too long in SUBMITTED. Promised for 2 May 2026, 09:00 UTC. "
        "Stands at PRICE_CALCULATED since 29 Apr 2026, 12:00 UTC. "
        "Next move: a seller (crm), to bring it to MANUFACTURING_APPROVED; 2 days allowed, over by 3 days. "
        "Nothing was heard of it from crm yet.",
        Kind.STAGE_OVERDUE,
        stage="SUBMITTED",
    ),
    Golden(
        "Order A-1001 for ACME GmbH (c-1) finished 1 day 1 hour late, on 3 May 2026, 10:00 UTC. "
        "Promised for 2 May 2026, 09:00 UTC.",
        Kind.FINISHED_LATE,
        FINISHED,
    ),
    Golden(
        "Withdrawn: order A-1001 for ACME GmbH (c-1) did not miss the date promised, 2 May 2026, 09:00 UTC; "
        "a report that came late shows it. Promised for 2 May 2026, 09:00 UTC. "
        "Finished on 3 May 2026, 10:00 UTC.",
        Kind.RETRACTED,
        FINISHED,
        retracts_kind=Kind.BREACHED,
    ),
    Golden(
        "Withdrawn: order A-1001 for ACME GmbH (c-1) did not wait too long in SUBMITTED; "
        "a report that came late shows it. Promised for 2 May 2026, 09:00 UTC. Cancelled.",
        Kind.RETRACTED,
        CANCELLED,
        stage="SUBMITTED",
        retracts_kind=Kind.STAGE_OVERDUE,
    ),
    Golden(
        "Withdrawn: what an earlier notice said about order A-1001 (client unknown) was not so. "
        "Promised date: unknown. Where it stands is unknown. Whose move it is, is unknown.",
        Kind.RETRACTED,
        NOTHING_KNOWN,
    ),
]


@pytest.mark.parametrize("golden", GOLDENS, ids=[f"{golden.kind}-{n}" for n, golden in enumerate(GOLDENS)])
def test_read_aloud(golden: Golden) -> None:
    text = notice_text(
        golden.kind,
        golden.order,
        stage=golden.stage,
        due_at=golden.due_at,
        at=golden.at,
        now=NOW,
        retracts_kind=golden.retracts_kind,
    )
    assert text == golden.text


@pytest.mark.parametrize("golden", GOLDENS, ids=[f"{golden.kind}-{n}" for n, golden in enumerate(GOLDENS)])
def test_the_headline_is_the_first_sentence(golden: Golden) -> None:
    head, facts = split_headline(golden.text)
    assert head.endswith(".")
    assert facts.startswith("Promised ")
    assert f"{head} {facts}" == golden.text


def test_a_text_of_another_make_is_all_headline() -> None:
    assert split_headline("The crm is down.") == ("The crm is down.", "")


ORDERS = st.fixed_dictionaries(
    {"order_id": st.text(min_size=1)},
    optional={
        "status": st.none() | st.text(),
        "client_name": st.none() | st.text(max_size=300),
        "client_id": st.none() | st.text(max_size=300),
        "finished_at": st.none() | st.text(),
        "promise": st.none() | st.fixed_dictionaries({"due_at": st.none() | st.text()}),
    },
)


@given(
    st.sampled_from(ABOUT_ORDERS),
    ORDERS,
    st.none() | st.integers(-(10**19), 10**19),
    st.none() | st.text(),
)
def test_any_order_gets_one_short_line(
    kind: NoticeKind, order: dict[str, Any], due_at: int | None, stage: str | None
) -> None:
    text = notice_text(kind, order, stage=stage, due_at=due_at, at=NOW, now=NOW + SECOND)
    assert text == " ".join(text.split())
    assert len(text) < 1_200


def test_what_was_forecast_is_told_while_the_date_is_ahead() -> None:
    """Once it has passed, the forecast is of no interest."""
    said = Foretold(724, PROMISED + DAY, PROMISED + 5 * DAY)
    words: dict[str, Any] = {"stage": None, "due_at": PROMISED, "at": PROMISED - 5 * DAY, "foretold": said}
    before = notice_text(Kind.AT_RISK, order_json(), now=PROMISED - 4 * DAY, **words)
    assert "at risk by forecast: 72 % likely to miss its date" in before
    head, rest = split_headline(before)
    assert head.endswith("would be kept with 90 % certainty.")
    assert rest.startswith("Promised for")
    assert "forecast" not in notice_text(Kind.AT_RISK, order_json(), now=PROMISED + DAY, **words)


def test_which_queue_holds_an_order_is_said_of_open_ones() -> None:
    blocked = {"text": "Waiting behind group crm-sync since 2 May 2026, 09:00 UTC."}

    def said(kind: NoticeKind, **order: Any) -> str:
        return notice_text(kind, order_json(**order), stage=None, due_at=PROMISED, at=PROMISED, now=NOW)

    assert "crm yet. Waiting behind group crm-sync" in said(Kind.BREACHED, blocked=blocked)
    for silent in (said(Kind.FINISHED_LATE, finished_at="2026-05-03T10:00:00Z", blocked=blocked),
                   said(Kind.BREACHED, blocked=None), said(Kind.BREACHED, blocked={"text": None})):  # fmt: skip
        assert "Waiting behind" not in silent
