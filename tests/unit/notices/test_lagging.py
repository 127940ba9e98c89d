"""What an incident of lag says at night: where it stands, who waits, whose promise is next, when it is over."""

import pytest
from msgspec.structs import replace

from slamon.lag.incidents import Incident
from slamon.lag.observation import GroupState
from slamon.lag.order_index import Indexed
from slamon.lag.records import Rewind
from slamon.lag.rows import GroupLag, PartitionLag
from slamon.lag.troubles import Backlog, Spot, TroubleKind
from slamon.lag.verdict import LagStatus, Level, Verdict
from slamon.lag.waiting import Waiting
from slamon.lag.window import Eta
from slamon.notices.lagging import change_words, incident_text, of_incident, severity_of_incident, state_of, subject_of
from slamon.notices.notice import Severity
from slamon.notices.routing import Route
from tests.builders import HOUR, MINUTE, T0, day

STUCK = Incident(
    "i-1", "shop", "crm-sync", TroubleKind.LAG, T0, T0 + 5 * MINUTE, LagStatus.STUCK, Level.WARN, Level.WARN, MINUTE,
    Spot("orders", 3, 42, "o-1"), 4, Backlog(soonest="o-2"),
)  # fmt: skip
NOW = T0 + 6 * MINUTE
WAITING = Waiting(
    4, stages={}, topics={}, oldest=Indexed(42, "o-1", T0), oldest_stage="SUBMITTED", soonest="o-2", slack=HOUR
)


def group(eta: Eta | None = None) -> GroupLag:
    return GroupLag("shop", "crm-sync", Verdict(LagStatus.STUCK, Level.WARN, 6), GroupState.STABLE, T0, eta=eta)


def text(incident: Incident = STUCK, waiting: Waiting | None = WAITING, eta: Eta | None = None) -> str:
    return incident_text(incident, "crm-sync", group(eta), waiting, NOW)


def test_a_group_that_is_stuck() -> None:
    assert text() == (
        "Group crm-sync is stuck on orders. Its oldest unread record is 6 minutes old. "
        "It stands on partition 3, offset 42, order o-1. It will not clear by itself. "
        "4 orders wait behind it; the oldest is o-1 at stage SUBMITTED, since 2 Mar 2026, 09:00 UTC. "
        "First promise in danger: order o-2, due 2 Mar 2026, 10:06 UTC (1 hour left)."
    )


@pytest.mark.parametrize(
    ("status", "eta", "words"),
    [
        (LagStatus.FALLING_BEHIND, None, "At this pace it does not clear."),
        (
            LagStatus.CATCHING_UP, Eta(6 * MINUTE, 4 * MINUTE, 9 * MINUTE),
            "At this pace it clears in 6 minutes (between 4 minutes and 9 minutes).",
        ),
        (
            LagStatus.CATCHING_UP, Eta(6 * MINUTE, 4 * MINUTE, None),
            "At this pace it clears in 6 minutes (between 4 minutes and not foreseeable).",
        ),
        (LagStatus.STOPPED, Eta(1, 1, 1), "It will not clear by itself."),
    ],
)  # fmt: skip
def test_when_it_is_over(status: LagStatus, eta: Eta | None, words: str) -> None:
    assert words in text(replace(STUCK, status=status), eta=eta)


@pytest.mark.parametrize(
    ("waiting", "words"),
    [
        (replace(WAITING, at_least=True), "At least 4 orders wait behind it;"),
        (replace(WAITING, orders=1), "1 order waits behind it;"),
        (
            replace(WAITING, slack=-HOUR),
            "First promise in danger: order o-2, due 2 Mar 2026, 08:06 UTC (late by 1 hour).",
        ),
        (Waiting(0, at_least=True), "How many orders wait is unknown."),
    ],
    ids=["at least", "one", "late already", "unknown"],
)
def test_who_waits(waiting: Waiting, words: str) -> None:
    assert words in text(waiting=waiting)


