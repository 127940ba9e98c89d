"""Hypothesis strategies for configurations of §3.1 and §3.2: policies, calendars, holds, regress rules, divergence.

Small values that meet the instants of `histories`: half an hour, a day, working hours around its T0.
"""

from typing import Any

from hypothesis import strategies as st

from tests.oracle.histories import Record, at_times, histories
from tests.oracle.rules import OWNERS

Config = dict[str, Any]

CALENDARS: Config = {
    "workshop": {
        "time_zone": "Europe/Berlin",
        "days": {"mon-fri": ["09:00-13:00", "14:00-18:00"], "sat": ["10:00-14:00"]},
        "holidays": {"country": "DE"},
        "closed": ["2026-03-05"],
        "open": {"2026-03-08": ["10:00-12:00"]},
    },
    "nights": {"time_zone": "America/New_York", "days": {"mon-sun": ["22:00-06:00", "12:00-12:30"]}},
    "always_on": {"time_zone": "UTC", "days": {"mon-sun": ["00:00-24:00"]}},
}
NAMES = ("always", "workshop", "nights", "always_on")
LENGTHS = ("PT15M", "PT30M", "PT1H", "P1D", "P2D", "P1DT4H", "P3D", "PT8H")
STEPS = tuple(OWNERS)


@st.composite
def promises(draw: st.DrawFn) -> Config:
    """Terms of a promise, each now and then."""
    start = draw(st.sampled_from((None, None, 2, 3, 4)))
    given: Config = {
        "start": None if start is None else STEPS[start],
        "stop": draw(st.sampled_from((None, None, ["SHIPPED"], ["CLOSED"], ["MANUFACTURING_COMPLETED", "SHIPPED"]))),
        "stop_from": draw(st.sampled_from((None, "any", "owner"))),
        "duration": draw(st.sampled_from((None, *LENGTHS, "P10D", "P21D"))),
        "warn_before": draw(st.sampled_from((None, *LENGTHS))),
        "calendar": draw(st.sampled_from((None, *NAMES))),
        "round": draw(st.sampled_from((None, None, "end_of_day"))),
        "max_extensions": draw(st.sampled_from((None, None, 0, 1))),
        "max_extension": draw(st.sampled_from((None, None, "P1D", "P3D"))),
    }
    return {key: value for key, value in given.items() if value is not None}


@st.composite
def stages(draw: st.DrawFn) -> list[Config]:
    """A few stages, no two with the same way or the same start and budget."""
    made: list[Config] = []
    for budget in draw(st.lists(st.sampled_from(LENGTHS), max_size=3, unique=True)):
        source = draw(st.integers(1, 7))
        target = draw(st.integers(source + 1, 9))
        stage = {"from": STEPS[source], "to": STEPS[target], "budget": budget}
        calendar = draw(st.sampled_from((None, *NAMES)))
        if calendar is not None:
            stage["calendar"] = calendar
        if all((stage["from"], stage["to"]) != (other["from"], other["to"]) for other in made):
            made.append(stage)
    return made


@st.composite
def policies(draw: st.DrawFn, name: str) -> Config:
    """One policy; what it is for meets the texts of `histories`."""
    when = draw(
        st.sampled_from(
            ({}, {"channels": ["a", "b"]}, {"clients": ["a"]}, {"attributes": {"rush": True}}, {"channels": ["é"]})
        )
    )
    holding = draw(st.lists(st.sampled_from(STEPS[1:7]), max_size=2, unique=True))
    made: Config = {
        "name": name,
        "when": when,
        "promise": draw(promises()),
        "holds": {
            "pause": draw(st.sampled_from(([], ["promise"], ["stages"], ["promise", "stages"]))),
            "statuses": holding,
        },
        "on_regress": draw(st.sampled_from(("continue", "ignore", "new_cycle"))),
    }
    if draw(st.booleans()):
        made["stages"] = draw(stages())
    return made


@st.composite
def configurations(draw: st.DrawFn) -> Config:
    """`sla` with calendars, up to two policies, divergence and `enforce_from`, each now and then."""
    sla: Config = {"calendars": CALENDARS}
    names = ("one", "two")[: draw(st.integers(0, 2))]
    sla["policies"] = [draw(policies(name)) for name in names]
    if draw(st.booleans()):
        sla["promise"] = draw(promises())
    if draw(st.integers(0, 2)) == 0:
        sla["divergence"] = {
            "allowed_skew": draw(st.sampled_from(("PT0S", "PT15M", "P1D"))),
            "systems": draw(st.sampled_from(({}, {"crm": {"mirrors": "all"}}, {"shop": {"mirrors": "all"}}))),
            "entry": draw(st.sampled_from(({}, {"a": "PRICE_CALCULATED"}, {"b": "INITIATED", "a": "PACKAGING"}))),
        }
    if draw(st.integers(0, 5)) == 0:
        sla["enforce_from"] = draw(st.sampled_from(("2026-03-02T09:30:00Z", "2026-03-04T09:00:00Z")))
    return {"sla": sla}


@st.composite
def configured_cases(draw: st.DrawFn) -> tuple[list[Record], str | None, Config]:
    """Records of a few orders, when to ask, and under which configuration."""
    told = draw(histories(most_orders=2))
    return told, draw(at_times(told)), draw(configurations())
