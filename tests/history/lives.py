"""Lives of made-to-order orders: each is decided first, then told by the systems that take part in it."""

import math
import random
from collections.abc import Callable

from tests.history.shop import (
    APPROVED,
    CLOSED,
    COMPLETED,
    DAY,
    ENFORCED,
    HOUR,
    MINUTE,
    PACKAGING,
    PRICE,
    SAYS,
    SECOND,
    SHIPPED,
    SKEW,
    STARTED,
    STEPS,
    SUBMITTED,
)
from tests.history.truth import Life, Planted, default_due, held_windows, moved

PLOTS = {
    "plain": 50,
    "late_mirror": 9,
    "lost_mirror": 7,
    "late_owner": 7,
    "lost_owner": 7,
    "lost_everywhere": 4,
    "rework": 8,
    "cancelled": 4,
    "contradiction": 4,
    "resubmitted": 10,
}
PROMISES = {"default": 60, "stated": 12, "revised": 8, "twice": 8, "repeated": 6, "earlier": 6}
HOLDING = {"none": 60, "one": 15, "overlapping": 10, "doubled": 5, "never_released": 10}
APART = 45 * MINUTE
"""Between two steps; no report is later than that, so that none goes back by being late."""


def lived(rng: random.Random, order_id: str, arrives: tuple[int, int]) -> tuple[Life, str]:
    """One order that arrives between two instants, and the client's id."""
    channel = rng.choices(["shop", "b2b", "press", "market"], [50, 25, 10, 15])[0]
    rush, client = rng.random() < 0.15, f"c-{rng.randint(1, 12)}"
    policy = "rush" if rush else "b2b" if channel == "b2b" else "key" if client == "c-1" else None
    if policy is None and channel in {"press", "market"}:
        policy = channel
    life = Life(order_id, channel, policy, rush, _one_of(rng, PLOTS))
    times = _times(rng, life, rng.randrange(*arrives))
    _reports(rng, life, times)
    _disagree(rng, life, times)
    life.reports.sort()
    return life, client


def _one_of(rng: random.Random, weights: dict[str, int]) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]


def _lognormal(rng: random.Random, median: int, least: int, most: float = math.inf) -> int:
    return int(min(max(least, rng.lognormvariate(math.log(median), 0.8)), most))


def _times(rng: random.Random, life: Life, at: int) -> dict[int, int]:
    """When each step is taken; the last ones so that the order finishes when it was meant to."""
    times = {}
    if life.plot == "resubmitted" and life.policy == "market" and at > ENFORCED:
        at = _first_try(rng, life, at)
        life.restarted = at
        times[SUBMITTED] = at
        at += _lognormal(rng, 24 * MINUTE, 16 * MINUTE)
    elif life.channel != "b2b":
        times[0] = at
        times[1] = at + _lognormal(rng, 2 * HOUR, APART)
        times[SUBMITTED] = times[1] + _lognormal(rng, 5 * HOUR, APART)
        at = times[SUBMITTED] + _lognormal(rng, 24 * MINUTE, 16 * MINUTE)
    times[PRICE] = at
    start = times.get(SUBMITTED, at)
    nominal = default_due(life.policy, start) - start
    times[APPROVED] = at + _lognormal(rng, 20 * HOUR, APART, 6 * DAY if life.policy == "rush" else 0.1 * nominal)
    if life.policy == "rush":
        start = times[APPROVED]
        nominal = default_due("rush", start) - start
    told = life.reports
    life.reports = [(times[PRICE], "mes", PRICE), (times[APPROVED], "crm", APPROVED)]  # for the hold by status
    default = default_due(life.policy, start)
    finish = _finish(rng, life, (start, default), times[APPROVED])
    shares = [rng.lognormvariate(0, 1) for _ in range(4)]
    spare, passed = finish - times[APPROVED] - 4 * APART, 0.0
    for step, share in zip((STARTED, COMPLETED, PACKAGING), shares, strict=False):
        passed += share / sum(shares)
        times[step] = times[APPROVED] + (step - APPROVED) * APART + int(spare * passed)
    times[SHIPPED] = finish
    if rng.random() < 0.95:
        times[CLOSED] = finish + _lognormal(rng, DAY, APART)
    life.reports = told
    return times


