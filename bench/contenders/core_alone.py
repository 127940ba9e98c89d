"""The core without Kafka: microseconds per event, decoding apart."""

import gc
import time

from bench.contenders.core_by_hand import CoreByHand, rules_of
from bench.contenders.job import Job, say, told
from bench.mixture import PER_ORDER, Mixture
from bench.wiring import configuration, settings_of
from slamon.app.clock import wall_clock
from slamon.orders.event import SECOND, Span

_SPAN: Span = 2_400 * SECOND


def main(job: Job) -> None:
    tree = configuration(bootstrap="127.0.0.1:9", topic="orders", app_id=job.run, folder=job.path)
    rules, decoder = rules_of(settings_of(tree))
    now = wall_clock()
    values = [value for _, value in Mixture(job.events // PER_ORDER, now, _SPAN).events()]
    orders = CoreByHand(rules)
    gc.collect()
    began = time.process_time()
    events = [decoder.decode(value, origin="") for value in values]
    decoded = time.process_time()
    gc.collect()
    resumed = time.process_time()
    for event in events:
        orders.take(event, now)
    ended = time.process_time()
    count = len(values)
    say(
        {
            "events": count,
            "decode_us": (decoded - began) / count * 1e6,
            "core_us": (ended - resumed) / count * 1e6,
            "row_bytes": sum(map(len, orders.rows.values())) / len(orders.rows),
        }
    )


if __name__ == "__main__":
    main(told())
