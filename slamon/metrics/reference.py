"""Writes docs/reference/metrics.md from the catalogue: run `python -m slamon.metrics.reference`."""

from __future__ import annotations

import sys

from slamon.metrics.catalog import CATALOG, EventOutcome, NoticeOutcome
from slamon.metrics.labels import LONGEST
from slamon.metrics.lag_catalog import KAFKA_EXPORTER, KAFKA_LAG_EXPORTER
from slamon.metrics.registry import MOST_CHANNELS
from slamon.metrics.spec import Kind, MetricSpec

_HEAD = f"""<!-- Written by `python -m slamon.metrics.reference`; a test compares. -->
# Metrics

`GET /metrics` answers from memory, as Prometheus text, or as OpenMetrics where `Accept` asks for it.

- Each worker shows its own orders; their sum over all workers is the total.
- Base units. No order or client ids in labels. No NaN or Inf: what is unknown is absent.
- `channel` comes from producers: the first {MOST_CHANNELS} distinct ones of at most {LONGEST} characters have
  series of their own, the rest are `other`; without a channel it is `unknown`. `status` is one of the
  lifecycle, `unknown` (an order without a known status) or `other`.
- Lag is shown by the one worker that watches it. Of the Kafka under `kafka` these series have no further label; those
  of `lag.clusters` have `cluster` as well, RabbitMQ's have `broker="rabbitmq"`. `lag.metrics.detail` drops the labels
  `partition` (topic) or `partition` and `topic` (group). `lag.metrics.also_as` adds the names of kafka_exporter and
  kafka-lag-exporter (last table).
- Processing is at least once, so after a crash counters may count again what was done just before.
- `slamon_events_total` has `outcome`: {", ".join(f"`{word}`" for word in EventOutcome)}.
  `slamon_notices_total` has `outcome`: {", ".join(f"`{word}`" for word in NoticeOutcome)}.

| name | kind | labels | what it says |
|---|---|---|---|
"""

_OTHERS = """
## Lag under others' names (`lag.metrics.also_as`)

| name | kind | labels | what it says |
|---|---|---|---|
"""


def markdown() -> str:
    """The whole page."""
    rows = "".join(_row(spec) for spec in CATALOG)
    buckets = "".join(_buckets(spec) for spec in CATALOG if spec.kind is Kind.HISTOGRAM)
    others = "".join(_row(spec) for spec in (*KAFKA_EXPORTER, *KAFKA_LAG_EXPORTER))
    return f"{_HEAD}{rows}\n## Buckets of the histograms, in seconds\n\n{buckets}{_OTHERS}{others}"


def _row(spec: MetricSpec) -> str:
    labels = ", ".join(f"`{label}`" for label in spec.labels)
    return f"| `{spec.name}` | {spec.kind} | {labels} | {spec.help} |\n"


def _buckets(spec: MetricSpec) -> str:
    return f"- `{spec.name}`: {', '.join(f'{bound:g}' for bound in spec.buckets)}\n"


if __name__ == "__main__":
    sys.stdout.write(markdown())
