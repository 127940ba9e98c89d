"""Names of queues over several virtual hosts: readable, and no two the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.lag.queue_names import label_of, queue_name, vhost_label

NAMES = st.text("a/%2F5 ", max_size=6)


@pytest.mark.parametrize(
    ("vhost", "queue", "name"),
    [
        ("/", "orders", "orders"),
        ("shop", "orders", "shop/orders"),
        ("/", "shop/orders", "%2F/shop/orders"),
        ("shop/eu", "orders", "shop%2Feu/orders"),
        ("100%", "orders", "100%25/orders"),
        ("", "orders", "/orders"),
    ],
)
def test_a_name_has_its_virtual_host_where_that_is_not_the_usual_one(vhost: str, queue: str, name: str) -> None:
    assert queue_name(vhost, queue) == name


@given(NAMES, NAMES, NAMES, NAMES)
def test_no_two_queues_have_the_same_name(vhost: str, queue: str, other_vhost: str, other_queue: str) -> None:
    is_same = queue_name(vhost, queue) == queue_name(other_vhost, other_queue)
    assert is_same is ((vhost, queue) == (other_vhost, other_queue))


@given(NAMES, NAMES)
def test_a_name_leads_back_to_its_virtual_host(vhost: str, queue: str) -> None:
    assert label_of(queue_name(vhost, queue)) == vhost_label(vhost)
