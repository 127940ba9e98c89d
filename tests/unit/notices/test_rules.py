"""The rules of notices about orders."""

from slamon.notices.routing import Routing, Rule
from slamon.notices.rules import NoticeRules
from slamon.orders.event import DAY
from tests.builders import HOUR


def test_names_of_receivers_are_a_routing_in_which_each_gets_everything() -> None:
    assert NoticeRules(("slack", "crm")).routing == Routing(("slack", "crm"))


def test_a_routing_is_taken_as_it_is() -> None:
    routing = Routing(("slack", "crm"), rules=(Rule(("crm",)),))
    assert NoticeRules(routing).routing is routing


def test_what_is_not_given_has_its_default() -> None:
    """A week, an hour, a day (docs/reference/configuration.md)."""
    rules = NoticeRules()
    assert (rules.routing.receivers, rules.max_age, rules.hold_at_most) == ((), 7 * DAY, HOUR)
    assert rules.acknowledged_for == DAY
    other = NoticeRules(max_age=1, hold_at_most=2, acknowledged_for=3)
    assert (other.max_age, other.hold_at_most, other.acknowledged_for) == (1, 2, 3)
