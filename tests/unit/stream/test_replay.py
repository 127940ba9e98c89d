import itertools

from slamon.stream.replay import Fold, Silence
from slamon.stream.table import PartitionRows, revision
from tests.fakes.records import claim, row, tombstone

OLD, NEW = 100, 200


def folded(*records: object) -> Fold:
    fold = Fold(PartitionRows(), start=None)
    fold.apply(records)
    return fold


def test_the_highest_revision_wins_and_the_key_is_to_be_written_again() -> None:
    fold = folded(row(b"k", b"new", revision(NEW, 1)), row(b"k", b"zombie", revision(OLD, 99)))
    assert dict(fold.rows.items()) == {b"k": b"new"}
    assert fold.stale == {b"k"}


def test_a_lower_revision_is_kept_where_nothing_higher_is_known() -> None:
    fold = folded(row(b"a", b"new", revision(NEW, 1)), row(b"b", b"old", revision(OLD, 1)))
    assert dict(fold.rows.items()) == {b"a": b"new", b"b": b"old"}
    assert fold.stale == set()


def test_a_deleted_row_is_not_raised_by_an_older_record() -> None:
    fold = folded(
        row(b"k", b"v", revision(OLD, 1)), tombstone(b"k", revision(NEW, 1)), row(b"k", b"zombie", revision(OLD, 2))
    )
    assert dict(fold.rows.items()) == {}
    assert fold.stale == {b"k"}


def test_an_older_tombstone_does_not_bury_a_newer_row() -> None:
    fold = folded(row(b"k", b"v", revision(NEW, 1)), tombstone(b"k", revision(OLD, 5)))
    assert dict(fold.rows.items()) == {b"k": b"v"}
    assert fold.stale == {b"k"}


def test_a_row_that_comes_back_after_its_tombstone_is_there() -> None:
    fold = folded(
        row(b"k", b"1", revision(OLD, 1)), tombstone(b"k", revision(OLD, 2)), row(b"k", b"2", revision(OLD, 3))
    )
    assert dict(fold.rows.items()) == {b"k": b"2"}


def test_a_key_that_was_written_again_after_the_zombie_is_well() -> None:
    fold = folded(
        row(b"k", b"1", revision(NEW, 1)), row(b"k", b"zombie", revision(OLD, 9)), row(b"k", b"1", revision(NEW, 2))
    )
    assert dict(fold.rows.items()) == {b"k": b"1"}
    assert fold.stale == set()


def test_going_on_from_a_known_place_keeps_what_is_newer() -> None:
    fold = folded(row(b"k", b"ours", revision(NEW, 1)))
    further = Fold(fold.rows, start=1, top=fold.top)
    further.apply([row(b"k", b"zombie", revision(OLD, 1)), row(b"j", b"heir", revision(NEW + 1, 0))])
    assert dict(further.rows.items()) == {b"k": b"ours", b"j": b"heir"}
    assert further.stale == {b"k"}


def test_a_claim_is_no_row() -> None:
    fold = folded(claim(offset=7))
    assert len(fold.rows) == 0
    assert fold.claim == 7


def test_every_order_of_two_owners_records_gives_the_later_owners_row() -> None:
    records = [
        row(b"k", b"old-1", revision(OLD, 1)),
        row(b"k", b"old-2", revision(OLD, 2)),
        row(b"k", b"new", revision(NEW, 0)),
    ]
    for order in itertools.permutations(records):
        assert dict(folded(*order).rows.items()) == {b"k": b"new"}


def test_t17_only_fresh_empty_answers_prove_that_a_tail_is_gone() -> None:
    silence = Silence()
    silence.note(anything=False, answered_at=None)
    silence.note(anything=False, answered_at=1)
    silence.note(anything=False, answered_at=1)  # the broker is away: no fresh answer
    silence.note(anything=False, answered_at=1)
    assert silence.empty_answers == 1
    silence.note(anything=False, answered_at=2)
    assert silence.empty_answers == 2
    silence.note(anything=True, answered_at=3)
    assert silence.empty_answers == 0