def _first_try(rng: random.Random, life: Life, at: int) -> int:
    """Up to the approval or the start of work, after which the client submits the order again: when."""
    last = rng.choice([PRICE, APPROVED, STARTED])
    for step in range(SUBMITTED, last + 1):
        _reports(rng, life, {step: at})
        at += _lognormal(rng, 3 * HOUR, APART)
    return at


def _finish(rng: random.Random, life: Life, promise: tuple[int, int], approved: int) -> int:
    """Hold and promise as decided; then when it is shipped: in time, at the last instant, just after it, or late."""
    start, default = promise
    nominal = default - start
    held = _one_of(rng, HOLDING)
    promised = "default" if held == "never_released" else _one_of(rng, PROMISES)
    life.statements = _statements(rng, life.policy, promised, (approved, nominal, default))
    life.holds = _holds(rng, held, approved, nominal)
    if held == "never_released":
        return start + int(nominal * rng.uniform(0.7, 1.6))
    due = default
    if life.policy in {"rush", "b2b", "press"}:
        far = default + 2 * nominal
        due = moved(default, start, held_windows(life, far, None), far, workshop=life.policy != "press")
    dates = [date for _, _, date, counts in life.statements if counts]
    due = dates[-1] if dates else due
    chance = rng.random()
    life.meant = "kept" if chance < 0.04 or 0.08 <= chance < 0.75 else "broken"
    if chance < 0.04:
        return due
    if chance < 0.08:
        return due + 1
    if chance < 0.75:
        return due - int((due - start) * rng.uniform(0, 0.2))
    return due + _lognormal(rng, 2 * DAY, SECOND)


def _statements(
    rng: random.Random, policy: str | None, kind: str, when: tuple[int, int, int]
) -> list[tuple[int, str, int, bool]]:
    approved, nominal, default = when
    if kind == "default":
        return []
    first = default + int(nominal * rng.uniform(-0.1, 0.4))
    at = [approved + int(nominal * share) + rng.randrange(HOUR) for share in (0.02, 0.05, 0.08)]
    other = "slamon" if rng.random() < 0.5 else "mes"
    told = [(at[0], "slamon", first, True)]
    if kind in {"revised", "twice"}:
        told.append((at[1], other, first + 2 * DAY, True))
    if kind == "twice":
        told.append((at[2], other, first + 5 * DAY, policy not in {"rush", "key"}))
    if kind == "repeated":
        told += [(at[1], "mes", first + DAY, True), (at[2], "slamon", first, False)]
    if kind == "earlier":
        told.append((at[1], other, first - int(nominal * 0.1), True))
    return told


def _holds(rng: random.Random, kind: str, approved: int, nominal: int) -> list[tuple[str, int, int | None]]:
    if kind == "none":
        return []
    since = approved + int(nominal * rng.uniform(0.01, 0.15))
    until = since + int(nominal * rng.uniform(0.01, 0.2))
    if kind == "never_released":
        return [("crm", since, None)]
    if kind == "one":
        return [("crm", since, until)]
    again = rng.randrange(since, until)
    if kind == "doubled":
        return [("crm", since, until), ("crm", again, until)]
    return [("crm", since, until), ("mes", again, again + int(nominal * rng.uniform(0.01, 0.2)))]


def _reports(rng: random.Random, life: Life, times: dict[int, int]) -> None:
    """Owners report, the CRM says after them, or now and then before; all within the skew."""
    for step, at in times.items():
        lag = rng.choices([0, SKEW, rng.randrange(SKEW)], [10, 5, 85])[0]
        owner = SAYS[step]
        if owner == "crm":
            life.reports.append((at, "crm", step))
        else:
            first, second = (owner, "crm") if rng.random() < 0.9 else ("crm", owner)
            life.reports += [(at, first, step), (at + lag, second, step)]


