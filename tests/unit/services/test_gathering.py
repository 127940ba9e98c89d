"""What goes into a digest, and when it is to be told."""

import pytest

from slamon.orders.event import SECOND
from slamon.services import gathering as gathering_module
from slamon.services.channel import Channel
from slamon.services.gathering import EDIT_EVERY, GATHER, Gathering
from slamon.services.offers import Offer
from slamon.services.storm import WINDOW, Storm
from tests.lanes import NOW
from tests.outbox_samples import offer, retraction


class Books:
    """A channel in which more than two a minute are a storm."""

    def __init__(self, above: int = 2) -> None:
        self.channel, self.storm = Channel("slack", living=True), Storm(above)
        self.gathering = Gathering("slack", self.channel, self.storm)

    def offers(self, *offers: Offer, now: int = NOW) -> None:
        for one in offers:
            self.channel.offer(one)
            self.storm.arrived(now)

    def tells(self, now: int) -> list[str]:
        """Tell the digest; gives the orders that it was told of by this."""
        growing = self.gathering.gather(now)
        assert growing is not None
        return [one.offer.order_id or "" for one in self.gathering.told(growing, "C1|1", now)]


def _many(*names: str) -> list[Offer]:
    return [offer(name) for name in names]


def test_few_notices_go_one_by_one() -> None:
    books = Books()
    books.offers(*_many("a", "b"))
    assert not books.gathering.holds_back(NOW)
    assert not books.gathering.is_due(NOW)
    assert books.gathering.wait(NOW) is None


def test_in_a_storm_a_digest_begins_after_it_has_gathered() -> None:
    books = Books()
    books.offers(*_many("a", "b", "c"))
    assert books.gathering.holds_back(NOW)
    assert not books.gathering.is_due(NOW)
    assert books.gathering.wait(NOW) == GATHER
    books.offers(*_many("d"), now=NOW + SECOND)
    assert not books.gathering.is_due(NOW + GATHER - 1)
    assert books.gathering.is_due(NOW + GATHER)
    assert books.tells(NOW + GATHER) == ["a", "b", "c", "d"]
    assert books.gathering.growing is not None
    assert books.gathering.growing.digest.count == 4
    assert (books.gathering.growing.digest.since, books.gathering.growing.digest.morning) == (NOW, False)


def test_what_comes_later_is_added_not_more_often_than_every_few_seconds() -> None:
    books = Books()
    books.offers(*_many("a", "b", "c"))
    books.gathering.is_due(NOW)
    told_at = NOW + GATHER
    books.tells(told_at)
    assert not books.gathering.is_due(told_at + EDIT_EVERY)  # nothing has come
    books.offers(*_many("d"), now=told_at + 1)
    assert not books.gathering.is_due(told_at + EDIT_EVERY - 1)
    assert books.gathering.wait(told_at + 1) == EDIT_EVERY - 1
    assert books.gathering.is_due(told_at + EDIT_EVERY)
    assert books.tells(told_at + EDIT_EVERY) == ["d"]
    assert books.gathering.growing is not None
    assert (books.gathering.growing.digest.count, books.gathering.growing.remote) == (4, "C1|1")


def test_the_next_storm_has_a_digest_of_its_own() -> None:
    books = Books()
    books.offers(*_many("a", "b", "c"))
    books.gathering.is_due(NOW)
    books.tells(NOW + GATHER)
    first = books.gathering.growing
    later = NOW + 2 * WINDOW
    assert not books.gathering.is_due(later)
    books.offers(*_many("d", "e", "f"), now=later)
    books.gathering.is_due(later)
    assert books.tells(later + GATHER) == ["d", "e", "f"]
    assert first is not None
    assert books.gathering.growing is not None
    assert books.gathering.growing.digest.digest_id != first.digest.digest_id
    assert books.gathering.growing.digest.count == 3


def test_what_was_kept_for_the_morning_is_told_together() -> None:
    """At once when its hours begin, unless it is one alone."""
    opens = NOW + 9 * 3_600 * SECOND
    alone, books = Books(0), Books(0)
    alone.offers(offer("a", not_before=opens))
    books.offers(offer("a", not_before=opens), offer("b", not_before=opens), offer("c", not_before=opens + 1))
    assert not books.gathering.holds_back(opens - 1)
    assert [both.gathering.is_due(opens) for both in (books, alone)] == [True, False]
    assert books.tells(opens) == ["a", "b"]
    assert books.gathering.growing is not None
    assert books.gathering.growing.digest.morning


def test_what_may_have_been_sent_is_looked_up_and_not_gathered() -> None:
    books = Books()
    books.offers(*_many("a", "b"), offer("c", state="sending", attempts=1))
    books.gathering.is_due(NOW)
    assert books.gathering.is_due(NOW + GATHER)
    assert books.tells(NOW + GATHER) == ["a", "b"]


def test_a_notice_and_its_withdrawal_may_be_told_together() -> None:
    books = Books()
    books.offers(offer("a"), retraction("a"), offer("b"))
    books.gathering.is_due(NOW)
    assert books.tells(NOW + GATHER) == ["a", "a", "b"]


def test_what_could_not_be_told_is_told_again_at_once_and_as_it_was() -> None:
    """The same notices under the same name, whatever has come since and however the storm goes on."""
    books = Books()
    books.offers(*_many("a", "b", "c"))
    books.gathering.is_due(NOW)
    first = books.gathering.gather(NOW + GATHER)
    assert first is not None
    planned = first.planned
    books.offers(*_many("d"), now=NOW + GATHER)
    later = NOW + 2 * WINDOW
    assert books.gathering.holds_back(later)
    assert books.gathering.is_due(later)
    again = books.gathering.gather(later)
    assert again is first
    assert again.planned is planned


def test_what_is_given_back_waits_in_its_old_order_without_an_attempt() -> None:
    books = Books()
    books.offers(*_many("a", "b", "c"))
    books.gathering.is_due(NOW)
    books.gathering.gather(NOW + GATHER)
    assert len(books.channel.in_flight) == 3
    books.gathering.give_back()
    assert [(one.offer.order_id, one.attempts, one.unknown) for one in books.channel.waiting.values()] == [
        ("a", 0, False),
        ("b", 0, False),
        ("c", 0, False),
    ]
    assert books.channel.in_flight == {}
    assert books.gathering.growing is None


def test_only_so_many_are_added_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering_module, "MOST_AT_ONCE", 2)
    books = Books()
    books.offers(*_many("a", "b", "c"))
    books.gathering.is_due(NOW)
    assert books.tells(NOW + GATHER) == ["a", "b"]
    assert books.tells(NOW + GATHER + EDIT_EVERY) == ["c"]


def test_there_is_nothing_to_gather_in_an_empty_channel() -> None:
    assert Books().gathering.gather(NOW) is None


def test_while_it_is_being_told_it_is_not_told_again() -> None:
    books = Books()
    books.offers(*_many("a", "b", "c"))
    books.gathering.busy = True
    assert not books.gathering.is_due(NOW + GATHER)
    assert books.gathering.holds_back(NOW + 2 * WINDOW)


def test_another_workers_channel_has_no_digest_here() -> None:
    books = Books()
    books.offers(*_many("a", "b", "c"))
    books.gathering.is_due(NOW)
    books.tells(NOW + GATHER)
    books.gathering.clear()
    assert (books.gathering.growing, books.gathering.wait(NOW)) == (None, None)
