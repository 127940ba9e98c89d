"""The first page: what this is, how it is, and where the rest is found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slamon.web.pages.rendering import render

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGES: Final = (
    ("orders", "Late orders", "Open orders that are late or at risk, the most overdue first"),
    ("orders?verdict=breached", "Already late", "Only those whose date has passed"),
    ("orders?verdict=broken", "Finished late", "Those that are done, but not in time"),
    ("orders?verdict=on_track&verdict=not_started", "In time so far", "Open orders that need nobody"),
)
DATA: Final = (
    ("api/v1/orders", "All orders, the earliest due first"),
    ("api/v1/orders?verdict=breached&verdict=at_risk&sort=-lateness_seconds", "Orders that need someone"),
    ("api/v1/summary", "Orders counted, promises kept, lead times"),
    ("api/v1/notices", "Notices, the newest first"),
    ("api/v1/openapi.json", "The API described (OpenAPI)"),
    ("metrics", "Prometheus metrics"),
    ("-/ready", "Is it ready?"),
    ("-/healthy", "Is it alive?"),
)


def first_page(*, version: str, ready: bool, checks: Mapping[str, str], root: str = ".") -> str:
    """The page as HTML."""
    return render("first.html", root, version=version, ready=ready, checks=checks, pages=PAGES, data=DATA)
