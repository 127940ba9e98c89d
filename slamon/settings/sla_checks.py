"""What is wrong with the terms for all orders: calendars, promise, stages, divergence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slamon.settings.finding import Finding, no_such, no_such_status
from slamon.sla.calendar import ALWAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from slamon.settings.duration import Duration
    from slamon.settings.policies import Promise, Stage
    from slamon.settings.root import Settings
    from slamon.settings.shape import Path
    from slamon.settings.sla import Sla


_LENGTHS = {"promise": "duration", "expect": "every"}
"""What the length on a calendar is called there; in a stage it is the budget."""


@dataclass(frozen=True, slots=True)
class Check:
    """A question to the whole; not asked when its ground is wrong, since it would blame others for that."""

    find: Callable[[Settings], Iterable[Finding]]
    ground: tuple[Path, ...] = ()


def calendar_findings(sla: Sla, path: Path, name: str | None, duration: Duration | None) -> Iterator[Finding]:
    """Find a name that no calendar has, and more working days than the calendar opens on.

    The path is that of the promise, stage or `expect`; `duration` is None where its words would blame the wrong place.
    """
    if name is None or name == ALWAYS.name:
        return
    reading = sla.readings.get(name)
    if reading is None:
        yield (*path, "calendar"), no_such(name, "calendar of sla.calendars", (ALWAYS.name, *sla.calendars))
    elif reading.calendar is not None and duration is not None:
        most = reading.calendar.timetable.open_dates
        if most is not None and duration.days > most:
            key = _LENGTHS.get(str(path[-1]), "budget")
            yield (*path, key), f"is more days than {name} is open on, allowed are at most {most}"


def extension_findings(path: Path, promise: Promise, given: Iterable[str]) -> Iterator[Finding]:
    """Find a length for extensions that are forbidden; `given` are the keys that stand at the path."""
    if promise.max_extensions == 0 and promise.max_extension is not None:
        key = "max_extension" if "max_extension" in given else "max_extensions"
        yield (*path, key), "contradicts: max_extensions is 0 and max_extension is set, allowed is one of them"


def stage_findings(path: Path, stages: Iterable[Stage], steps: Mapping[str, int]) -> Iterator[Finding]:
    """Find stages that lead nowhere or backwards, and twins."""
    seen: dict[tuple[str, object], int] = {}
    for index, stage in enumerate(stages):
        here: Path = (*path, index)
        unknown = [(key, status) for key, status in (("from", stage.from_), ("to", stage.to)) if status not in steps]
        for key, status in unknown:
            yield (*here, key), no_such_status(status, steps)
        if not unknown and steps[stage.to] <= steps[stage.from_]:
            yield (*here, "to"), f"{stage.to} does not come after {stage.from_}, allowed is a later status"
        # A notice's id is made of stage and due time: two such stages would share their notices.
        for twin in ((stage.from_, stage.to), (stage.from_, _budget(stage))):
            if seen.setdefault(twin, index) != index:
                what = "same way" if isinstance(twin[1], str) else "same from and budget"
                yield here, f"has the {what} as stage {seen[twin]}, allowed is one of them"
                break


def _budget(stage: Stage) -> tuple[object, str]:
    """What is equal where budgets are: without a calendar of its own a day is 24 hours."""
    calendar = stage.calendar or ALWAYS.name
    return stage.budget.span if calendar == ALWAYS.name else stage.budget, calendar


def _calendars(settings: Settings) -> Iterator[Finding]:
    for reading in settings.sla.readings.values():
        yield from reading.findings


def _calendar_names(settings: Settings) -> Iterator[Finding]:
    sla = settings.sla
    yield from calendar_findings(sla, ("sla", "promise"), sla.promise.calendar, sla.promise.duration)
    for index, stage in enumerate(sla.stages):
        yield from calendar_findings(sla, ("sla", "stages", index), stage.calendar, stage.budget)


def _promise(settings: Settings) -> Iterator[Finding]:
    promise, steps = settings.sla.promise, settings.orders.to_lifecycle().index
    given = promise.model_fields_set
    path: Path = ("sla", "promise")
    if promise.start not in steps:
        default = "" if "start" in given else "by default "
        yield (*path, "start"), default + no_such_status(promise.start, steps)
    for index, stop in enumerate(promise.stop):
        here: Path = (*path, "stop", index) if "stop" in given else (*path, "stop")
        if stop not in steps:
            yield here, ("" if "stop" in given else "by default ") + no_such_status(stop, steps)
        elif steps[stop] <= steps.get(promise.start, -1):
            yield here, f"{stop} does not come after the start {promise.start}, allowed is a later status"
    yield from extension_findings(path, promise, given)


def _stages(settings: Settings) -> Iterator[Finding]:
    steps = settings.orders.to_lifecycle().index
    if "stages" in settings.sla.model_fields_set:
        yield from stage_findings(("sla", "stages"), settings.sla.stages, steps)
    elif any(stage.from_ not in steps or stage.to not in steps for stage in settings.sla.stages):
        yield ("sla", "stages"), "is missing, the default does not fit orders.lifecycle; allowed is also []"


def _divergence(settings: Settings) -> Iterator[Finding]:
    divergence, steps = settings.sla.divergence, settings.orders.to_lifecycle()
    path: Path = ("sla", "divergence")
    if "entry" in divergence.model_fields_set:
        for channel, status in divergence.entry.items():
            if status not in steps.index:
                yield (*path, "entry", channel), no_such_status(status, steps.index)
    owners = tuple(dict.fromkeys(step.system for step in steps.steps))
    for name, system in divergence.systems.items():
        if system.mirrors == "own" and name not in owners:
            words = no_such(name, "system that owns a step of orders.lifecycle", owners)
            yield (*path, "systems", name), f"{words}, or mirrors: all for a system that publishes every step"


_LIFECYCLE: Path = ("orders", "lifecycle")
_CALENDARS: Path = ("sla", "calendars")
SLA_CHECKS = (
    Check(_promise, (_LIFECYCLE, ("sla", "promise", "start"))),
    Check(_stages, (_LIFECYCLE,)),
    Check(_calendars),
    Check(_calendar_names, (_CALENDARS,)),
    Check(_divergence, (_LIFECYCLE,)),
)
