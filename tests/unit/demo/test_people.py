import random

from slamon.demo.people import MARKETPLACE, operator, partner, private_client


def test_an_id_always_means_the_same_client() -> None:
    rng = random.Random(1)
    clients = [make(rng) for _ in range(100) for make in (partner, private_client)]
    assert len({client.client_id for client in clients}) == len(set(clients)) > 10


def test_partners_come_through_the_api_and_people_through_the_shop() -> None:
    rng = random.Random(2)
    assert partner(rng).channel == "b2b"
    assert private_client(rng).channel == "shop"
    assert [private_client(rng).shops, partner(rng).shops, MARKETPLACE.shops] == [True, False, False]
    assert operator(rng).startswith("op-")
