"""Configurations for tests: the smallest right one, and what loading says about others."""

from collections.abc import Mapping

from slamon.errors import ConfigError
from slamon.settings import Settings, load_text

FILE = "slamon.yaml"
SMALLEST = 'kafka: {bootstrap_servers: "127.0.0.1:9092"}\nsources: {orders: {topics: [orders.events]}}\n'


def settings_of(text: str = "", environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of the smallest configuration with more lines after it."""
    return load_text(SMALLEST + text, FILE, environ or {}).settings


def problems_of(text: str, environ: Mapping[str, str] | None = None) -> list[str]:
    """Every problem of a whole configuration; none where it is right."""
    try:
        load_text(text, FILE, environ or {})
    except ConfigError as error:
        return error.problems
    return []


def problems_beside(text: str, environ: Mapping[str, str] | None = None) -> list[str]:
    """Every problem of the smallest configuration with more lines after it (the first is line 3)."""
    return problems_of(SMALLEST + text, environ)
