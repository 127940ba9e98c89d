"""Lengths drawn at random and sketches of them, for tests of distributions against their very samples."""

import math
import random

from slamon.orders.event import DAY
from slamon.sla.forecast.sketch import Sketch


def samples(seed: int, median: float, sigma: float) -> list[float]:
    """Twenty thousand lognormal lengths; the median in days."""
    rng = random.Random(seed)
    return [median * DAY * math.exp(rng.gauss(0, sigma)) for _ in range(20_000)]


def sketch_of(spans: list[float]) -> Sketch:
    """A sketch of lengths that were all observed at one instant."""
    sketch = Sketch(30 * DAY)
    for span in spans:
        sketch.add(span, 0)
    return sketch
