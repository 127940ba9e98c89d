"""How good forecasts were: each is noted in its order, compared with how the order ended, and counted.

Everything is whole numbers, so the counts of several workers add up exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from slamon.orders.event import Instant

if TYPE_CHECKING:
    from collections.abc import Iterable

BINS: Final = 10
ALL: Final = 1000
"""A probability of 1, in thousandths."""
_BIN_WIDTH: Final = ALL // BINS


class Noted(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A forecast as its order keeps it: made when the order reached `step`, about the date then in force."""

    step: int
    """The number of the step in the lifecycle."""
    permille: int
    """How likely the order seemed to miss the date, in thousandths."""
    due_at: Instant


def note(notes: tuple[Noted, ...], step: int, probability: float, due_at: Instant, now: Instant) -> tuple[Noted, ...]:
    """Note a forecast made at `now`: the first one at each step; none about a date that has passed."""
    if now > due_at or any(noted.step == step for noted in notes):
        return notes
    return (*notes, Noted(step, round(probability * ALL), due_at))


class Calibration(msgspec.Struct, array_like=True):
    """Scored forecasts by how likely they said a miss to be: 0 to 10 %, …, 90 to 100 %."""

    forecasts: list[int] = msgspec.field(default_factory=lambda: [0] * BINS)
    missed: list[int] = msgspec.field(default_factory=lambda: [0] * BINS)
    permilles: list[int] = msgspec.field(default_factory=lambda: [0] * BINS)
    """The sums of the probabilities, in thousandths."""
    squares: int = 0
    """The sum of the squared errors, in millionths."""

    def score(self, notes: Iterable[Noted], finished_at: Instant) -> None:
        """Count the forecasts of an order that finished; those of cancelled orders are not scored."""
        for noted in notes:
            missed = finished_at > noted.due_at
            bin_ = min(noted.permille // _BIN_WIDTH, BINS - 1)
            self.forecasts[bin_] += 1
            self.missed[bin_] += missed
            self.permilles[bin_] += noted.permille
            self.squares += (noted.permille - missed * ALL) ** 2

    def merge(self, other: Calibration) -> None:
        """Add what another worker scored."""
        for mine, theirs in (
            (self.forecasts, other.forecasts),
            (self.missed, other.missed),
            (self.permilles, other.permilles),
        ):
            mine[:] = [one + another for one, another in zip(mine, theirs, strict=True)]
        self.squares += other.squares

    @property
    def brier(self) -> float | None:
        """The mean squared error of the probabilities: 0 is perfect, 0.25 what a coin scores; None without any."""
        count = sum(self.forecasts)
        return self.squares / ALL**2 / count if count else None


def calibration_json(calibration: Calibration) -> dict[str, object]:
    """The calibration for the API and the report; unknown is None."""
    rows = zip(calibration.forecasts, calibration.missed, calibration.permilles, strict=True)
    return {
        "forecasts": sum(calibration.forecasts),
        "brier": calibration.brier,
        "bins": [
            {
                "from": bin_ / BINS,
                "to": (bin_ + 1) / BINS,
                "forecasts": count,
                "missed": missed,
                "mean_probability": permilles / ALL / count if count else None,
                "missed_ratio": missed / count if count else None,
            }
            for bin_, (count, missed, permilles) in enumerate(rows)
        ],
    }
