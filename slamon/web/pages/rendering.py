"""Templates to HTML: whatever is printed is made visible, then escaped; nothing is marked safe by hand in them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from slamon.notices.links import Links
from slamon.notices.words import date_words, parsed
from slamon.web.pages import words
from slamon.web.pages.assets import ICON, STYLE

if TYPE_CHECKING:
    from collections.abc import Callable

UNKNOWN: Final = "–"
"""What stands where nothing is known."""


def render(template: str, root: str, **values: object) -> str:
    """A page as HTML; `root` leads from the page's own address to `/` (`.`, `..`), so it works below any prefix."""
    links = Links(root)
    return _environment().get_template(template).render(root=root, links=links, icon=ICON, style=STYLE, **values)


def moment(time: object) -> Markup:
    """An RFC 3339 time as a `<time>` element that says UTC; what is not known is said to be unknown."""
    at = parsed(time)
    if at is None:
        return Markup('<span class="unknown">unknown</span>')
    day, _, clock = date_words(at).partition(", ")
    return Markup('<time datetime="{}">{}, <span class="clock">{}</span></time>').format(time, day, clock)


def breakable(name: str) -> Markup:
    """A name that may go on in the next line behind each `_`, as the names of statuses want."""
    return escape(words.shown(name)).replace("_", Markup("_<wbr>"))


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("slamon.web.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printed,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    filters: dict[str, Callable[..., object]] = {**words.FILTERS, "breakable": breakable, "moment": moment}
    made.filters.update(filters)
    return made


def _printed(value: object) -> object:
    """What a template prints: markup as it is, text on one line with nothing hidden, a dash for None."""
    if value is None:
        return UNKNOWN
    return value if isinstance(value, Markup) or not isinstance(value, str) else words.shown(value)
