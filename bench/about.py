"""What must be known to read each part of the results."""

ENGINES = """\
Decode with msgspec, get the row, put the row, changelog acknowledged, offsets committed; from the first record \
handled to the last change acknowledged. Faust and the loop by hand write one changelog record per event; slamon and \
Quix Streams write one per row and flush, which saves what the lines "rows written" say. Stock Faust does not wait for \
its changelog; here its last flush is waited for. Quix Streams runs with the best of eight settings tried (commit \
interval 15 s, RocksDB without fsync, linger 50 ms)."""

WHOLE_CORE = """\
slamon's worker as the daemon wires it (decode, order state, clocks, notices, due times, metrics, log, counts) against \
the loop by hand that calls the same core and has no metrics, log, timers, rebalances or recovery. Notices are decided \
at the time at which the events arrived."""

AT_SCALE = """\
Open orders have one to six events. Recovery is from the first row read until all partitions are open, due-time index \
included. Memory is what the worker's process has resident after a garbage collection, less that of an empty worker. \
Due to sent is from an order's date to the moment at which the webhook receiver notes the call, with the real daemon, \
other orders' events coming in at the rate shown, and no rate limit."""
