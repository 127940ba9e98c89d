"""Who gets which notice: rules, fallback, channels, hours."""

import pytest

from slamon.notices.notice import DeliveryState, NoticeKind, Severity
from slamon.notices.record import Delivery
from slamon.notices.routing import Basis, Hours, Parties, Person, Route, Routing, Rule, addressed
from slamon.orders.event import Instant
from slamon.sla.calendar import ALWAYS
from tests.builders import T0, day
from tests.calendars import utc, workshop

BREACHED, AT_RISK, STAGE, LAG = NoticeKind.BREACHED, NoticeKind.AT_RISK, NoticeKind.STAGE_OVERDUE, NoticeKind.LAG
SILENT = NoticeKind.SOURCE_SILENT
ALL = ("slack", "crm", "alertmanager")
ORDER = Parties("b2b", "c-1", "m-1")


def kinds(*names: NoticeKind) -> frozenset[NoticeKind]:
    return frozenset(names)


def told(routing: Routing, kind: NoticeKind, parties: Parties = ORDER) -> list[str]:
    return [route.receiver for route in routing.routes(kind, parties, T0)]


@pytest.mark.parametrize(
    ("kind", "receivers"), [(BREACHED, ["slack", "crm"]), (NoticeKind.FINISHED_LATE, ["slack", "crm"]), (LAG, [*ALL])]
)
def test_without_rules_every_receiver_gets_every_notice(kind: NoticeKind, receivers: list[str]) -> None:
    """Alertmanager system notices only."""
    assert told(Routing(ALL, fallback=("crm",)), kind) == receivers
    assert Routing(ALL).choose(kind, ORDER).basis is Basis.EVERYBODY


@pytest.mark.parametrize(
    ("rule", "kind", "parties", "matches"),
    [
        (Rule((), kinds(BREACHED)), BREACHED, ORDER, True),
        (Rule((), kinds(BREACHED, STAGE)), AT_RISK, ORDER, False),
        (Rule((), severities=frozenset({Severity.CRITICAL})), BREACHED, ORDER, True),
        (Rule((), severities=frozenset({Severity.CRITICAL})), AT_RISK, ORDER, False),
        (Rule((), channels=frozenset({"b2b", "shop"})), BREACHED, ORDER, True),
        (Rule((), channels=frozenset({"shop"})), BREACHED, ORDER, False),
        (Rule((), clients=frozenset({"c-1"})), BREACHED, ORDER, True),
        (Rule((), clients=frozenset({"c-2"})), BREACHED, ORDER, False),
        (Rule((), managers=frozenset({"m-1"})), BREACHED, ORDER, True),
        (Rule((), managers=frozenset({"m-1"})), BREACHED, Parties("b2b", "c-1"), False),
        (Rule((), kinds(BREACHED), channels=frozenset({"b2b"}), clients=frozenset({"c-9"})), BREACHED, ORDER, False),
        (Rule(()), AT_RISK, Parties(), True),
        (Rule(()), LAG, Parties(), True),
        (Rule((), kinds(LAG), channels=frozenset({"b2b"})), LAG, ORDER, False),
    ],
)
def test_a_rule_matches_where_all_its_criteria_are_met(
    rule: Rule, kind: NoticeKind, parties: Parties, *, matches: bool
) -> None:
    """What was never stated meets no criterion; a system notice has no parties, whoever is named with it."""
    found = Routing(("slack",), (rule,), fallback=("slack",)).choose(kind, parties)
    assert (found.basis is Basis.RULE) == matches


def test_what_met_a_rule_is_told() -> None:
    rule = Rule(("slack",), kinds(BREACHED), frozenset({Severity.CRITICAL}), managers=frozenset({"m-1", "m-2"}))
    found = Routing(ALL, (Rule(("crm",), kinds(AT_RISK)), rule)).choose(BREACHED, ORDER)
    assert (found.rule, found.receivers) == (1, ("slack",))
    assert found.met == {"kinds": "breached", "severities": "critical", "managers": "m-1"}


