"""The due-time index against a plain sorted list."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from slamon.orders.event import Instant
from slamon.sla.due_times import BUCKET, DueTimes

KEYS = st.sampled_from([b"a", b"b", b"c", b"d", b"e"])
TIMES = st.one_of(st.integers(-2 * BUCKET, 6 * BUCKET), st.integers(0, 6).map(lambda n: n * BUCKET))


class Against(RuleBasedStateMachine):
    """Orders get due times, lose them, and fire; the list says which must, in which order."""

    def __init__(self) -> None:
        super().__init__()
        self.index = DueTimes()
        self.due: dict[bytes, Instant] = {}
        self.now: Instant = -3 * BUCKET

    @rule(key=KEYS, at=TIMES)
    def change(self, key: bytes, at: Instant) -> None:
        self.index.move(key, self.due.get(key), at)
        self.due[key] = at

    @rule(key=KEYS)
    def remove(self, key: bytes) -> None:
        # The entry stays; a due time given later finds it or files another.
        self.due.pop(key, None)

    @rule(step=st.integers(0, 2 * BUCKET), limit=st.integers(1, 4))
    def advance(self, step: Instant, limit: int) -> None:
        self.now += step
        expected = sorted((at, key) for key, at in self.due.items() if at <= self.now)
        fired: list[tuple[Instant, bytes]] = []
        while keys := self.index.pop(self.now, self.due.get, limit):
            assert len(keys) <= limit
            for key in dict.fromkeys(keys):
                at = self.due.get(key)
                if at is not None and at <= self.now:
                    fired.append((at, key))
                    del self.due[key]
                else:
                    self.index.move(key, None, at)
        assert sorted(fired) == expected

    @invariant()
    def the_next_is_not_missed(self) -> None:
        """Whoever sleeps until `next_at` oversleeps nothing."""
        nearest = min(self.due.values(), default=None)
        next_at = self.index.next_at()
        if nearest is not None:
            assert next_at is not None
            assert next_at <= max(nearest, self.now)


TestAgainstASortedList = Against.TestCase
