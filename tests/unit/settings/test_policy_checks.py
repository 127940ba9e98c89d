"""Policies that contradict the lifecycle, each other or themselves; most mistakes are in tests/testdata/config."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.orders.lifecycle import DEFAULT_LIFECYCLE
from slamon.settings.sla import Sla
from slamon.sla.book import matching
from slamon.sla.clock import Match
from tests.configurations import problems_beside

FAIR = 'calendars: {fair: {time_zone: UTC, days: {}, open: {"2027-01-23": ["10:00-18:00"]}}}'


def _found(policies: str, more: str = "") -> list[tuple[str, str]]:
    """(key, words) of every problem of these policies."""
    lines = problems_beside(f"sla: {{{more}policies: [{policies}]}}\n")
    return [(line.split(": ")[1], line.split(": ", 2)[2]) for line in lines]


def _keys(policies: str, more: str = "") -> list[str]:
    return [key.removeprefix("sla.policies.") for key, _ in _found(policies, more)]


def test_the_first_policy_of_a_name_keeps_it() -> None:
    assert _keys("{name: a, when: {channels: [x]}}, {name: b, when: {channels: [y]}}, {name: a}") == ["2.name"]


@pytest.mark.parametrize(
    ("before", "when", "takers"),
    [
        ([], "{}", ""),
        (["{channels: [x]}"], "{channels: [x]}", "policy p0"),
        (["{channels: [x, y]}"], "{channels: [x]}", "policy p0"),
        (["{channels: [x]}"], "{channels: [x, y]}", ""),
        (["{channels: [x]}"], "{clients: [c]}", ""),
        (["{channels: [x]}"], "{channels: [x], clients: [c]}", "policy p0"),
        (["{channels: [x], clients: [c]}"], "{channels: [x]}", ""),
        (["{attributes: {rush: true}}"], "{attributes: {rush: true, size: 1}}", "policy p0"),
        (["{attributes: {rush: true}}"], "{attributes: {rush: false}}", ""),
        (["{attributes: {n: 1}}"], "{attributes: {n: true}}", ""),
        (["{attributes: {o: {a: 1, b: 2}}}"], "{attributes: {o: {b: 2, a: 1}}}", "policy p0"),
        (["{attributes: {rush: true, size: 1}}"], "{attributes: {rush: true}}", ""),
        (["{channels: [x]}", "{channels: [y]}"], "{channels: [y, x]}", "policies p0, p1"),
        (["{channels: [x]}", "{channels: [y]}"], "{channels: [y]}", "policy p1"),
        (["{channels: [x]}", "{clients: [c]}"], "{channels: [x, y], clients: [c]}", "policies p0, p1"),
        (["{channels: [x]}", "{clients: [c]}"], "{channels: [x, y], clients: [c, d]}", ""),
        (["{channels: [x], clients: [c]}", "{channels: [x], clients: [d]}"], "{channels: [x]}", ""),
        (["{clients: [c]}", "{channels: [x], clients: [d]}"], "{channels: [x], clients: [c, d]}", "policies p0, p1"),
        (["{channels: []}"], "{channels: [x]}", "policy p0"),
    ],
)
def test_policies_that_no_order_can_come_to(before: list[str], when: str, takers: str) -> None:
    policies = ", ".join(f"{{name: p{number}, when: {told}}}" for number, told in enumerate([*before, when]))
    words = f"never matches, all its orders are taken by {takers} before it; "
    words += "allowed is an earlier place, or orders that are left to it"
    assert _found(policies) == ([(f"sla.policies.{len(before)}.when", words)] if takers else [])


def test_a_policy_for_all_orders_may_stand_last_only() -> None:
    assert _keys("{name: a, when: {channels: [x]}}, {name: all}") == []
    assert _keys("{name: all}, {name: a, when: {channels: [x]}}, {name: b}") == ["1.when", "2.when"]


def test_nobody_is_said_to_take_orders_where_it_is_not_known_what_a_policy_matches() -> None:
    """Without the refused `channels` the first policy would take every order."""
    assert _keys("{name: a, when: {channels: 5}}, {name: b, when: {channels: [x]}}") == ["0.when.channels"]
    assert _keys("{name: a, when: {attributes: {n: .nan}}}, {name: b, when: {attributes: {n: 1}}}") == [
        "0.when.attributes.n"
    ]


_ATTRIBUTES: dict[str, list[object]] = {"rush": [True, False], "n": [1]}
_WHEN = st.fixed_dictionaries(
    {
        "channels": st.lists(st.sampled_from("xy"), max_size=2, unique=True),
        "clients": st.lists(st.sampled_from("cd"), max_size=2, unique=True),
        "attributes": st.fixed_dictionaries(
            {}, optional={name: st.sampled_from(values) for name, values in _ATTRIBUTES.items()}
        ),
    }
)
_EVERY_KIND_OF_ORDER = [
    Match(channel, client, json.dumps({**rush, **number}))
    for channel in (None, "x", "y", "other")
    for client in (None, "c", "d", "other")
    for rush in ({}, {"rush": True}, {"rush": False})
    for number in ({}, {"n": 1})
]


@given(whens=st.lists(_WHEN, min_size=1, max_size=5))
def test_exactly_those_policies_are_told_that_the_core_never_chooses(whens: list[dict[str, Any]]) -> None:
    policies = [{"name": f"p{number}", "when": when} for number, when in enumerate(whens)]
    told = _keys(json.dumps(policies)[1:-1])
    sla = Sla.model_validate({"policies": policies})
    terms = sla.to_terms(DEFAULT_LIFECYCLE)
    chosen = {matching(terms, order) for order in _EVERY_KIND_OF_ORDER}
    assert told == [f"{place}.when" for place in range(len(whens)) if place not in chosen]


@pytest.mark.parametrize(
    ("promise", "keys"),
    [
        ("{start: PRICE_CALCULATED}", []),
        ("{start: SHIPPED, stop: [CLOSED]}", []),
        ("{stop: [PRICE_CALCULATED]}", []),
        ("{start: NOWHERE}", ["start"]),
        ("{stop: [NOWHERE, SHIPPED, NOBODY]}", ["stop.0", "stop.2"]),
        ("{start: NOWHERE, stop: [SUBMITTED]}", ["start"]),
        ("{start: SHIPPED}", ["start"]),
        ("{stop: [SUBMITTED]}", ["stop.0"]),
        ("{stop: [CLOSED, INITIATED]}", ["stop.1"]),
        ("{start: SHIPPED, stop: [SHIPPED]}", ["stop.0"]),
        ("{stop: [CANCELLED]}", ["stop.0"]),
        ("{calendar: nowhere}", ["calendar"]),
        ("{max_extensions: 0}", []),
        ("{max_extensions: 0, max_extension: P1D}", ["max_extension"]),
    ],
)
def test_a_promise_of_ones_own(promise: str, keys: list[str]) -> None:
    assert _keys(f"{{name: a, promise: {promise}}}") == [f"0.promise.{key}" for key in keys]


def test_a_start_that_all_stops_of_others_precede_is_told_with_what_it_contradicts() -> None:
    assert _found("{name: a, promise: {start: CLOSED}}", "promise: {stop: [SHIPPED]}, ") == [
        (
            "sla.policies.0.promise.start",
            "SHIPPED of sla.promise.stop does not come after CLOSED, allowed is an earlier status, or a stop here",
        )
    ]


def test_a_policy_may_forbid_extensions_that_others_may_have_and_not_the_other_way_round() -> None:
    assert _keys("{name: a, promise: {max_extensions: 0}}", "promise: {max_extension: P1D}, ") == []
    assert _keys("{name: a, promise: {max_extension: P1D}}", "promise: {max_extensions: 0}, ") == [
        "0.promise.max_extension"
    ]


def test_terms_for_all_that_are_wrong_are_not_blamed_on_a_policy() -> None:
    rush = "{name: rush, promise: {duration: P5D}}"
    for wrong in ("calendar: nowhere", "start: NOWHERE", "stop: [NOWHERE]", "stop: [INITIATED]", "start: 5", "stop: 5"):
        found = [key for key, _ in _found(rush, f"promise: {{{wrong}}}, ")]
        assert found
        assert all(key.startswith("sla.promise.") for key in found)


@pytest.mark.parametrize(
    ("promise", "more", "keys"),
    [
        ("{start: 5, stop: [PRICE_CALCULATED]}", "promise: {start: PRICE_CALCULATED}, ", ["start"]),
        ("{start: CLOSED, stop: 5}", "", ["stop"]),
        ("{start: NOWHERE, stop: 5}", "", ["start", "stop"]),
        ("{calendar: fair, duration: 5}", f"{FAIR}, ", ["duration"]),
        ("{calendar: 5, duration: P2D}", f"{FAIR}, promise: {{calendar: fair, duration: P1D}}, ", ["calendar"]),
        ("{calendar: nowhere, duration: 5}", "", ["calendar", "duration"]),
        ("{max_extensions: -1, max_extension: P1D}", "promise: {max_extensions: 0}, ", ["max_extensions"]),
    ],
)
def test_what_the_schema_refuses_is_not_blamed_on_the_keys_beside_it(promise: str, more: str, keys: list[str]) -> None:
    assert _keys(f"{{name: a, promise: {promise}}}", more) == [f"0.promise.{key}" for key in keys]


def test_a_refused_duration_for_all_is_not_blamed_on_a_calendar() -> None:
    """Without it the default would count, which has no room."""
    assert _keys("{name: a, promise: {calendar: fair}}", f"{FAIR}, promise: {{duration: 5}}, ") == [
        "sla.promise.duration"
    ]


def test_a_wrong_stop_is_not_blamed_on_holds() -> None:
    assert _keys("{name: a, promise: {stop: 5}, holds: {statuses: [CLOSED]}}") == ["0.promise.stop"]


def test_durations_have_room_on_their_calendar_whoever_gives_which() -> None:
    days = "is more days than fair is open on, allowed are at most 1"
    assert _found("{name: a, promise: {calendar: fair}}", f"{FAIR}, ") == [
        ("sla.policies.0.promise.calendar", f"sla.promise.duration {days}")
    ]
    assert _found("{name: a, promise: {calendar: fair, duration: P2D}}", f"{FAIR}, ") == [
        ("sla.policies.0.promise.duration", days)
    ]
    by_fair = f"{FAIR}, promise: {{calendar: fair, duration: P1D}}, "
    assert _found("{name: a, promise: {duration: PT9H}}", by_fair) == [
        ("sla.policies.0.promise.duration", "is more time than fair is open in all, allowed is at most PT8H")
    ]
    assert _found("{name: a}, {name: b}", by_fair)[0][0] == "sla.policies.1.when"
    assert _found("{name: a, promise: {duration: P2D, calendar: always}}", by_fair) == []


@pytest.mark.parametrize(
    ("stages", "keys"),
    [
        ("[]", []),
        ("[{from: SHIPPED, to: SUBMITTED, budget: P1D}]", ["0.to"]),
        ("[{from: NOWHERE, to: NOBODY, budget: P1D}]", ["0.from", "0.to"]),
        ("[{from: SUBMITTED, to: SHIPPED, budget: P1D, calendar: nowhere}]", ["0.calendar"]),
        ("[{from: SUBMITTED, to: SHIPPED, budget: P2D, calendar: fair}]", ["0.budget"]),
        ("[{from: SUBMITTED, to: SHIPPED, budget: P1D}, {from: SUBMITTED, to: SHIPPED, budget: P2D}]", ["1"]),
        ("[5, {from: SUBMITTED, to: SHIPPED, budget: P1D, calendar: nowhere}]", ["0", "1.calendar"]),
    ],
)
def test_stages_of_ones_own(stages: str, keys: list[str]) -> None:
    assert _keys(f"{{name: a, stages: {stages}}}", f"{FAIR}, ") == [f"0.stages.{key}" for key in keys]


@pytest.mark.parametrize(
    ("policy", "keys"),
    [
        ("holds: {statuses: [PACKAGING]}", []),
        ("holds: {statuses: [NOWHERE, SHIPPED]}", ["0", "1"]),
        ("promise: {stop: [PACKAGING]}, holds: {statuses: [PACKAGING]}", ["0"]),
        ("promise: {stop: [CLOSED]}, holds: {statuses: [SHIPPED]}", []),
    ],
)
def test_statuses_that_hold(policy: str, keys: list[str]) -> None:
    assert _keys(f"{{name: a, {policy}}}") == [f"0.holds.statuses.{key}" for key in keys]


def test_a_wrong_lifecycle_is_not_blamed_on_policies() -> None:
    policy = "sla: {policies: [{name: a, promise: {start: B}, holds: {statuses: [B]}}], stages: []}\n"
    found = problems_beside("orders: {lifecycle: [{status: A}, {status: B, system: b}]}\n" + policy)
    assert [line.split(": ")[1] for line in found] == ["orders.lifecycle.0.system"]


def test_a_broken_calendar_is_not_called_unknown() -> None:
    assert _keys("{name: a, promise: {calendar: w}}", "calendars: {w: {time_zone: 5, days: {}}}, ") == [
        "sla.calendars.w.time_zone"
    ]
    assert _keys("{name: a, promise: {calendar: w}}", "calendars: {w: {time_zone: X, days: {}}}, ") == [
        "sla.calendars.w.time_zone"
    ]