def test_the_first_rule_that_matches_decides_even_for_nobody() -> None:
    rules = (Rule((), kinds(STAGE)), Rule(("slack", "crm", "slack"), kinds(BREACHED)), Rule(("crm",)))
    routing = Routing(ALL, rules)
    assert [told(routing, kind) for kind in (STAGE, BREACHED, AT_RISK)] == [[], ["slack", "crm"], ["crm"]]


def test_a_receiver_that_is_not_there_gets_nothing() -> None:
    assert told(Routing(("crm",), (Rule(("slack", "crm")),)), BREACHED) == ["crm"]


@pytest.mark.parametrize(
    ("fallback", "receivers", "basis"),
    [
        (("crm",), ["crm"], Basis.FALLBACK),
        ((), [], Basis.FALLBACK),
        (None, ["crm"], Basis.UNNAMED),
    ],
)
def test_what_no_rule_matches_goes_to_the_fallback(
    fallback: tuple[str, ...] | None, receivers: list[str], basis: Basis
) -> None:
    """Without one to the receivers that no rule names."""
    routing = Routing(ALL, (Rule(("slack",), kinds(BREACHED)),), fallback)
    assert (told(routing, AT_RISK), routing.choose(AT_RISK, ORDER).basis) == (receivers, basis)


def test_where_rules_name_every_receiver_the_rest_goes_to_nobody() -> None:
    rules = (Rule(("slack",), kinds(BREACHED)), Rule(("crm", "alertmanager"), kinds(LAG)))
    assert told(Routing(ALL, rules), AT_RISK) == []


def test_alertmanager_gets_system_notices_only_whatever_the_rules_say() -> None:
    rules = (Rule(("alertmanager", "slack"), kinds(BREACHED, LAG)),)
    for routing in (Routing(ALL, rules), Routing(ALL, (), ("alertmanager",))):
        assert "alertmanager" not in told(routing, BREACHED)
        assert "alertmanager" in told(routing, LAG)
    assert told(Routing(ALL, rules, ("alertmanager",)), AT_RISK) == []
    assert told(Routing(ALL, rules, ("alertmanager",)), SILENT) == ["alertmanager"]


PEOPLE = {"m-1": Person("U1", "#first"), "m-2": Person("U2"), "m-3": Person(channel="#late")}


@pytest.mark.parametrize(
    ("manager_id", "rule_channel", "channel", "mention"),
    [
        ("m-1", None, "#first", ("U1",)),
        ("m-1", "#rule", "#rule", ("U1",)),
        ("m-1", "#late", None, ("U1",)),
        ("m-2", None, None, ("U2",)),
        ("m-3", None, None, ()),
        ("m-9", "#rule", "#rule", ()),
        (None, None, None, ()),
    ],
)
def test_on_slack_the_rules_channel_comes_before_the_managers(
    manager_id: str | None, rule_channel: str | None, channel: str | None, mention: tuple[str, ...]
) -> None:
    """Slack's own channel has no name of its own, however one comes to it: one channel, one queue."""
    routing = Routing(ALL, (Rule(("slack", "crm"), slack_channel=rule_channel),), people=PEOPLE, channel="#late")
    routes = routing.routes(BREACHED, Parties(manager_id=manager_id), T0)
    assert routes == (Route("slack", channel), Route("crm"))
    assert routing.mention(manager_id) == mention


def test_a_system_notice_concerns_no_manager() -> None:
    routing = Routing(("slack",), (Rule(("slack",), kinds(SILENT), slack_channel="#ops"),), ("slack",), PEOPLE, "#late")
    assert routing.routes(SILENT, ORDER, T0) == (Route("slack", "#ops"),)
    assert routing.routes(LAG, ORDER, T0) == (Route("slack"),)


def _asleep(*, breaches_anytime: bool = True) -> Routing:
    person = Person(hours=Hours(workshop("Europe/Berlin"), breaches_anytime))
    return Routing(("slack", "crm"), people={"m-1": person})


