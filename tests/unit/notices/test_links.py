"""The addresses of pages."""

from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.notices.links import Links

LINKS = Links("https://slamon.example.org/")


@pytest.mark.parametrize(
    ("order_id", "address"),
    [
        ("o-1", "https://slamon.example.org/orders/o-1"),
        ("2026/05 #7", "https://slamon.example.org/orders/2026%2F05%20%237"),
        ("a?b&c=%41", "https://slamon.example.org/orders/a%3Fb%26c%3D%2541"),
        ("<b>|x>", "https://slamon.example.org/orders/%3Cb%3E%7Cx%3E"),
        ("заказ", "https://slamon.example.org/orders/%D0%B7%D0%B0%D0%BA%D0%B0%D0%B7"),
        ("\ud800", "https://slamon.example.org/orders/%3F"),
        (".", "https://slamon.example.org/orders?order_id=."),
        ("..", "https://slamon.example.org/orders?order_id=.."),
    ],
)
def test_an_order_and_its_explanation(order_id: str, address: str) -> None:
    assert LINKS.order(order_id) == address
    assert LINKS.explain(order_id) == f"{address}#explain"


def test_late_orders_by_filters() -> None:
    assert LINKS.orders() == "https://slamon.example.org/orders"
    assert LINKS.orders(manager_id=None, channel=()) == "https://slamon.example.org/orders"
    address = LINKS.orders(manager_id="m&1", verdict=["breached", "at_risk"], q="Анна Б")
    assert parse_qsl(urlsplit(address).query) == [
        ("manager_id", "m&1"),
        ("verdict", "breached"),
        ("verdict", "at_risk"),
        ("q", "Анна Б"),
    ]


@pytest.mark.parametrize(
    ("base", "address"),
    [
        (".", "./orders/o-1"),
        ("..", "../orders/o-1"),
        ("https://tools.example.org/slamon", "https://tools.example.org/slamon/orders/o-1"),
    ],
)
def test_they_stand_below_their_base(base: str, address: str) -> None:
    assert Links(base).order("o-1") == address


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=128))
def test_any_id_is_one_segment_and_comes_back(order_id: str) -> None:
    parts = urlsplit(LINKS.order(order_id))
    if parts.query:
        assert parse_qsl(parts.query) == [("order_id", order_id)]
    else:
        assert parts.path.isascii()
        assert (parts.path.count("/"), unquote(parts.path.rpartition("/")[2])) == (2, order_id)
