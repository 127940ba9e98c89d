"""Bars as inline SVG: stacked, horizontal, one a row, drawn on the server.

Own and small on purpose: chart libraries bring scripts, fonts of their own or pictures that shrink their text with
the screen (pygal asks a CDN for a script by default). Here the words and numbers stay HTML beside the bar: they
wrap on a phone, can be copied and read aloud, and print; the bar alone stretches.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from slamon.reports.words import plain

_WIDTH = 1000


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a bar: how much, the class that colours it, and what it means."""

    amount: float
    kind: str
    meaning: str


def text(words: object) -> str:
    """Words made safe for HTML, whatever they hold."""
    return escape(plain(str(words)))


def bar(parts: Sequence[Part], whole: float) -> str:
    """A bar whose full width is `whole`; what would reach beyond it is cut."""
    drawn, at = [], 0.0
    for part in parts:
        width = min(_scaled(part.amount, whole), _WIDTH - at)
        if width > 0:
            drawn.append(
                f'<rect class="{part.kind}" x="{at:.2f}" width="{width:.2f}" height="10">'
                f"<title>{text(part.meaning)}</title></rect>"
            )
            at += width
    meaning = ", ".join(part.meaning for part in parts if part.amount)
    return (
        f'<svg class="bar" viewBox="0 0 {_WIDTH} 10" preserveAspectRatio="none" role="img" '
        f'aria-label="{text(meaning or "nothing")}">{"".join(drawn)}</svg>'
    )


def legend(kinds: Sequence[tuple[str, str]]) -> str:
    """What the colours of a chart mean: (class, meaning)."""
    marks = "".join(f'<li><span class="mark {kind}"></span>{text(meaning)}</li>' for kind, meaning in kinds)
    return f'<ul class="legend">{marks}</ul>'


def _scaled(amount: float, whole: float) -> float:
    return amount / whole * _WIDTH if whole > 0 else 0.0
