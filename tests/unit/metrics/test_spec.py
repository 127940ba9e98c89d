"""What one metric is."""

from slamon.metrics.spec import Kind, counter, gauge, histogram


def test_each_kind_is_made_with_its_parts() -> None:
    assert (counter("a_total", "A.", "x").kind, counter("a_total", "A.", "x").labels) == (Kind.COUNTER, ("x",))
    assert (gauge("a_seconds", "A.", unit="seconds").kind, gauge("a_seconds", "A.", unit="seconds").unit) == (
        Kind.GAUGE,
        "seconds",
    )
    made = histogram("a", "A.", (1.0, 2.0), "x")
    assert (made.kind, made.buckets, made.unit, made.labels) == (Kind.HISTOGRAM, (1.0, 2.0), "seconds", ("x",))