def test_where_no_orders_are_known_none_are_told_of() -> None:
    assert "order" not in text(replace(STUCK, spot=None), None)
    assert "order" not in text(replace(STUCK, spot=None), Waiting(0))
    assert "order" not in text(replace(STUCK, spot=Spot("letters", 3, 42)), None)
    assert "of which order is unknown" in text(replace(STUCK, spot=Spot("orders", 3, 42)), Waiting(0))


@pytest.mark.parametrize("kind", [kind for kind in TroubleKind if kind is not TroubleKind.LAG])
def test_every_other_trouble_has_words(kind: TroubleKind) -> None:
    said = text(replace(STUCK, kind=kind, cause="no answer"), None)
    assert "crm-sync" in said
    assert said.endswith("Since 2 Mar 2026, 09:00 UTC.")


@pytest.mark.parametrize(
    ("rewind", "words"),
    [
        (Rewind.BEYOND_END, "stands beyond the end of its log: the log was cut, or its topic is a new one."),
        (Rewind.RECREATED, "stands where it stood in a topic of the same name that is gone."),
        (Rewind.BACK, "was set back: it reads again what it had read."),
        (None, "was set back, or its topic is a new one."),
    ],
)
def test_a_group_that_was_set_back_says_how_and_where(rewind: Rewind | None, words: str) -> None:
    worst = PartitionLag("letters", 3, committed=42, rewind=rewind)
    incident = replace(STUCK, kind=TroubleKind.REWOUND, status=LagStatus.REWOUND, spot=Spot("letters", 3, 42))
    said = incident_text(incident, "crm-sync", replace(group(), worst=worst), None, NOW)
    stands = "It stands at letters, partition 3, offset 42. Since 2 Mar 2026, 09:00 UTC."
    assert said == f"Group crm-sync {words} {stands}"


@pytest.mark.parametrize(("lost", "words"), [(0, "records"), (1, "1 record"), (4, "4 records")])
def test_a_group_that_lost_records_says_how_many(lost: int, words: str) -> None:
    incident = replace(STUCK, kind=TroubleKind.DATA_LOSS, status=LagStatus.DATA_LOSS, backlog=Backlog(lost=lost))
    assert text(incident, None).startswith(f"Group crm-sync lost {words}: the log was deleted before they were read.")


def test_its_ids_are_of_the_group_and_the_beginning() -> None:
    """The same whoever tells it and when; one that turns critical has another, one of another kind too."""

    def told(incident: Incident, now: int = NOW) -> str:
        return of_incident(incident, "crm-sync", "x", (Route("slack"),), now).notice_id

    assert told(STUCK) == told(replace(STUCK, status=LagStatus.STOPPED, spot=None), NOW + HOUR)
    others = [
        replace(STUCK, worst=Level.CRITICAL),
        replace(STUCK, kind=TroubleKind.REWOUND),
        replace(STUCK, started_at=day(1)),
    ]
    assert len({told(one) for one in (STUCK, *others)}) == 4


def test_an_incident_stays_as_bad_as_it_was() -> None:
    eased = replace(STUCK, level=Level.WARN, worst=Level.CRITICAL)
    assert (severity_of_incident(eased), severity_of_incident(STUCK)) == (Severity.CRITICAL, Severity.WARNING)


def test_a_group_of_another_cluster_is_named_with_it() -> None:
    assert (subject_of(STUCK, "shop"), subject_of(STUCK, "default")) == ("crm-sync", "shop/crm-sync")


def test_what_is_worth_saying_anew() -> None:
    state = state_of(STUCK)
    moved = replace(STUCK, spot=Spot("orders", 3, 43, "o-3"))
    assert state_of(replace(STUCK, orders=5)) == state
    assert state_of(moved) != state
    assert state_of(replace(STUCK, backlog=Backlog(soonest="o-9"))) != state
    passing = replace(STUCK, status=LagStatus.CATCHING_UP)
    assert state_of(passing) == state_of(replace(passing, spot=None))
    assert change_words(passing, state) == "The queue is late, but catches up now."
    assert change_words(moved, state) is None
