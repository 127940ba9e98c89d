"""The book of rules: which policy an order is under (CONTRACT §3.1)."""

from dataclasses import replace

import pytest

from slamon.orders.event import Instant, OrderEvent
from slamon.sla.book import Era, RuleBook, canonical, matching
from slamon.sla.calendar import Length
from slamon.sla.clock import Match
from slamon.sla.fold import fold
from slamon.sla.policy import ApplyTo, SlaPolicy, SlaTerms, When
from tests.builders import T0, book, day, entries, order_event, policy

ALWAYS_BEFORE = -(2**62)


def _named(name: str | None, when: When | None = None, apply_to: ApplyTo = ApplyTo.NEW) -> SlaPolicy:
    return SlaPolicy(name, when=when or When(), apply_to=apply_to)


WHENS: dict[str, tuple[When, Match, bool]] = {
    "nothing given": (When(), Match(), True),
    "its channel": (When(channels=frozenset({"b2b", "c"})), Match("b2b"), True),
    "another channel": (When(channels=frozenset({"b2b"})), Match("shop"), False),
    "no channel": (When(channels=frozenset({"b2b"})), Match(None, "b2b", '{"b2b":"b2b"}'), False),
    "its client": (When(clients=frozenset({"c-1"})), Match("x", "c-1"), True),
    "no client": (When(clients=frozenset({"c-1"})), Match("c-1"), False),
    "its attributes": (When(attributes=(("n", "1"), ("rush", "true"))), Match(None, None, '{"n":1,"rush":true}'), True),
    "one of two attributes": (When(attributes=(("n", "1"), ("rush", "true"))), Match(None, None, '{"n":1}'), False),
    "another value": (When(attributes=(("rush", "true"),)), Match(None, None, '{"rush":"true"}'), False),
    "no attributes": (When(attributes=(("rush", "null"),)), Match("b2b"), False),
    "an object": (When(attributes=(("é", '{"a":[1,"я"]}'),)), Match(None, None, '{"é":{"a":[1,"я"]}}'), True),
    "all that is given": (When(frozenset({"b2b"}), frozenset({"c-1"})), Match("b2b", "c-1"), True),
    "but one": (When(frozenset({"b2b"}), frozenset({"c-1"})), Match("b2b", "c-2"), False),
}


@pytest.mark.parametrize(("when", "match", "is_for_it"), WHENS.values(), ids=WHENS)
def test_which_orders_a_policy_is_for(when: When, match: Match, is_for_it: bool) -> None:
    """All given ones must match; none given: always; what is never stated matches nothing."""
    terms = SlaTerms((_named("special", when), SlaPolicy()))
    assert matching(terms, match) == (0 if is_for_it else 1)


def test_the_first_policy_that_matches_counts() -> None:
    """In the order of the configuration; the last one is for all."""
    b2b, client = When(channels=frozenset({"b2b"})), When(clients=frozenset({"c-1"}))
    terms = SlaTerms((_named("b2b", b2b), _named("client", client), SlaPolicy()))
    assert [matching(terms, Match(*said)) for said in (("b2b", "c-1"), ("shop", "c-1"), ("shop", "c-2"), ())] == [
        0,
        1,
        2,
        2,
    ]


def test_attributes_are_compared_whatever_their_order_and_letters() -> None:
    """Sorted keys, compact, not ASCII-escaped."""
    assert canonical({"b": 1, "a": ["я", None]}) == '{"a":["я",null],"b":1}'


FIRST_STATED: dict[str, tuple[list[OrderEvent], str | None]] = {
    "stated with the start": ([order_event(channel="b2b")], "special"),
    "stated later": ([order_event(), order_event("PRICE_CALCULATED", day(1), channel="b2b")], "special"),
    "another first": ([order_event(channel="shop"), order_event("PACKAGING", day(1), channel="b2b")], None),
    "another later": ([order_event(channel="b2b"), order_event("PACKAGING", day(1), channel="shop")], "special"),
    "never": ([order_event(client_id="b2b")], None),
}


@pytest.mark.parametrize(("events", "name"), FIRST_STATED.values(), ids=FIRST_STATED)
def test_an_order_is_matched_on_what_was_first_stated(events: list[OrderEvent], name: str | None) -> None:
    """Matched on the first stated channel, client and attributes; each of the three may come with another event."""
    rules = book(_named("special", When(channels=frozenset({"b2b"}))), SlaPolicy())
    assert rules.rules_of(fold(entries(*events), rules)).policy.name == name


def test_what_is_matched_may_come_bit_by_bit() -> None:
    """The channel from one event, the client from a second, the attributes from a third."""
    when = When(frozenset({"b2b"}), frozenset({"c-1"}), (("rush", "true"),))
    rules = book(_named("special", when), SlaPolicy())
    told = [
        order_event(channel="b2b"),
        order_event("PRICE_CALCULATED", day(1), client_id="c-1", channel="shop"),
        order_event("PACKAGING", day(2), attributes='{"rush":true}', client_id="c-2"),
    ]
    names = [rules.rules_of(fold(entries(*told[:count]), rules)).policy.name for count in (1, 2, 3)]
    assert names == [None, None, "special"]


