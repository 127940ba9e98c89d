"""What is wrong with the terms for all orders: calendars, promise, stages, divergence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slamon.settings.duration import Duration
from slamon.settings.finding import Finding, no_such, no_such_status
from slamon.sla.calendar import ALWAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from slamon.settings.policies import Promise, Stage
    from slamon.settings.root import Settings
    from slamon.settings.shape import Path
    from slamon.settings.sla import Sla
    from slamon.sla.opening_hours import OpeningHours


@dataclass(frozen=True, slots=True)
class Check:
    """A question to the whole; not asked when its ground is wrong, since it would blame others for that.

    `weighs`: it weighs keys of a policy's promise against each other; what it finds in one where a key is refused
    is not told.
    """

    find: Callable[[Settings], Iterable[Finding]]
    ground: tuple[Path, ...] = ()
    weighs: bool = False


def unknown_calendar(sla: Sla, path: Path, name: str | None) -> Iterator[Finding]:
    """Find a name that no calendar has; `path` is where it is given as `calendar`."""
    if name is not None and name != ALWAYS.name and name not in sla.calendars:
        yield (*path, "calendar"), no_such(name, "calendar of sla.calendars", (ALWAYS.name, *sla.calendars))


def too_long(sla: Sla, path: Path, name: str | None, length: Duration | None) -> Iterator[Finding]:
    """Find a length at the path that its calendar is never open for."""
    reading = sla.readings.get(name or ALWAYS.name)
    if reading is not None and reading.calendar is not None and length is not None:
        words = _never_over(length, reading.calendar)
        if words is not None:
            yield path, words


def _never_over(length: Duration, calendar: OpeningHours) -> str | None:
    """Words for a length that a calendar of single dates has no room for; None where it has."""
    table = calendar.timetable
    if table.open_dates is None:
        return None
    if length.days > table.open_dates:
        return f"is more days than {calendar.name} is open on, allowed are at most {table.open_dates}"
    most = sum(end - start for date, spans in table.open if date not in table.closed for start, end in spans)
    if length.time > most:
        return f"is more time than {calendar.name} is open in all, allowed is at most {Duration(0, most)}"
    return None


def extension_findings(path: Path, promise: Promise, given: Iterable[str]) -> Iterator[Finding]:
    """Find a length for extensions that are forbidden; `given` are the keys that stand at the path.

    A policy may forbid them over a length of `sla.promise`, which it can't take away.
    """
    if promise.max_extensions == 0 and promise.max_extension is not None and "max_extension" in given:
        yield (*path, "max_extension"), "contradicts max_extensions, which is 0; allowed is one of the two"


def stage_findings(path: Path, stages: Iterable[Stage], steps: Mapping[str, int]) -> Iterator[Finding]:
    """Find stages that lead nowhere or backwards, and twins."""
    seen: dict[
        tuple[str, object], int
    ] = {}  # the numbers are for here only: an item that was refused is not among them
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
                what = "to" if isinstance(twin[1], str) else "budget"
                yield here, f"has the same from and {what} as a stage before it, allowed is one of them"
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
    for path, name, key, length in _counted(settings):
        yield from unknown_calendar(sla, path, name)
        yield from too_long(sla, (*path, key), name, length)


def _counted(settings: Settings) -> Iterator[tuple[Path, str | None, str, Duration | None]]:
    """(where, calendar, key, length) of all that is counted on a calendar, but for policies."""
    sla = settings.sla
    yield ("sla", "promise"), sla.promise.calendar, "duration", sla.promise.duration
    for index, stage in enumerate(sla.stages):
        yield ("sla", "stages", index), stage.calendar, "budget", stage.budget
    for name, source in settings.sources.items():
        if source.expect is not None:
            yield ("sources", name, "expect"), source.expect.calendar, "every", source.expect.every


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