def _disagree(rng: random.Random, life: Life, times: dict[int, int]) -> None:
    """What goes wrong between the systems."""
    step = rng.choice([PRICE, STARTED, COMPLETED, PACKAGING, SHIPPED])
    if step == PRICE and (life.plot in {"late_owner", "lost_owner", "lost_everywhere"} or life.floor > PRICE):
        step = STARTED
    if life.plot == "lost_everywhere" and step == SHIPPED:
        step = PACKAGING
    if life.plot in _PLOTTED:
        life.reports = [report for report in life.reports if report[2] != step]
        _PLOTTED[life.plot](rng, life, step, times[step])
    elif life.plot == "rework":
        _rework(rng, life, times[COMPLETED], times[PACKAGING])
    elif life.plot in {"cancelled", "contradiction"}:
        _cancel(life, times[APPROVED], times[STARTED])


def _late(rng: random.Random) -> int:
    return rng.choice([SKEW + 1, SKEW + SECOND, rng.randrange(SKEW + 1, 40 * MINUTE)])


def _next(life: Life, system: str, at: int) -> int | None:
    return min((when for when, who, _ in life.reports if who == system and when > at), default=None)


def _behind(life: Life, step: int, at: int, until: int | None) -> None:
    """The CRM does not follow; `lost` where it had never said anything."""
    kind = "behind" if any(who == "crm" and when <= at for when, who, _ in life.reports) else "lost"
    life.planted.append(Planted("crm", kind, STEPS[step], at, until))


def _late_mirror(rng: random.Random, life: Life, step: int, at: int) -> None:
    until = at + _late(rng)
    _behind(life, step, at, until)
    life.reports += [(at, SAYS[step], step), (until, "crm", step)]


def _lost_mirror(_: random.Random, life: Life, step: int, at: int) -> None:
    _behind(life, step, at, _next(life, "crm", at))
    life.reports.append((at, SAYS[step], step))


def _late_owner(rng: random.Random, life: Life, step: int, at: int) -> None:
    until = at + _late(rng)
    life.planted.append(Planted("crm", "ahead", STEPS[step], at, until))
    life.reports += [(at, "crm", step), (until, SAYS[step], step)]


def _lost_owner(rng: random.Random, life: Life, step: int, at: int) -> None:
    at += rng.randrange(SKEW)
    if step == SHIPPED:
        life.meant = None  # it finishes when the CRM says so
    life.planted.append(Planted("crm", "ahead", STEPS[step], at, _next(life, SAYS[step], at)))
    life.reports.append((at, "crm", step))


def _lost_everywhere(_: random.Random, __: Life, ___: int, ____: int) -> None:
    """Nobody says it, so nobody can be behind."""


_PLOTTED: dict[str, Callable[[random.Random, Life, int, int], None]] = {
    "late_mirror": _late_mirror,
    "lost_mirror": _lost_mirror,
    "late_owner": _late_owner,
    "lost_owner": _lost_owner,
    "lost_everywhere": _lost_everywhere,
}


def _rework(rng: random.Random, life: Life, completed: int, following: int) -> None:
    """The MES goes back to the step before and comes again, within the skew or after it."""
    back = completed + 17 * MINUTE
    longest = following - back - MINUTE
    took = rng.choice([SKEW, SKEW + 1, rng.randrange(MINUTE, longest)])
    took = min(took, longest)
    life.reports += [(back, "mes", STARTED), (back + took, "mes", COMPLETED)]
    if life.policy != "press":
        life.planted.append(Planted("mes", "regressed", STEPS[COMPLETED], back, back + took))


def _cancel(life: Life, approved: int, started: int) -> None:
    """Cancelled before the workshop begins; in a contradiction the MES goes on all the same."""
    at = (approved + started) // 2
    is_contradicted = life.plot == "contradiction"
    life.meant = None
    life.cancelled = at, "crm" if is_contradicted or life.channel == "b2b" else "shop"
    later = [report for report in life.reports if report[0] > at]
    life.reports = [report for report in life.reports if report[0] <= at]
    life.holds = [hold for hold in life.holds if hold[1] < at]
    life.statements = [statement for statement in life.statements if statement[0] < at]
    if is_contradicted:
        went_on = [report for report in later if report[1] == "mes"]
        life.reports += went_on
        life.planted.append(Planted("mes", "contradicting", "CANCELLED", min(went_on)[0], None))
