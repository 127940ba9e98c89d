"""What is wrong with the terms for some orders: policies that contradict the lifecycle, each other or themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slamon.settings.finding import ANY, Finding, no_such_status, unknown_statuses
from slamon.settings.sla_checks import Check, extension_findings, stage_findings, too_long, unknown_calendar
from slamon.settings.terms import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from slamon.settings.policies import Promise
    from slamon.settings.root import Settings
    from slamon.settings.shape import Path


def _names(settings: Settings) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, policy in enumerate(settings.sla.policies):
        if policy.name in seen:
            yield _path(index, "name"), f"{policy.name} is the name of a policy before it, allowed is any other name"
        seen.add(policy.name)


def _matching(settings: Settings) -> Iterator[Finding]:
    """Find policies that no order can come to, since those before them take all of its orders."""
    usable: list[_Wanted] = []
    for index, policy in enumerate(settings.sla.policies):
        attributes = {name: _text(value) for name, value in policy.when.attributes.items()}
        wrong = [name for name, text in attributes.items() if text is None]
        for name in wrong:
            yield _path(index, "when", "attributes", name), "is no value of JSON, allowed are no NaN and no infinity"
        if wrong:
            continue
        wanted = _Wanted(
            policy.name, frozenset(policy.when.channels), frozenset(policy.when.clients), frozenset(attributes.items())
        )
        takers = wanted.taken_by(usable)
        if takers:
            before = f"policy {takers[0]}" if len(takers) == 1 else f"policies {', '.join(takers)}"
            words = f"never matches, all its orders are taken by {before} before it"
            yield _path(index, "when"), f"{words}; allowed is an earlier place, or orders that are left to it"
        usable.append(wanted)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a policy matches on; an empty set is all orders, those that state nothing included."""

    name: str
    channels: frozenset[str]
    clients: frozenset[str]
    attributes: frozenset[tuple[str, str | None]]

    def taken_by(self, others: Iterable[_Wanted]) -> list[str]:
        """The names of the first policies that together match every order that this one does; none where some is left.

        An order that states a client and a channel of this policy, and its attributes alone, is the hardest to match.
        """
        chosen: dict[str, None] = {}
        able = [other for other in others if other.attributes <= self.attributes]
        for channel in self.channels or (None,):
            here = [other for other in able if not other.channels or channel in other.channels]
            for client in self.clients or (None,):
                taker = next((other for other in here if not other.clients or client in other.clients), None)
                if taker is None:
                    return []
                chosen[taker.name] = None
        return [other.name for other in able if other.name in chosen]


def _text(value: object) -> str | None:
    try:
        return canonical(value)
    except ValueError:
        return None


def _statuses(settings: Settings) -> Iterator[Finding]:
    steps = settings.orders.to_lifecycle().index
    for index, policy in enumerate(settings.sla.policies):
        own, path = policy.promise, _path(index, "promise")
        if own.start is not None and own.start not in steps:
            yield (*path, "start"), no_such_status(own.start, steps)
        yield from unknown_statuses((*path, "stop"), own.stop or (), steps)


def _promises(settings: Settings) -> Iterator[Finding]:
    sla, steps = settings.sla, settings.orders.to_lifecycle().index
    for index, policy in enumerate(sla.policies):
        path, given, promise = _path(index, "promise"), policy.promise.given(), policy.promise.over(sla.promise)
        yield from _ends_too_early(path, given, promise, steps)
        yield from extension_findings(path, promise, given)


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
        yield from unknown_calendar(sla, _path(index, "promise"), policy.promise.calendar)
        for number, stage in enumerate(policy.stages or ()):
            here = _path(index, "stages", number)
            yield from unknown_calendar(sla, here, stage.calendar)
            yield from too_long(sla, (*here, "budget"), stage.calendar, stage.budget)


def _durations(settings: Settings) -> Iterator[Finding]:
    """Find durations that do not fit their calendar, where at least one of the two is the policy's own."""
    sla = settings.sla
    for index, policy in enumerate(sla.policies):
        path, own, promise = _path(index, "promise"), policy.promise, policy.promise.over(sla.promise)
        if own.duration is not None:
            yield from too_long(sla, (*path, "duration"), promise.calendar, own.duration)
        elif own.calendar is not None:
            for here, words in too_long(sla, (*path, "calendar"), own.calendar, promise.duration):
                yield here, f"sla.promise.duration {words}"


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
_CALENDARS: Path = ("sla", "calendars")
_PROMISE: Path = ("sla", "promise")
POLICY_CHECKS = (
    Check(_names),
    Check(_matching, (_path(ANY, "when"),)),
    Check(_statuses, (_LIFECYCLE,)),
    Check(_promises, (_LIFECYCLE, (*_PROMISE, "start"), (*_PROMISE, "stop")), weighs=True),
    Check(_stages, (_LIFECYCLE,)),
    Check(_calendars, (_CALENDARS,)),
    Check(_durations, (_CALENDARS, (*_PROMISE, "calendar"), (*_PROMISE, "duration")), weighs=True),
    Check(_holds_of, (_LIFECYCLE, (*_PROMISE, "stop"), _path(ANY, "promise", "stop"))),
)
