"""The composition root: builds everything from the configuration, starts it in order, stops it in reverse."""

from slamon.app.daemon import check_against_kafka, run_daemon

__all__ = ["check_against_kafka", "run_daemon"]