@pytest.mark.parametrize(
    ("now", "opens_at"),
    [
        ("2026-03-02T09:00:00+01:00", None),  # Monday, on the dot
        ("2026-03-02T08:59:59+01:00", "2026-03-02T09:00:00+01:00"),
        ("2026-03-02T13:00:00+01:00", "2026-03-02T14:00:00+01:00"),  # lunch
        ("2026-03-02T17:59:59+01:00", None),
        ("2026-03-02T18:00:00+01:00", "2026-03-03T09:00:00+01:00"),
        ("2026-03-06T18:00:00+01:00", "2026-03-09T09:00:00+01:00"),  # over the weekend
        ("2026-03-27T20:00:00+01:00", "2026-03-30T09:00:00+02:00"),  # and a change of clocks
        ("2026-10-24T03:00:00+02:00", "2026-10-26T09:00:00+01:00"),
    ],
)
def test_a_notice_waits_until_its_reader_takes_notices(now: str, opens_at: str | None) -> None:
    """On Slack; other receivers know no hours."""
    expected = None if opens_at is None else utc(opens_at)
    assert _asleep().routes(AT_RISK, ORDER, utc(now)) == (Route("slack", None, expected), Route("crm"))


def test_hours_are_their_managers_alone() -> None:
    night = utc("2026-03-02T23:00:00+01:00")
    for parties in (Parties("b2b", "c-1", "m-2"), Parties("b2b", "c-1")):
        assert _asleep().routes(AT_RISK, parties, night)[0] == Route("slack")
    assert _asleep().routes(LAG, ORDER, night)[0] == Route("slack")


def test_a_broken_promise_waits_only_if_wished() -> None:
    night, morning = utc("2026-03-02T23:00:00+01:00"), utc("2026-03-03T09:00:00+01:00")
    assert _asleep().not_before("slack", BREACHED, ORDER, night) is None
    assert _asleep(breaches_anytime=False).not_before("slack", BREACHED, ORDER, night) == morning
    assert _asleep().not_before("slack", NoticeKind.FINISHED_LATE, ORDER, night) == morning


@pytest.mark.parametrize("now", [T0, 0, utc("1999-12-31T00:00:00"), utc("2099-01-01T00:00:00")])
def test_always_is_always_open(now: Instant) -> None:
    assert Hours(ALWAYS).opening(AT_RISK, now) is None


def test_where_a_calendar_never_opens_again_nothing_waits() -> None:
    """It would wait for ever: a notice is never lost."""
    shut = workshop("UTC", ((), (), (), (), (), (), ()), opened={"2026-03-02": ((0, 3_600_000_000),)})
    assert Hours(shut).opening(AT_RISK, utc("2026-03-05T00:00:00")) is None


@pytest.mark.parametrize(
    ("state", "delivery"),
    [
        (DeliveryState.PENDING, Delivery("pending", route="#first", not_before=day(1), queued_at=T0)),
        (DeliveryState.HELD, Delivery("held", route="#first")),
        (DeliveryState.SUPERSEDED, Delivery("superseded", route="#first")),
    ],
)
def test_what_is_pending_is_queued(state: DeliveryState, delivery: Delivery) -> None:
    """What is held or not sent has no time of its own yet."""
    found = addressed((Route("slack", "#first", day(1)),), state, T0)
    assert found == {"slack": delivery}


def test_nobody_is_told_where_nobody_is_there() -> None:
    assert addressed(Routing().routes(BREACHED, ORDER, T0), DeliveryState.PENDING, T0) == {}


def test_a_severity_of_the_notices_own_counts_instead_of_its_kinds() -> None:
    routing = Routing(("slack", "crm"), (Rule(("crm",), severities=frozenset({Severity.CRITICAL})),), ("slack",))
    found = {severity: routing.routes(LAG, Parties(), T0, severity)[0].receiver for severity in (None, *Severity)}
    assert found == {None: "slack", Severity.CRITICAL: "crm", Severity.WARNING: "slack", Severity.INFO: "slack"}
