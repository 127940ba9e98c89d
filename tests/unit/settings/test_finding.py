"""The words for names that nothing has."""

import pytest

from slamon.settings.finding import no_such, no_such_status, unknown_statuses

KNOWN = ("SUBMITTED", "SHIPPED", "CLOSED")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("PAINTED", "PAINTED is no step, allowed are SUBMITTED, SHIPPED, CLOSED"),
        ("SHIPED", "SHIPED is no step, did you mean SHIPPED? allowed are SUBMITTED, SHIPPED, CLOSED"),
        ("submitted", "submitted is no step, did you mean SUBMITTED? allowed are SUBMITTED, SHIPPED, CLOSED"),
        ("S", "S is no step, allowed are SUBMITTED, SHIPPED, CLOSED"),
    ],
)
def test_a_name_that_nothing_has(name: str, words: str) -> None:
    assert no_such(name, "step", KNOWN) == words


def test_what_may_have_been_meant_is_written_as_it_is_known() -> None:
    assert no_such("EUROPE/BERLIN", "zone", ("Europe/Berlin",)) == (
        "EUROPE/BERLIN is no zone, did you mean Europe/Berlin? allowed are Europe/Berlin"
    )


def test_a_status_that_is_not_in_the_lifecycle() -> None:
    assert no_such_status("X", KNOWN) == "X is no status of orders.lifecycle, allowed are SUBMITTED, SHIPPED, CLOSED"


def test_the_unknown_ones_of_a_list_are_named_by_their_places() -> None:
    found = list(unknown_statuses(("a", "b"), ["SHIPPED", "X", "CLOSED", "Y"], KNOWN))
    assert found == [(("a", "b", 1), no_such_status("X", KNOWN)), (("a", "b", 3), no_such_status("Y", KNOWN))]
    assert list(unknown_statuses(("a",), KNOWN, KNOWN)) == []
