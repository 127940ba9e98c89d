from slamon.web.ports import MOST_IN_BATCH, OrderHead, Placement


def test_a_head_needs_only_what_every_order_has() -> None:
    head = OrderHead("o-1", None, "not_started")
    assert (head.due_at, head.finished_at, head.channel) == (None, None, None)


def test_placements_are_values() -> None:
    assert Placement(2, frozenset({0}), {1: "http://b"}) == Placement(2, frozenset({0}), {1: "http://b"})


def test_a_batch_is_some_milliseconds_of_work() -> None:
    assert 100 <= MOST_IN_BATCH <= 5000
