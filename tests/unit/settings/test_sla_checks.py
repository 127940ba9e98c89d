"""What is wrong with the terms for all orders; most mistakes are in tests/testdata/config."""

import pytest

from slamon.settings.duration import Duration
from slamon.settings.policies import Promise, Stage
from slamon.settings.shape import Path
from slamon.settings.sla import Sla
from slamon.settings.sla_checks import extension_findings, stage_findings, too_long, unknown_calendar
from tests.configurations import problems_beside, problems_of

WEEK = {"time_zone": "UTC", "days": {"mon": ["09:00-18:00"]}}
FAIR = {
    "time_zone": "UTC",
    "days": {},
    "open": {"2027-01-23": ["10:00-18:00", "17:00-19:00"], "2027-01-24": ["22:00-02:00"]},
}
SLA = Sla.model_validate({"calendars": {"week": WEEK, "fair": FAIR, "shut": {"time_zone": "UTC", "days": {}}}})
STEPS = {"A": 0, "B": 1, "C": 2}
HERE: Path = ("here",)


def _keys(text: str) -> list[str]:
    return [line.split(": ")[1] for line in problems_beside(text)]


@pytest.mark.parametrize("name", [None, "always", "week", "fair", "shut"])
def test_calendars_that_are_known_even_when_something_is_wrong_with_them(name: str | None) -> None:
    assert list(unknown_calendar(SLA, HERE, name)) == []


def test_an_unknown_calendar_may_have_been_mistyped() -> None:
    assert list(unknown_calendar(SLA, HERE, "weak")) == [
        (("here", "calendar"),
         "weak is no calendar of sla.calendars, did you mean week? allowed are always, week, fair, shut")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("calendar", "length", "words"),
    [
        ("week", "P36525D", None),
        ("always", "P36525D", None),
        (None, "P36525D", None),
        ("fair", "P2D", None),
        ("fair", "P3D", "is more days than fair is open on, allowed are at most 2"),
        ("fair", "PT13H", None),
        ("fair", "PT13H1S", "is more time than fair is open in all, allowed is at most PT13H"),
        ("fair", "P3DT99H", "is more days than fair is open on, allowed are at most 2"),
        ("shut", "P3D", None),
        ("nowhere", "P3D", None),
    ],
)
def test_lengths_that_a_calendar_has_no_room_for(calendar: str | None, length: str, words: str | None) -> None:
    expected = [] if words is None else [(HERE, words)]
    assert list(too_long(SLA, HERE, calendar, Duration.parse(length))) == expected


def test_no_length_has_room_everywhere() -> None:
    assert list(too_long(SLA, HERE, "fair", None)) == []


def test_days_that_are_closed_all_the_same_give_no_room() -> None:
    sla = Sla.model_validate({"calendars": {"fair": {**FAIR, "closed": ["2027-01-24"]}}})
    assert [words for _, words in too_long(sla, HERE, "fair", Duration.parse("PT9H1S"))] == [
        "is more time than fair is open in all, allowed is at most PT9H"
    ]


@pytest.mark.parametrize(
    ("most", "longest", "given", "wrong"),
    [
        (0, "P1D", {"max_extensions", "max_extension"}, True),
        (0, "P1D", {"max_extension"}, True),
        (0, "P1D", {"max_extensions"}, False),
        (1, "P1D", {"max_extensions", "max_extension"}, False),
        (None, "P1D", {"max_extension"}, False),
        (0, None, {"max_extensions", "max_extension"}, False),
    ],
)
def test_extensions_that_are_forbidden_have_no_length(
    most: int | None, longest: str | None, given: set[str], wrong: bool
) -> None:
    promise = Promise(max_extensions=most, max_extension=None if longest is None else Duration.parse(longest))
    found = [path for path, _ in extension_findings(HERE, promise, given)]
    assert found == ([("here", "max_extension")] if wrong else [])


def _stage(start: str, to: str, budget: str = "P1D", calendar: str | None = None) -> Stage:
    return Stage.model_validate({"from": start, "to": to, "budget": budget, "calendar": calendar})


