"""Incidents open once, stay one whatever becomes of them, close after a while, and survive restarts by their ids."""

import uuid

import msgspec
import pytest

from slamon.lag.incidents import (
    AFTER_OUTAGE,
    Changes,
    Incident,
    Incidents,
    decode_incidents,
    encode_incidents,
    incident_id,
    step,
)
from slamon.lag.troubles import Backlog, Spot, Trouble, TroubleKind
from slamon.lag.verdict import LagStatus, Level
from slamon.orders.event import SECOND, Instant
from tests.builders import HOUR, MINUTE, T0

AT = Spot("a", 0, 7)


def late(status: LagStatus = LagStatus.STUCK, level: Level = Level.WARN, spot: Spot = AT, **changes: object) -> Trouble:
    trouble = Trouble("shop", "mes", TroubleKind.LAG, status, level, T0 - MINUTE, "a:0:7", MINUTE, spot)
    return msgspec.structs.replace(trouble, **changes)


OUTAGE = late(kind=TroubleKind.BROKER_AWAY, subject="shop", anchor="x")


class Told:
    """Incidents of the cluster `shop`, told cycle by cycle."""

    def __init__(self) -> None:
        self.state = Incidents()
        self.now: Instant = T0

    def cycle(self, *found: Trouble, after: int = 15 * SECOND) -> Changes:
        self.now += after
        self.state, changes = step(self.state, found, "shop", self.now)
        return changes


def only(incidents: tuple[Incident, ...]) -> Incident:
    (incident,) = incidents
    return incident


def test_it_opens_once() -> None:
    told = Told()
    opened = only(told.cycle(late()).opened)
    assert (opened.started_at, opened.opened_at, opened.spot) == (T0 - MINUTE, T0 + 15 * SECOND, AT)
    assert uuid.UUID(opened.incident_id).version == 5
    assert told.cycle(late()) == Changes()


def test_it_stays_one_whatever_becomes_of_it() -> None:
    told = Told()
    first = only(told.cycle(late()).opened)
    worse = only(told.cycle(late(level=Level.CRITICAL)).changed)
    better = only(told.cycle(late(LagStatus.CATCHING_UP, anchor="a:0:9")).changed)
    assert first.incident_id == worse.incident_id == better.incident_id
    assert (better.status, better.level, better.worst) == (LagStatus.CATCHING_UP, Level.WARN, Level.CRITICAL)


@pytest.mark.parametrize(("status", "is_told"), [(LagStatus.STUCK, True), (LagStatus.FALLING_BEHIND, False)])
def test_the_record_that_it_is_stuck_on_is_news_one_that_it_passes_is_not(status: LagStatus, is_told: bool) -> None:
    told = Told()
    told.cycle(late(status))
    changes = told.cycle(late(status, spot=Spot("a", 0, 8)))
    assert bool(changes.changed) is is_told
    assert only(told.state.open).spot == Spot("a", 0, 8)


def test_it_closes_when_all_was_well_for_a_while_and_ends_when_that_began() -> None:
    told = Told()
    told.cycle(late())
    assert told.cycle() == Changes()
    well_since = told.now
    assert told.cycle(after=MINUTE - 1) == Changes()
    closed = only(told.cycle(after=1).closed)
    assert closed.ended_at == well_since
    assert told.state.open == ()


def test_a_relapse_within_that_while_is_the_same_incident() -> None:
    told = Told()
    told.cycle(late())
    told.cycle()
    assert told.cycle(late(), after=50 * SECOND) == Changes()
    assert told.cycle(after=MINUTE) == Changes()
    assert only(told.state.open).well_since == told.now


def test_the_most_orders_count() -> None:
    told = Told()
    told.cycle(late(backlog=Backlog(orders=3)))
    told.cycle(late(backlog=Backlog(orders=17)))
    told.cycle(late())
    assert only(told.state.open).orders == 17


def test_whoever_finds_it_anew_finds_the_same_id() -> None:
    one, other = Told(), Told()
    other.now += HOUR
    assert only(one.cycle(late()).opened).incident_id == only(other.cycle(late()).opened).incident_id
    assert incident_id("shop", "mes", TroubleKind.LAG, "a:0:8") != incident_id("shop", "mes", TroubleKind.LAG, "a:0:7")


def test_it_survives_a_restart() -> None:
    told, other = Told(), Told()
    opened = only(told.cycle(late()).opened)
    other.now, other.state = told.now, decode_incidents(encode_incidents(told.state))
    assert other.state == told.state
    assert other.cycle(late(anchor="a:0:99", spot=AT)) == Changes()
    assert only(other.state.open).incident_id == opened.incident_id
    assert decode_incidents(b"?") == Incidents()
    assert decode_incidents(encode_incidents(Incidents(version=99))) == Incidents()


def test_under_an_outage_nothing_opens_and_nothing_closes() -> None:
    told = Told()
    told.cycle(late())
    outage = told.cycle(OUTAGE, late(subject="crm", is_silenced=True))
    assert [incident.kind for incident in outage.opened] == [TroubleKind.BROKER_AWAY]
    assert told.cycle(OUTAGE, after=HOUR) == Changes()
    assert [incident.subject for incident in told.state.open] == ["mes", "shop"]


def test_after_an_outage_groups_have_time_to_catch_up() -> None:
    told = Told()
    told.cycle(OUTAGE)
    over = told.now
    told.cycle(late())
    assert told.cycle(late(), after=AFTER_OUTAGE - 15 * SECOND - 1).opened == ()
    assert told.now == over + AFTER_OUTAGE - 1
    assert only(told.cycle(late(), after=1).opened).subject == "mes"


def test_what_is_not_about_age_is_told_during_that_time() -> None:
    told = Told()
    told.cycle(OUTAGE)
    assert len(told.cycle(late(LagStatus.DATA_LOSS, kind=TroubleKind.DATA_LOSS)).opened) == 1


def test_what_can_not_be_read_is_not_well() -> None:
    told = Told()
    told.cycle(late())
    unreadable = late(LagStatus.UNKNOWN, kind=TroubleKind.UNREADABLE, is_new=True)
    assert told.cycle(unreadable) == Changes()
    assert only(told.state.open).well_since is None
    opened = told.cycle(late(LagStatus.UNKNOWN, kind=TroubleKind.UNREADABLE)).opened
    assert only(opened).kind is TroubleKind.UNREADABLE


def test_one_cluster_leaves_those_of_another_alone() -> None:
    told = Told()
    told.cycle(late())
    state, changes = step(told.state, [], "other", told.now + HOUR)
    assert (state.open, changes) == (told.state.open, Changes())
