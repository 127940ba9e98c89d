"""What is wrong with the terms for some orders: policies that contradict the lifecycle, each other or themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slamon.settings.finding import Finding, no_such_status, unknown_statuses
from slamon.settings.sla_checks import Check, calendar_findings, extension_findings, stage_findings
from slamon.settings.terms import canonical

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slamon.settings.policies import Policy, Promise, When
    from slamon.settings.root import Settings
    from slamon.settings.shape import Path


def _names(settings: Settings) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, policy in enumerate(settings.sla.policies):
        if policy.name in seen:
            yield _path(index, "name"), f"{policy.name} is the name of a policy before it, allowed is any other name"
        seen.add(policy.name)


def _matching(settings: Settings) -> Iterator[Finding]:
    """Find policies that no order can come to, since one before them takes it."""
    usable: list[Policy] = []
    for index, policy in enumerate(settings.sla.policies):
        wrong = [name for name, value in policy.when.attributes.items() if _text(value) is None]
        for name in wrong:
            yield _path(index, "when", "attributes", name), "is no value of JSON, allowed are no NaN and no infinity"
        if wrong:
            continue
        before = next((other for other in usable if _covers(other.when, policy.when)), None)
        if before is not None:
            yield (
                _path(index, "when"),
                (
                    f"never matches, policy {before.name} before it matches the same orders and maybe others; "
                    "allowed is an earlier place, or orders that no policy before it matches"
                ),
            )
        usable.append(policy)


def _covers(one: When, other: When) -> bool:
    """Whether every order that the other matches is matched by this one."""
    attributes = {name: _text(value) for name, value in other.attributes.items()}
    return (
        _holds(one.channels, other.channels)
        and _holds(one.clients, other.clients)
        and all(name in attributes and attributes[name] == _text(value) for name, value in one.attributes.items())
    )


def _holds(wide: tuple[str, ...], narrow: tuple[str, ...]) -> bool:
    return not wide or (bool(narrow) and set(narrow) <= set(wide))


def _text(value: object) -> str | None:
    try:
        return canonical(value)
    except ValueError:
        return None


def _promises(settings: Settings) -> Iterator[Finding]:
    sla, steps = settings.sla, settings.orders.to_lifecycle().index
    for index, policy in enumerate(sla.policies):
        path, own = _path(index, "promise"), policy.promise
        promise = own.over(sla.promise)
        if own.start is not None and own.start not in steps:
            yield (*path, "start"), no_such_status(own.start, steps)
        if own.stop is not None:
            yield from unknown_statuses((*path, "stop"), own.stop, steps)
        yield from _ends_too_early(path, own.given(), promise, steps)
        if own.max_extension is not None or own.max_extensions is not None:
            yield from extension_findings(path, promise, own.given())


def _ends_too_early(
    path: Path, given: Mapping[str, object], promise: Promise, steps: Mapping[str, int]
) -> Iterator[Finding]:
    """Find stops that do not come after the start, also where one of the two is `sla.promise`'s."""
    start = steps.get(promise.start)
    if start is None:
        return
    early = [(n, stop) for n, stop in enumerate(promise.stop) if steps.get(stop, start + 1) <= start]
    if "stop" in given:
        for n, stop in early:
            yield (*path, "stop", n), f"{stop} does not come after the start {promise.start}, allowed is a later status"
    elif early and "start" in given:
        words = f"{early[0][1]} of sla.promise.stop does not come after {promise.start}"
        yield (*path, "start"), f"{words}, allowed is an earlier status, or a stop here"


def _stages(settings: Settings) -> Iterator[Finding]:
    steps = settings.orders.to_lifecycle().index
    for index, policy in enumerate(settings.sla.policies):
        yield from stage_findings(_path(index, "stages"), policy.stages or (), steps)


def _calendars(settings: Settings) -> Iterator[Finding]:
    sla = settings.sla
    for index, policy in enumerate(sla.policies):
        own, promise = policy.promise, policy.promise.over(sla.promise)
        duration = promise.duration if own.calendar or own.duration else None
        for path, words in calendar_findings(sla, _path(index, "promise"), promise.calendar, duration):
            if own.calendar is not None or path[-1] != "calendar":  # else sla.promise is blamed
                inherited = path[-1] == "duration" and own.duration is None
                yield (*path[:-1], "calendar") if inherited else path, f"the duration {words}" if inherited else words
        for number, stage in enumerate(policy.stages or ()):
            here = _path(index, "stages", number)
            yield from calendar_findings(sla, here, stage.calendar, stage.budget)


def _holds_of(settings: Settings) -> Iterator[Finding]:
    steps = settings.orders.to_lifecycle().index
    for index, policy in enumerate(settings.sla.policies):
        path = _path(index, "holds", "statuses")
        stops = policy.promise.over(settings.sla.promise).stop
        yield from unknown_statuses(path, policy.holds.statuses, steps)
        for n, status in enumerate(policy.holds.statuses):
            if status in stops and status in steps:
                yield (*path, n), f"{status} finishes the order, allowed is a status that does not"


def _path(index: int, *keys: str | int) -> Path:
    return ("sla", "policies", index, *keys)


_LIFECYCLE: Path = ("orders", "lifecycle")
_PROMISE: Path = ("sla", "promise")
POLICY_CHECKS = (
    Check(_names),
    Check(_matching),
    Check(_promises, (_LIFECYCLE, (*_PROMISE, "start"), (*_PROMISE, "stop"))),
    Check(_stages, (_LIFECYCLE,)),
    Check(_calendars, (("sla", "calendars"),)),
    Check(_holds_of, (_LIFECYCLE, (*_PROMISE, "stop"))),
)
