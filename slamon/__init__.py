"""slamon: a streaming lag and SLA monitor daemon for made-to-order production."""

__version__ = "0.1.0"
