"""Lag: what waits in queues, for how long, what it means and which orders it holds up. Pure."""
