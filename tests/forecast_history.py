"""A generated history of orders with independent lognormal stages, forecast as it happened: only from the past."""

import heapq
import math
import random
from dataclasses import dataclass, field

from slamon.orders.event import DAY, SECOND, Instant
from slamon.orders.lifecycle import DEFAULT_LIFECYCLE
from slamon.sla.forecast.durations import Durations
from slamon.sla.forecast.forecaster import Forecaster
from slamon.sla.forecast.outlook import Outlook, next_crossing
from slamon.sla.forecast.risk import RiskTerms, RiskWatch
from slamon.sla.forecast.scoring import Calibration, Noted, note
from slamon.sla.forecast.spells import Move, spells

STOP = frozenset({"SHIPPED", "CLOSED"})
PROMISE = 21 * DAY
# step → (median days, sigma of the logarithm) until the next one; one order in five skips PACKAGING
STAGES = {
    "SUBMITTED": (0.02, 1.0),
    "PRICE_CALCULATED": (1.5, 0.8),
    "MANUFACTURING_APPROVED": (0.8, 0.7),
    "MANUFACTURING_STARTED": (10.5, 0.45),
    "MANUFACTURING_COMPLETED": (1.0, 0.6),
    "PACKAGING": (1.2, 0.7),
}
CHANNELS = {"shop": 1.0, "b2b": 1.15, "market": 0.9}
ORDERS_A_DAY = 40
SKIPS = 0.2


@dataclass
class Played:
    """What came of a history."""

    orders: int = 0
    broken: int = 0
    warned: int = 0
    warned_rightly: int = 0
    unforecast: int = 0
    leads: list[float] = field(default_factory=list)
    """Of every order that broke its promise while it was forecast: days from its warning to the promise, 0 without."""
    calibration: Calibration = field(default_factory=Calibration)

    @property
    def median_lead(self) -> float:
        return sorted(self.leads)[len(self.leads) // 2]


def moves_of(rng: random.Random, start: Instant, factor: float) -> list[Move]:
    """An order's way from SUBMITTED to SHIPPED."""
    moves, at = [], float(start)
    skips = rng.random() < SKIPS
    for step, (median, sigma) in STAGES.items():
        if step == "PACKAGING" and skips:
            continue
        moves.append((int(at), step))
        at += median * factor * DAY * math.exp(sigma * rng.gauss(0, 1))
    return [*moves, (int(at), "SHIPPED")]


def play(seed: int, orders: int, terms: RiskTerms = RiskTerms()) -> Played:  # noqa: B008  it is frozen
    """Generate, forecast and score; an order is learnt when it ends."""
    rng = random.Random(seed)
    durations, played = Durations(), Played(orders)
    forecaster = Forecaster(durations, DEFAULT_LIFECYCLE, STOP)
    queue: list[tuple[Instant, int, int]] = []
    all_moves: list[list[Move]] = []
    channels: list[str] = []
    start = 1_767_225_600 * SECOND
    for number in range(orders):
        start += int(rng.expovariate(ORDERS_A_DAY) * DAY)
        channel = rng.choice(list(CHANNELS))
        channels.append(channel)
        all_moves.append(moves_of(rng, start, CHANNELS[channel]))
        queue.extend((at, number, place) for place, (at, _) in enumerate(all_moves[-1]))
    heapq.heapify(queue)
    notes: dict[int, tuple[Noted, ...]] = {}
    watches: dict[int, _Watched] = {}
    while queue:
        at, number, place = heapq.heappop(queue)
        moves, channel = all_moves[number], channels[number]
        due_at = moves[0][0] + PROMISE
        if place == len(moves) - 1:
            for spell in spells(moves, DEFAULT_LIFECYCLE, STOP, at):
                durations.learn(channel, spell)
            played.calibration.score(notes.pop(number, ()), at)
            _settle(played, watches.pop(number, None), at, due_at)
            continue
        outlook = forecaster.outlook(channel, moves[place][1], at)
        if outlook is None:
            continue
        notes[number] = note(notes.get(number, ()), place, outlook.probability_late(due_at, at), due_at, at)
        watches.setdefault(number, _Watched(terms)).moved(outlook, due_at, at, moves[place + 1][0])
    return played


class _Watched:
    """One order's RiskWatch, driven as its due-time index would."""

    def __init__(self, terms: RiskTerms) -> None:
        self.terms = terms
        self.watch = RiskWatch()
        self.first: Instant | None = None
        self.last: tuple[Outlook, Instant] | None = None
        self.wake: Instant | None = None

    def moved(self, outlook: Outlook, due_at: Instant, at: Instant, until: Instant) -> None:
        """The order reached a step at which it will stay until another instant."""
        self._see(outlook, due_at, at)
        if self.watch.likely_since is None and outlook.probability_late(due_at, until) < self.terms.enter:
            self.wake = None  # saves the search for a crossing that will not be reached
        elif self.watch.likely_since is None:
            self.wake = next_crossing(outlook, due_at, self.terms.enter, at)
        self._until(until)

    def _until(self, at: Instant) -> None:
        """Let everything happen that the time before `at` brings."""
        while self.last is not None and self.wake is not None and self.wake < at:
            self._see(*self.last, self.wake)

    def _see(self, outlook: Outlook, due_at: Instant, at: Instant) -> None:
        self.last = (outlook, due_at)
        self.watch = self.watch.seen(outlook.probability_late(due_at, at), at, self.terms)
        if self.watch.at_risk:
            self.first = self.first or self.watch.at_risk_since
            self.wake = None
        elif self.watch.likely_since is not None:
            self.wake = self.watch.wake_at(self.terms)
        else:
            self.wake = None


def _settle(played: Played, watched: _Watched | None, finished_at: Instant, due_at: Instant) -> None:
    broken = finished_at > due_at
    played.broken += broken
    if watched is None:
        played.unforecast += 1
        return
    warned = watched.first is not None and watched.first < due_at
    played.warned += warned
    played.warned_rightly += warned and broken
    if broken:
        played.leads.append((due_at - (watched.first if watched.first and warned else due_at)) / DAY)
