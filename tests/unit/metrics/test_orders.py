from collections.abc import Mapping

from slamon.metrics.orders import OrderCounts
from slamon.metrics.registry import MOST_CHANNELS, Metrics
from tests.unit.metrics.exposition import samples


def counts(
    open_orders: Mapping[tuple[str | None, str | None], int] | None = None,
    by_verdict: Mapping[tuple[str, str | None], int] | None = None,
    oldest_age: Mapping[str | None, float] | None = None,
) -> OrderCounts:
    return OrderCounts(open_orders or {}, by_verdict or {}, oldest_age or {})


def test_before_the_first_count_nothing_is_claimed() -> None:
    assert samples(Metrics(version="1"), "slamon_orders") == {}


def test_counts_show_as_they_are() -> None:
    metrics = Metrics(version="1")
    metrics.orders.set_order_counts(
        counts({("SUBMITTED", "shop"): 3, (None, None): 1}, {("breached", "b2b"): 2}, {"SUBMITTED": 60.0})
    )
    assert samples(metrics, "slamon_orders") == {("shop", "SUBMITTED"): 3, ("unknown", "unknown"): 1}
    assert samples(metrics, "slamon_orders_by_verdict") == {("b2b", "breached"): 2}
    assert samples(metrics, "slamon_order_oldest_age_seconds") == {("SUBMITTED",): 60}


def test_a_count_that_vanishes_shows_zero_and_an_age_vanishes() -> None:
    metrics = Metrics(version="1")
    metrics.orders.set_order_counts(counts({("SUBMITTED", "shop"): 3}, oldest_age={"SUBMITTED": 60.0}))
    metrics.orders.set_order_counts(counts())
    assert samples(metrics, "slamon_orders") == {("shop", "SUBMITTED"): 0}
    assert samples(metrics, "slamon_order_oldest_age_seconds") == {}


def test_what_shares_a_label_is_added_up_and_of_ages_the_oldest_counts() -> None:
    metrics = Metrics(version="1")
    metrics.orders.set_order_counts(
        counts({("ODD", "a"): 1, ("STRANGE", "a"): 2}, oldest_age={"ODD": 5.0, "STRANGE": 7.0})
    )
    assert samples(metrics, "slamon_orders") == {("a", "other"): 3}
    assert samples(metrics, "slamon_order_oldest_age_seconds") == {("other",): 7}


def test_the_greatest_channels_get_the_room() -> None:
    metrics = Metrics(version="1")
    crowd: dict[tuple[str | None, str | None], int] = {
        ("SUBMITTED", f"c-{number}"): 1 for number in range(2 * MOST_CHANNELS)
    }
    metrics.orders.set_order_counts(counts({**crowd, ("SUBMITTED", "big"): 100}))
    shown = samples(metrics, "slamon_orders")
    assert shown["big", "SUBMITTED"] == 100
    assert shown["other", "SUBMITTED"] == MOST_CHANNELS + 1
    assert sum(shown.values()) == 2 * MOST_CHANNELS + 100


def test_ten_thousand_made_up_words_leave_the_number_of_series_bounded() -> None:
    """Statuses, channels and verdicts come from producers (faults S8)."""
    metrics = Metrics(version="1")
    words = [f"w-{number}" for number in range(10_000)]
    metrics.orders.set_order_counts(
        counts({(w, w): 1 for w in words}, {(w, w): 1 for w in words}, dict.fromkeys(words, 1.0))
    )
    for word in words:
        metrics.orders.finished(word, 1.0)
        metrics.orders.stage_left(word, 1.0)
        metrics.orders.promise_breached(word)
    labels = MOST_CHANNELS + 2
    assert len(samples(metrics, "slamon_orders")) <= labels
    assert len(samples(metrics, "slamon_orders_by_verdict")) <= labels
    assert len(samples(metrics, "slamon_order_oldest_age_seconds")) == 1
    assert len(samples(metrics, "slamon_order_lead_time_seconds_count")) <= labels
    assert len(samples(metrics, "slamon_order_stage_seconds_count")) == 1
    assert sum(samples(metrics, "slamon_order_promise_breaches_total").values()) == 10_000


def test_single_orders() -> None:
    metrics = Metrics(version="1")
    metrics.orders.finished("shop", 20 * 86_400.0)
    metrics.orders.stage_left("SUBMITTED", 60.0)
    metrics.orders.promise_breached("shop", 2)
    metrics.orders.set_due_orders(7)
    buckets = samples(metrics, "slamon_order_lead_time_seconds_bucket")
    assert (buckets["shop", "1.5552e+06"], buckets["shop", "1.8144e+06"]) == (0, 1)  # 18 and 21 days
    assert samples(metrics, "slamon_order_stage_seconds_sum") == {("SUBMITTED",): 60}
    assert samples(metrics, "slamon_order_promise_breaches_total") == {("shop",): 2}
    assert samples(metrics, "slamon_due_orders") == {(): 7}
