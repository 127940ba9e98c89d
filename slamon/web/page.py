"""The first page: what this is, how it is, and where the rest is found."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from slamon.web.boundary import STYLE

if TYPE_CHECKING:
    from collections.abc import Mapping

LINKS: Final = (
    ("/api/v1/orders?verdict=breached&verdict=at_risk&sort=-overdue_seconds", "Orders that need someone"),
    ("/api/v1/orders", "All orders, the earliest due first"),
    ("/api/v1/summary", "Orders counted, promises kept, lead times"),
    ("/api/v1/notices", "Notices, the newest first"),
    ("/api/v1/openapi.json", "The API described (OpenAPI)"),
    ("/metrics", "Prometheus metrics"),
    ("/-/ready", "Is it ready?"),
    ("/-/healthy", "Is it alive?"),
)


def first_page(*, version: str, ready: bool, checks: Mapping[str, str]) -> str:
    """The page as HTML; everything that comes from elsewhere is escaped."""
    links = "".join(f'<li><a href="{escape(path)}">{escape(text)}</a></li>' for path, text in LINKS)
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(state)}</dd>" for name, state in checks.items())
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>slamon</title><style>{STYLE}</style></head><body>"
        f"<h1>slamon {escape(version)}</h1>"
        "<p>Which orders will break their promise, where does each stand, and whose move is it?</p>"
        f"<ul>{links}</ul>"
        f"<h2>{'Ready' if ready else 'Not ready'}</h2><dl>{rows}</dl>"
        "</body></html>"
    )