def _two_eras(apply_to: ApplyTo) -> RuleBook:
    """The default policy with three weeks, and from day 10 on with four."""
    new = replace(policy(duration=Length(28)), apply_to=apply_to)
    return RuleBook((Era(ALWAYS_BEFORE, SlaTerms()), Era(day(10), SlaTerms((new,)))))


CHANGES: dict[str, tuple[ApplyTo, Instant | None, Instant | None, int]] = {
    "new: not started": (ApplyTo.NEW, None, None, 1),
    "new: started before": (ApplyTo.NEW, day(10, us=-1), None, 0),
    "new: started at it": (ApplyTo.NEW, day(10), None, 1),
    "new: started and ended before": (ApplyTo.NEW, T0, day(5), 0),
    "open: open": (ApplyTo.OPEN, T0, None, 1),
    "open: ended before": (ApplyTo.OPEN, T0, day(10, us=-1), 0),
    "open: ended at it": (ApplyTo.OPEN, T0, day(10), 1),
    "all: ended before": (ApplyTo.ALL, T0, day(5), 1),
    "all: open": (ApplyTo.ALL, T0, None, 1),
}


@pytest.mark.parametrize(("apply_to", "started_at", "ended_at", "era"), CHANGES.values(), ids=CHANGES)
def test_which_orders_a_changed_policy_is_for(
    apply_to: ApplyTo, started_at: Instant | None, ended_at: Instant | None, era: int
) -> None:
    """`new`: clocks that start at or after the change; `open`: orders that had not ended before it; `all`."""
    assert _two_eras(apply_to).choose(None, started_at, ended_at) == era


@pytest.mark.parametrize(("apply_to", "due_at"), [(ApplyTo.NEW, 21), (ApplyTo.OPEN, 28), (ApplyTo.ALL, 28)])
def test_an_open_order_over_a_change(apply_to: ApplyTo, due_at: int) -> None:
    """Judged from its beginning by the terms that it comes under."""
    assert fold(entries(order_event()), _two_eras(apply_to)).due_at == day(due_at)


@pytest.mark.parametrize(("apply_to", "due_at"), [(ApplyTo.NEW, 21), (ApplyTo.OPEN, 21), (ApplyTo.ALL, 28)])
def test_an_order_that_had_ended_before_a_change(apply_to: ApplyTo, due_at: int) -> None:
    """Only `all` judges anew what is over."""
    told = entries(order_event(), order_event("SHIPPED", day(5), system="mes"))
    assert fold(told, _two_eras(apply_to)).due_at == day(due_at)


def test_each_policy_says_itself_what_it_is_applied_to() -> None:
    """Of the changed terms the policy that matches is asked; else the terms before hold, matched by themselves."""
    special, other = When(channels=frozenset({"b2b"})), When(channels=frozenset({"c"}))
    first = SlaTerms((_named("first", other), SlaPolicy()))
    second = SlaTerms((_named("second", special, apply_to=ApplyTo.OPEN), SlaPolicy()))
    third = SlaTerms((_named("third", other, apply_to=ApplyTo.ALL), SlaPolicy()))
    rules = RuleBook((Era(ALWAYS_BEFORE, first), Era(day(10), second), Era(day(20), third)))

    def chosen(channel: str | None, started_at: Instant) -> tuple[int, str | None]:
        number = rules.choose(Match(channel), started_at, None)
        return number, rules.rules[number].policy.name

    assert [chosen(channel, T0) for channel in ("b2b", "c", None)] == [(2, "second"), (4, "third"), (1, None)]
    assert [chosen(None, day(days)) for days in (9, 10, 20)] == [(1, None), (3, None), (5, None)]


def test_what_a_book_is_known_by() -> None:
    """Equal terms make equal books; with one policy there is nothing to choose."""
    one, two = book(), _two_eras(ApplyTo.NEW)
    assert (one.is_plural, one.changed_at, one.revision) == (False, None, book().revision)
    assert (two.is_plural, two.changed_at, two.firsts) == (True, day(10), (0, 1))
    a_day_later = RuleBook((two.eras[0], Era(day(11), two.eras[1].terms)))
    assert two.revision not in (one.revision, a_day_later.revision)
    assert two.lifecycle is one.lifecycle
    assert [clock.rules for clock in (fold([], one), fold([], two))] == [0, 1]


def test_from_when_on_notices_are_given_has_no_era() -> None:
    """The present word counts for orders of earlier eras too, also where it is none any more."""
    first, second = SlaTerms(enforce_from=day(3)), SlaTerms(enforce_from=day(5))
    for last in (second, SlaTerms()):
        rules = RuleBook((Era(ALWAYS_BEFORE, first), Era(day(10), last)))
        assert [each.enforce_from for each in rules.rules] == [last.enforce_from] * 2


def test_orders_show_the_revision_of_their_era() -> None:
    rules = _two_eras(ApplyTo.NEW)
    shown = [rules.rules_of(fold(entries(order_event(at=at)), rules)).era for at in (T0, day(10))]
    assert shown == [era.terms.revision for era in rules.eras]
    assert len(set(shown)) == 2
