"""The long run: `make history` (EVENTS=1000000); generated history against its truth and against the oracle.

Prints the seed, how far it is, and what was compared; ends with 1 where anything differed.
"""

import argparse
import os
import random
import sys
import time
from collections import Counter
from itertools import count, islice
from multiprocessing import Pool

from tests.history.checking import Tally, checked
from tests.history.telling import chunk_of

ORDERS = 250
"""Of one chunk; a replay of its own."""
MOST_SHOWN = 50


def main() -> int:
    """Run until so many events, or so many seconds, are through."""
    arguments = _arguments()
    seed, began, told_at = arguments.seed, time.monotonic(), 0.0
    sys.stdout.write(f"seed {seed}: {arguments.events} events in {arguments.processes} processes\n")
    sys.stdout.flush()
    total, chunks = Tally(), arguments.events // (ORDERS * 12) + 1
    with Pool(arguments.processes) as pool:
        for tally in pool.imap_unordered(_checked, ((seed, number) for number in islice(count(), chunks))):
            total.add(tally)
            took = time.monotonic() - began
            for difference in tally.differences[:MOST_SHOWN]:
                sys.stderr.write(f"{difference}\n")
            if took - told_at >= 15:
                told_at = took
                sys.stderr.write(f"{total.events} events, {total.orders} orders, {took:.0f} s, ")
                sys.stderr.write(f"{len(total.differences)} differences\n")
            if total.events >= arguments.events or (arguments.seconds and took >= arguments.seconds):
                pool.terminate()
                break
    sys.stdout.write(_summary(total, time.monotonic() - began))
    return 1 if total.differences else 0


def _checked(which: tuple[int, int]) -> Tally:
    return checked(chunk_of(*which, ORDERS))


def _summary(total: Tally, took: float) -> str:
    return (
        f"{total.events} events of {total.orders} orders with {total.notices} notices: "
        f"{total.truths} facts held against the truth, {total.fields} values against the oracle, "
        f"{len(total.differences)} differences; {took:.0f} s "
        f"(slamon {total.core_seconds:.0f}, oracle {total.oracle_seconds:.0f})\n"
        f"plots: {_counts(total.planted)}\nverdicts: {_counts(total.verdicts)}\nnotices: {_counts(total.kinds)}\n"
        f"divergences shown: {_counts(total.rows)}\n"
    )


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counter.most_common())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.history", description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=0, help="stop earlier, after so many (0: never)")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
