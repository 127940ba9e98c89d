"""The core without Kafka: microseconds per event, decoding apart."""

import gc
import time

from bench.contenders.core_by_hand import CoreByHand, rules_of
from bench.contenders.job import Job, say, told
from bench.mixture import PER_ORDER, SPAN, Mixture
from bench.wiring import configuration, settings_of
from slamon.app.clock import wall_clock


def main(job: Job) -> None:
    tree = configuration(bootstrap="127.0.0.1:9", topic="orders", app_id=job.run, folder=job.path)
    rules, decoder = rules_of(settings_of(tree))
    arrivals = Mixture(job.events // PER_ORDER, wall_clock(), SPAN).events()
    orders = CoreByHand(rules)
    gc.collect()
    began = time.process_time()
    events = [decoder.decode(arrival.value, origin="") for arrival in arrivals]
    decoded = time.process_time()
    gc.collect()
    resumed = time.process_time()
    for arrival, event in zip(arrivals, events, strict=True):
        orders.take(event, arrival.at)
    ended = time.process_time()
    count = len(arrivals)
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
