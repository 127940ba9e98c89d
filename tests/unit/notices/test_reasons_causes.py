"""The words for what an order's time went to, and for what is forecast."""

import pytest

from slamon.notices.reasons import cause_words


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ({"cause": "person", "who": "seller"}, "waiting for a seller"),
        ({"cause": "person", "who": "operator"}, "waiting for an operator"),
        ({"cause": "person", "who": None}, "waiting for a person"),
        ({"cause": "work", "who": "mes"}, "work at mes"),
        ({"cause": "service", "who": "mes-api"}, "mes-api was down"),
        ({"cause": "hold", "who": "no gold"}, "on hold (no gold)"),
        ({"cause": "weather", "who": "rain"}, "rain"),
    ],
)
def test_a_cause_says_whose_part_it_was(cause: dict[str, str | None], words: str) -> None:
    assert cause_words(cause) == words