@pytest.mark.parametrize(
    ("stages", "paths"),
    [
        ([], []),
        ([_stage("A", "B"), _stage("B", "C")], []),
        ([_stage("A", "B"), _stage("A", "C", "P2D")], []),
        ([_stage("B", "A")], [(0, "to")]),
        ([_stage("B", "B")], [(0, "to")]),
        ([_stage("X", "B")], [(0, "from")]),
        ([_stage("X", "Y"), _stage("C", "A")], [(0, "from"), (0, "to"), (1, "to")]),
        ([_stage("A", "B"), _stage("A", "B", "P2D")], [(1,)]),
        ([_stage("A", "B"), _stage("A", "C")], [(1,)]),
        ([_stage("A", "B", "PT24H"), _stage("A", "C", "P1D")], [(1,)]),
        ([_stage("A", "B", "PT24H", "week"), _stage("A", "C", "P1D", "week")], []),
        ([_stage("A", "B", "P1D", "week"), _stage("A", "C", "P1D")], []),
        ([_stage("A", "B", "P1D", "always"), _stage("A", "C", "P1D")], [(1,)]),
        ([_stage("A", "B"), _stage("B", "C"), _stage("A", "B")], [(2,)]),
    ],
)
def test_stages_lead_forward_and_are_apart(stages: list[Stage], paths: list[Path]) -> None:
    assert [path for path, _ in stage_findings(HERE, stages, STEPS)] == [(*HERE, *path) for path in paths]


def test_twins_are_told_what_they_have_in_common() -> None:
    twins = [_stage("A", "B"), _stage("A", "B", "P2D"), _stage("A", "C")]
    assert [words for _, words in stage_findings(HERE, twins, STEPS)] == [
        "has the same from and to as a stage before it, allowed is one of them",
        "has the same from and budget as a stage before it, allowed is one of them",
    ]


@pytest.mark.parametrize(
    ("promise", "keys"),
    [
        ("{start: INITIATED, stop: [FILE_UPLOADED]}", []),
        ("{start: NOWHERE}", ["start"]),
        ("{stop: [SHIPPED, NOWHERE]}", ["stop.1"]),
        ("{start: SHIPPED}", ["stop"]),
        ("{start: CLOSED, stop: [SHIPPED]}", ["stop.0"]),
        ("{stop: [SUBMITTED]}", ["stop.0"]),
        ("{calendar: nowhere}", ["calendar"]),
        ("{calendar: Always}", ["calendar"]),
        ("{max_extensions: 0, max_extension: P1D}", ["max_extension"]),
    ],
)
def test_the_promise(promise: str, keys: list[str]) -> None:
    assert _keys(f"sla: {{promise: {promise}}}\n") == [f"sla.promise.{key}" for key in keys]


@pytest.mark.parametrize(
    ("divergence", "keys"),
    [
        ("{systems: {crm: {mirrors: own}, shop: {}, archive: {mirrors: all}}}", []),
        ("{systems: {archive: {}, CRM: {mirrors: own}}}", ["systems.CRM", "systems.archive"]),
        ("{entry: {}}", []),
        ("{entry: {b2b: CLOSED, shop: INITIATED}}", []),
        ("{entry: {b2b: CANCELLED, shop: nowhere}}", ["entry.b2b", "entry.shop"]),
    ],
)
def test_divergence(divergence: str, keys: list[str]) -> None:
    assert _keys(f"sla: {{divergence: {divergence}}}\n") == [f"sla.divergence.{key}" for key in keys]


def test_the_default_entry_is_not_blamed_where_the_lifecycle_has_no_such_status() -> None:
    steps = "orders: {lifecycle: [{status: SUBMITTED, system: a}, {status: SHIPPED, system: b}]}\n"
    assert _keys(f"{steps}sla: {{promise: {{stop: [SHIPPED]}}, stages: []}}\n") == []


@pytest.mark.parametrize(
    ("expect", "keys"),
    [
        ("{every: P9D}", []),
        ("{every: P9D, calendar: always}", []),
        ("{calendar: fair}", []),
        ("{every: P1D, calendar: fair}", []),
        ("{every: P9D, calendar: fair}", ["every"]),
        ("{every: P9D, calendar: fare}", ["calendar"]),
    ],
)
def test_expectations_of_sources_count_on_calendars_that_exist(expect: str, keys: list[str]) -> None:
    calendars = 'sla: {calendars: {fair: {time_zone: UTC, days: {}, open: {"2027-01-23": ["10:00-18:00"]}}}}\n'
    sources = f"sources: {{orders: {{topics: [x], expect: {expect}}}}}\n"
    found = problems_of(f'kafka: {{bootstrap_servers: "a:1"}}\n{sources}{calendars}')
    assert [line.split(": ")[1] for line in found] == [f"sources.orders.expect.{key}" for key in keys]
