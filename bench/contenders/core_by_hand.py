"""The whole core in the hand-written loop: decode, read the row, apply, settle, file the due time, encode the row."""

from collections.abc import Sequence
from typing import Any

import uvloop

from bench.contenders.job import Job, told
from bench.contenders.loop import Change, poll_and_write
from bench.topics import make_topic
from bench.wiring import configuration, settings_of
from slamon.app import build
from slamon.kafka.topics import OwnTopics
from slamon.notices.leaving import wake_at
from slamon.notices.row import OrderRules, Outcome, apply, encode_row, new_row, read_row, settle_row
from slamon.orders.event import Instant, OrderEvent
from slamon.settings import Settings
from slamon.sla.book import RuleBook
from slamon.sla.due_times import DueTimes
from slamon.sources.native import NativeDecoder

_MILLISECOND = 1_000


class CoreByHand:
    """The orders of one partition; `take` is what somebody writes who has the core and needs no engine."""

    def __init__(self, rules: OrderRules) -> None:
        self._rules = rules
        self.rows: dict[bytes, bytes] = {}
        self.due = DueTimes()

    def take(self, event: OrderEvent, now: Instant) -> Change | None:
        """Apply an event; the row to write, or None for a duplicate."""
        rules, key = self._rules, event.order_id.encode()
        stored = self.rows.get(key)
        row = new_row(rules) if stored is None else read_row(stored, rules)
        if row is None:
            return None
        before = None if stored is None else wake_at(row, rules)
        if apply(row, event, rules) is Outcome.DUPLICATE:
            return None
        wake = wake_at(row, rules)
        if (row.records is not None or (wake is not None and wake <= now)) and settle_row(row, now, rules):
            wake = wake_at(row, rules)
        self.rows[key] = encoded = encode_row(row)
        self.due.move(key, before, wake)
        return key, encoded


def rules_of(settings: Settings) -> tuple[OrderRules, NativeDecoder]:
    """The daemon's own rules and decoder."""
    topics = build.topics_of(OwnTopics(settings.kafka.app_id))
    rules = build.partition_rules(settings, [], topics, RuleBook.of(settings.sla_terms())).orders
    decoder = build.ingest_rules(settings, topics, build.decoders(settings)).decoders["orders"]
    if not isinstance(decoder, NativeDecoder):
        raise TypeError(f"the source is native, its decoder is {decoder!r}")
    return rules, decoder


async def main(job: Job) -> None:
    tree = configuration(bootstrap=job.bootstrap, topic=job.topic, app_id=job.run, folder=job.path)
    rules, decoder = rules_of(settings_of(tree))
    changelog = f"{job.run}-changelog"
    make_topic(job.bootstrap, changelog)
    partitions = [CoreByHand(rules) for _ in range(job.partitions)]

    def handle(partition: int, records: Sequence[Any]) -> list[Change]:
        orders, decode, now = partitions[partition], decoder.decode, records[-1].timestamp * _MILLISECOND
        changes = (orders.take(decode(record.value, origin=""), now) for record in records)
        return [change for change in changes if change is not None]

    await poll_and_write(job, changelog, handle)


if __name__ == "__main__":
    uvloop.run(main(told()))
