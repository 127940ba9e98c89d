"""An order's way through the five hand-offs, step after step, and the notices it owes where it stays."""

from collections.abc import Sequence

from slamon.demo.story import Kind, Story
from slamon.demo.tempo import MARGIN, SECOND, Micros, Stage, Tempo

_FIRST_OF_B2B = 1
"""B2B orders enter at MES, with a price: the first hand-off is behind them."""
_SHIPPING = 4
_CLOSING = (SECOND * 3 // 10, SECOND)


class Passage:
    """Where the order of a story is: in stage number `stage` since `now`; its clock runs from `start`."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.tempo: Tempo = story.tempo
        self.stage = 0
        self.start: Micros = 0
        self.now: Micros = 0

    @property
    def here(self) -> Stage:
        """The hand-off that the order waits in."""
        return self.tempo.stages[self.stage]

    @property
    def due_at(self) -> Micros:
        """The three weeks' end."""
        return self.start + self.tempo.promise

    @property
    def overdue_at(self) -> Micros:
        """When the budget of the hand-off that it waits in is used up."""
        return self.now + self.here.budget

    def opens(self, *, promised: float | None = None) -> None:
        """The order comes in; `promised`: days that the shop promises, when not three weeks."""
        story, shops = self.story, self.story.client.shops
        at = self._soon()
        if shops:
            story.status(at, "INITIATED")
            story.status(at := at + self._soon(), "FILE_UPLOADED")
            at += self._soon()
        self.stage = 0 if shops else _FIRST_OF_B2B
        self.start = self.now = at
        date = None if promised is None else at + self.tempo.days(promised)
        story.status(at, "SUBMITTED" if shops else "PRICE_CALCULATED", promised_at=date)

    def known_to_crm(self) -> None:
        """The CRM takes the order up."""
        self.story.noted(self.start + self._soon())

    def moves(self, length: Micros, *, sent_at: Micros | None = None, sent_before: Micros | None = None) -> None:
        """After so long in its stage the order goes on to the next; packing is on the way to shipping."""
        if self.stage == _SHIPPING:
            self.story.status(self.now + length // 2, "PACKAGING", sent_at=sent_before)
        reached = self.here.to
        self.now += length
        self.stage += 1
        self.story.status(self.now, reached, sent_at=sent_at)

    def moves_to(self, stage: int) -> None:
        """The order goes on without delay until it waits in this stage."""
        while self.stage < stage:
            self.moves(round(self.here.timely * self.story.rng.uniform(0.2, 0.35)))

    def closes(self, *, after: Micros | None = None) -> None:
        """The carrier has delivered: the CRM closes the order."""
        delay = self.story.rng.randrange(*_CLOSING) if after is None else after
        self.story.status(self.now + delay, "CLOSED")

    def finishes(self, lengths: Sequence[Micros]) -> None:
        """The order goes all the rest of its way, so long in each stage, and is closed."""
        for length in lengths:
            self.moves(length)
        self.closes()

    def timely(self, *, until: Micros) -> list[Micros]:
        """Lengths for the rest of the way: every stage in time, and shipped before `until` at the latest."""
        share = self.story.rng.uniform(0.4, 0.95)
        lengths = [stage.timely * share * self.story.rng.uniform(0.75, 1) for stage in self._rest()]
        scale = min(1.0, (until - self.now) / max(1.0, sum(lengths)))
        return [int(length * scale) for length in lengths]

    def shipping_at(self, finish: Micros) -> list[Micros]:
        """Lengths for the rest of the way with shipping at exactly this instant, every stage in time."""
        rest = self._rest()
        share = (finish - self.now) / sum(stage.timely for stage in rest)
        if not 0 < share <= 1:
            raise ValueError(f"the stages in time do not add up to {finish - self.now} microseconds")
        lengths = [int(stage.timely * share) for stage in rest]
        lengths[0] += finish - self.now - sum(lengths)
        return lengths

    def warns(self, due_at: Micros, *, stated_at: Micros = 0) -> None:
        """The order is open three days before its date."""
        self.story.owes(Kind.AT_RISK, max(stated_at, due_at - self.tempo.warn_before), due_at)

    def misses(self, due_at: Micros, *, false: bool = False) -> None:
        """The order is open at its date."""
        self.story.owes(Kind.BREACHED, due_at, due_at, false=false)

    def overstays(self, *, false: bool = False) -> None:
        """The order is in its stage for longer than the budget."""
        self.story.owes(Kind.STAGE_OVERDUE, self.overdue_at, self.overdue_at, self.here.start, false=false)

    def ends_late(self, due_at: Micros) -> None:
        """The order is shipped now, after its date."""
        self.story.owes(Kind.FINISHED_LATE, self.now, due_at)

    def taken_back(self, at: Micros, due_at: Micros) -> None:
        """A message that comes at last shows that a notice was wrong."""
        self.story.owes(Kind.RETRACTED, at, due_at)

    @property
    def in_time(self) -> Micros:
        """Shipped before this instant, an order never comes near its three weeks."""
        return self.due_at - self.tempo.warn_before - MARGIN

    def _rest(self) -> tuple[Stage, ...]:
        return self.tempo.stages[self.stage :]

    def _soon(self) -> Micros:
        return self.story.rng.randrange(SECOND // 5, SECOND // 2)
