from collections import Counter

from bench.mixture import PER_ORDER, SPAN, Mixture, Shares
from slamon.orders.event import SECOND
from slamon.sources.native import NativeDecoder

END = 1_800_000_000 * SECOND


def test_every_order_has_its_events_and_slamon_reads_them_all() -> None:
    arrivals = Mixture(500, END, SPAN).events()
    decode = NativeDecoder(None, {}, 10_000).decode
    assert Counter(decode(arrival.value, origin="").order_id.encode() for arrival in arrivals) == Counter(
        arrival.key for arrival in arrivals
    )
    assert set(Counter(arrival.key for arrival in arrivals).values()) == {PER_ORDER}


def test_events_arrive_in_order_of_time_and_not_before_they_happen() -> None:
    arrivals = Mixture(200, END, SPAN).events()
    decode = NativeDecoder(None, {}, 10_000).decode
    assert [arrival.at for arrival in arrivals] == sorted(arrival.at for arrival in arrivals)
    assert all(decode(arrival.value, origin="").occurred_at <= arrival.at for arrival in arrivals)


def test_the_same_seed_gives_the_same_events() -> None:
    assert Mixture(50, END, SPAN).events() == Mixture(50, END, SPAN).events()


def test_an_orders_events_lie_apart() -> None:
    """A batch must seldom hold two events of an order: see the module's words."""
    arrivals = Mixture(1_000, END, SPAN, shares=Shares(disordered=0.0, repeated=0.0)).events()
    last: dict[bytes, int] = {}
    distances = []
    for place, arrival in enumerate(arrivals):
        if arrival.key in last:
            distances.append(place - last[arrival.key])
        last[arrival.key] = place
    assert min(distances) > len(arrivals) / PER_ORDER / 2
