"""The composition root: builds everything from the configuration, starts it in order, stops it in reverse."""

from slamon.app.daemon import run_daemon

__all__ = ["run_daemon"]
