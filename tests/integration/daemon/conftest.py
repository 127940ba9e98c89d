"""Fixtures of the daemon's tests: a seed that is printed, the folder, and the session's broker."""

import os
import random

import pytest


@pytest.fixture
def rng() -> random.Random:
    """Seeded randomness; SLAMON_TEST_SEED repeats a run."""
    seed = int(os.environ.get("SLAMON_TEST_SEED") or random.SystemRandom().randrange(1 << 32))
    print(f"SLAMON_TEST_SEED={seed}")  # noqa: T201 - pytest shows it with a failure
    return random.Random(seed)
