"""Whether anything is readable where a group stands: bounded reads, the shortest first, each stretch once.

Markers and aborted records can be told from readable ones only by reading. Where slamon may not read, it does not ask
again for a while.
"""

from collections.abc import Iterable, Iterator
from heapq import nsmallest

from slamon.lag.observation import Place, Reason, Scan, ScanAnswers, ScanQuestions
from slamon.lag.unread import Unread
from slamon.orders.event import SECOND, Instant, Span

_ASK_AGAIN: Span = 600 * SECOND
"""A right that was refused may have been granted since."""


class Scans:
    """The stretches that have to be read, and where reading was refused."""

    def __init__(self) -> None:
        """Nothing to read."""
        self._wanted: dict[Place, dict[int, Unread]] = {}
        self._refused: dict[Place, Instant] = {}

    def want(self, place: Place, unread: Unread) -> None:
        """Whether anything is readable there has to be told by reading."""
        if unread.first is None and not unread.is_phantom:
            self._wanted.setdefault(place, {})[unread.x] = unread

    def drop(self, place: Place, xs: Iterable[int]) -> None:
        """Nobody needs to know it any more."""
        here = self._wanted.get(place)
        if here is None:
            return
        for x in xs:
            here.pop(x, None)
        if not here:
            del self._wanted[place]

    def is_refused(self, place: Place) -> bool:
        """Whether slamon may not read the topic, so that markers and aborted records count as lag."""
        return place in self._refused

    def questions(self, now: Instant, at_most: int) -> ScanQuestions:
        """What to read, the shortest stretches first, those that failed before last; one stretch per partition."""
        for place in [place for place, at in self._refused.items() if now - at >= _ASK_AGAIN]:
            del self._refused[place]
        asked: dict[Place, tuple[int, int]] = {}
        for _, _, place, since, until in nsmallest(at_most, self._candidates()):
            asked.setdefault(place, (since, until))
        return asked

    def take(self, asked: ScanQuestions, answers: ScanAnswers, now: Instant) -> None:
        """Take what was read."""
        for place, (since, until) in asked.items():
            answer = answers.get(place)
            if answer is not None and not isinstance(answer, Scan) and answer.reason is Reason.REFUSED:
                self._refused[place] = now
            for unread in list(self._wanted.get(place, {}).values()):
                if unread.clear_to != since:
                    continue
                unread.scans += 1
                if isinstance(answer, Scan):
                    unread.take_scan(answer, until)
                if unread.first is not None or unread.is_phantom:
                    self.drop(place, [unread.x])

    def _candidates(self) -> Iterator[tuple[int, int, Place, int, int]]:
        for place, here in self._wanted.items():
            if place in self._refused:
                continue
            for unread in here.values():
                if unread.end > unread.clear_to:
                    yield unread.scans, unread.end - unread.clear_to, place, unread.clear_to, unread.end
