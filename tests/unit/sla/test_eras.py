"""The eras of the policies, from the records of their log."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from slamon.orders.event import Instant
from slamon.sla.book import BEGINNING, Era, RuleBook
from slamon.sla.calendar import Length
from slamon.sla.eras import begins_at, book_for, eras_of, is_change
from slamon.sla.policy import ApplyTo, SlaTerms
from tests.builders import day, policy


def terms(days: int, apply_to: ApplyTo = ApplyTo.NEW) -> SlaTerms:
    """A promise of so many days."""
    return SlaTerms((replace(policy(duration=Length(days)), apply_to=apply_to),))


A, B, C = terms(1), terms(2), terms(3)


def spans(recorded: list[Era]) -> list[tuple[Instant, SlaTerms]]:
    return [(era.since, era.terms) for era in eras_of(recorded)]


def test_the_first_terms_hold_for_everything_before_them_too() -> None:
    assert spans([]) == []
    assert spans([Era(day(5), A)]) == [(BEGINNING, A)]


def test_a_first_start_is_as_if_there_were_no_log() -> None:
    """Rows written without a log need not be recomputed."""
    assert book_for(eras_of([Era(day(5), A)]), A) == RuleBook.of(A)
    [era] = eras_of([Era(day(5), A)])
    assert RuleBook((era,)).revision == RuleBook.of(A).revision


def test_terms_that_come_back_begin_an_era_of_their_own() -> None:
    recorded = [Era(day(1), A), Era(day(2), B), Era(day(3), A)]
    assert spans(recorded) == [(BEGINNING, A), (day(2), B), (day(3), A)]


def test_of_two_workers_that_begin_the_same_terms_at_once_the_first_record_counts() -> None:
    recorded = [Era(day(1), A), Era(day(3), B), Era(day(2), B), Era(day(4), B)]
    assert spans(recorded) == [(BEGINNING, A), (day(3), B)]


def test_no_era_begins_before_the_one_that_it_follows() -> None:
    """The order of the log counts, not the clocks of those who wrote it."""
    recorded = [Era(day(1), A), Era(day(3), B), Era(day(2), C)]
    assert spans(recorded) == [(BEGINNING, A), (day(3), B), (day(3), C)]
    assert begins_at(eras_of(recorded), day(1)) == day(3)
    assert begins_at(eras_of(recorded), day(9)) == day(9)
    assert begins_at((), day(9)) == day(9)


def test_an_era_shows_the_revision_that_was_recorded_when_it_began() -> None:
    """A later version of slamon may compute another one for the same terms."""
    [era] = eras_of([Era(day(1), A, "older"), Era(day(2), A)])
    assert era.revision == "older"
    book = book_for((era,), A)
    assert book is not None
    assert [rules.era for rules in book.rules] == ["older"]
    assert book.revision == RuleBook.of(A).revision
    assert Era(day(1), A).revision == A.revision


def test_other_terms_than_the_last_ones_are_a_change() -> None:
    eras = eras_of([Era(day(1), A), Era(day(2), B)])
    assert [is_change(eras, own) for own in (A, B, C)] == [True, False, True]
    assert is_change((), A)


def test_whom_a_policy_applies_to_is_a_change_too() -> None:
    """Who sees that open orders did not follow a change may say so afterwards."""
    for_open = terms(2, ApplyTo.OPEN)
    eras = eras_of([Era(day(1), A), Era(day(2), B), Era(day(3), for_open)])
    assert [era.terms for era in eras] == [A, B, for_open]
    book = book_for(eras, for_open)
    assert book is not None
    assert book.rules[book.choose(None, day(0), None)].default_due(0) == Length(2).span


def test_a_worker_leaves_out_what_others_began_after_its_own_terms() -> None:
    """In a rolling restart the old configuration still runs; its worker goes by what it knows."""
    eras = eras_of([Era(day(1), A), Era(day(2), B), Era(day(3), C)])
    book = book_for(eras, B)
    assert book is not None
    assert [(era.since, era.terms) for era in book.eras] == [(BEGINNING, A), (day(2), B)]
    assert book_for(eras, terms(9)) is None


def test_the_own_terms_count_also_in_what_no_revision_knows() -> None:
    own = replace(A, hold_at_most=0)
    assert own.revision == A.revision
    book = book_for(eras_of([Era(day(1), A)]), own)
    assert book is not None
    assert book.eras[-1].terms.hold_at_most == 0


@given(st.lists(st.tuples(st.sampled_from((A, B, C)), st.integers(0, 5))))
def test_whatever_was_written_the_eras_are_in_order_and_differ_from_their_neighbours(
    written: list[tuple[SlaTerms, int]],
) -> None:
    recorded = [Era(day(days), each) for each, days in written]
    eras = eras_of(recorded)
    assert [era.since for era in eras] == sorted(era.since for era in eras)
    assert all(one.terms != other.terms for one, other in pairwise(eras))
    assert eras_of([*recorded, *recorded[-1:]]) == eras
    assert [era.terms for era in eras[-1:]] == [record.terms for record in recorded[-1:]]
