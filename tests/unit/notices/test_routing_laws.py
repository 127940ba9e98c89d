"""Laws of routing, over rules as one may write them."""

from hypothesis import given
from hypothesis import strategies as st

from slamon.notices.notice import SYSTEM_KINDS, NoticeKind, Severity, severity_of
from slamon.notices.routing import ALERTMANAGER, SLACK, Basis, Hours, Parties, Person, Routing, Rule
from slamon.orders.event import DAY, Instant
from tests.builders import T0
from tests.calendars import workshop

RECEIVERS = (SLACK, "crm", "smtp", ALERTMANAGER)
WORDS = ("a", "b", "c")
CALENDAR = workshop("Europe/Berlin")

kinds = st.sampled_from(NoticeKind)
some = st.frozensets(st.sampled_from(WORDS), max_size=2)
parties = st.builds(Parties, *[st.none() | st.sampled_from(WORDS)] * 3)
instants = st.integers(T0, T0 + 400 * DAY)
names = st.lists(st.sampled_from((*RECEIVERS, "gone")), max_size=5).map(tuple)
rules = st.builds(
    Rule,
    names,
    st.frozensets(kinds, max_size=3),
    st.frozensets(st.sampled_from(Severity), max_size=1),
    some,
    some,
    some,
    st.none() | st.sampled_from(("#late", "#x", "#y")),
)
people = st.dictionaries(
    st.sampled_from(WORDS),
    st.builds(
        Person,
        st.none() | st.just("U1"),
        st.none() | st.sampled_from(("#late", "#x")),
        st.none() | st.builds(Hours, st.just(CALENDAR), st.booleans()),
    ),
)
routings = st.builds(
    Routing,
    st.lists(st.sampled_from(RECEIVERS), unique=True).map(tuple),
    st.lists(rules, max_size=4).map(tuple),
    st.none() | names,
    people,
    st.just("#late"),
)


@given(routings, kinds, parties)
def test_exactly_one_thing_decides(routing: Routing, kind: NoticeKind, whom: Parties) -> None:
    """The first rule that matches, by an independent reading of its criteria; else the fallback, else what is left."""
    concerned = (None, None, None) if kind in SYSTEM_KINDS else whom
    matching = [
        place
        for place, rule in enumerate(routing.rules)
        if (not rule.kinds or kind in rule.kinds)
        and (not rule.severities or severity_of(kind) in rule.severities)
        and all(
            not wanted or value in wanted
            for wanted, value in zip((rule.channels, rule.clients, rule.managers), concerned, strict=True)
        )
    ]
    choice = routing.choose(kind, whom)
    assert choice.rule == (matching[0] if matching else None)
    if not routing.rules:
        wanted, basis = routing.receivers, Basis.EVERYBODY
    elif matching:
        wanted, basis = routing.rules[matching[0]].receivers, Basis.RULE
    elif routing.fallback is not None:
        wanted, basis = routing.fallback, Basis.FALLBACK
    else:
        left = set(routing.receivers) - {name for rule in routing.rules for name in rule.receivers}
        wanted, basis = tuple(left), Basis.UNNAMED
    able = set(routing.receivers) - (set() if kind in SYSTEM_KINDS else {ALERTMANAGER})
    assert (choice.basis, set(choice.receivers)) == (basis, set(wanted) & able)


@given(routings, kinds, parties, instants)
def test_nobody_is_told_twice_and_nobody_who_is_not_there(
    routing: Routing, kind: NoticeKind, whom: Parties, now: Instant
) -> None:
    told = [route.receiver for route in routing.routes(kind, whom, now)]
    assert len(told) == len(set(told))
    assert set(told) <= set(routing.receivers)


@given(routings, kinds, parties, instants)
def test_alertmanager_hears_of_no_order(routing: Routing, kind: NoticeKind, whom: Parties, now: Instant) -> None:
    told = [route.receiver for route in routing.routes(kind, whom, now)]
    assert kind in SYSTEM_KINDS or ALERTMANAGER not in told


@given(routings, kinds, parties, instants)
def test_the_same_question_has_the_same_answer(routing: Routing, kind: NoticeKind, whom: Parties, now: Instant) -> None:
    """Also of an equal routing made anew, as another worker makes it."""
    again = Routing(routing.receivers, routing.rules, routing.fallback, dict(routing.people), routing.channel)
    assert again.routes(kind, whom, now) == routing.routes(kind, whom, now)


@given(routings, kinds, parties, instants)
def test_only_slack_has_channels_and_hours_and_its_own_channel_goes_without_a_name(
    routing: Routing, kind: NoticeKind, whom: Parties, now: Instant
) -> None:
    for receiver, channel, not_before in routing.routes(kind, whom, now):
        assert channel != routing.channel
        assert receiver == SLACK or (channel, not_before) == (None, None)


@given(st.sampled_from(NoticeKind), st.booleans(), instants)
def test_what_waits_waits_for_an_opening(kind: NoticeKind, anytime: bool, now: Instant) -> None:
    """It is open from then on and was closed until then; what does not wait is let in, or may come at any time."""
    opening = Hours(CALENDAR, anytime).opening(kind, now)
    if opening is None:
        assert (kind is NoticeKind.BREACHED and anytime) or CALENDAR.open_time(now, now + 1) == 1
    else:
        assert opening > now
        assert CALENDAR.open_time(now, opening) == 0
        assert CALENDAR.open_time(opening, opening + 1) == 1
