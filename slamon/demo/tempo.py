"""How three weeks become about a minute: the story's spans in real time, and its margins of safety."""

from dataclasses import dataclass
from typing import TypeAlias

Micros: TypeAlias = int
"""A length of time, or an instant since the epoch, in microseconds."""

SECOND: Micros = 1_000_000
DAYS_PLAYED = 30
"""So many days of the story fit into one play: the three weeks of a promise, and room around them."""
SHORTEST_PLAY = 25
"""Seconds; in less the margins below would not fit into three weeks any more."""
USUAL_PLAY = 60

MARGIN: Micros = SECOND * 3 // 2
"""What happens in time happens at least so long before its deadline."""
GRACE: Micros = 3 * SECOND
"""A condition that has to be noticed lasts at least so long: a slower slamon would rightly pass it over."""
TRAVEL: Micros = SECOND * 2 // 5
"""The longest way of an ordinary message from its system to Kafka."""
LATEST: Micros = SECOND
"""A record acknowledged later than this after its time voids what the script says about its order."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A hand-off and its budget."""

    start: str
    to: str
    budget: Micros

    @property
    def timely(self) -> Micros:
        """The longest stay that is in time beyond doubt."""
        return self.budget - MARGIN


@dataclass(frozen=True, slots=True)
class Tempo:
    """The real length of one day of the story, and of everything that the demo's configuration promises."""

    day: Micros

    @classmethod
    def of_play(cls, seconds: float) -> "Tempo":
        """The tempo at which a play takes this long. Raises ValueError when that is too short to judge."""
        if seconds < SHORTEST_PLAY:
            raise ValueError(f"a demo takes {SHORTEST_PLAY} seconds or more, not {seconds:g}")
        return cls(round(seconds * SECOND) // DAYS_PLAYED)

    def days(self, count: float) -> Micros:
        """So many days of the story."""
        return round(count * self.day)

    @property
    def promise(self) -> Micros:
        """Three weeks."""
        return self.days(21)

    @property
    def warn_before(self) -> Micros:
        """Three days; more where that is too short to be noticed and acted upon."""
        return max(self.days(3), MARGIN + GRACE)

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The hand-offs of CONTRACT §3 in their order; none shorter than what can be judged."""
        shortest = 2 * MARGIN
        return (
            Stage("SUBMITTED", "PRICE_CALCULATED", shortest),
            Stage("PRICE_CALCULATED", "MANUFACTURING_APPROVED", max(self.days(2), shortest)),
            Stage("MANUFACTURING_APPROVED", "MANUFACTURING_STARTED", max(self.days(1), shortest)),
            Stage("MANUFACTURING_STARTED", "MANUFACTURING_COMPLETED", self.days(10)),
            Stage("MANUFACTURING_COMPLETED", "SHIPPED", max(self.days(2), shortest)),
        )


def iso_duration(span: Micros) -> str:
    """A span as ISO 8601 writes it: `PT42S`, `PT3.5S`."""
    whole, rest = divmod(span, SECOND)
    decimals = f".{rest:06d}".rstrip("0") if rest else ""
    return f"PT{whole}{decimals}S"
