"""How deep JSON text is nested, told without parsing it: the same limit for every parser and stack."""

from __future__ import annotations

import re

MOST_LEVELS = 128
"""Objects and arrays inside each other. Parsers stop at whatever their stack allows, which depends on the
caller; replay and daemon must agree."""

_MARKS = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
"""A string (ended or not: each byte is looked at once, whatever is sent) or a bracket."""


def is_too_deep(text: bytes) -> bool:
    """Whether objects and arrays stand more than `MOST_LEVELS` deep; of broken JSON, as far as it goes."""
    if text.count(b"[") + text.count(b"{") <= MOST_LEVELS:
        return False
    level = 0
    for mark in _MARKS.finditer(text):
        first = text[mark.start()]
        if first in b"[{":
            level += 1
            if level > MOST_LEVELS:
                return True
        elif first in b"]}":
            level -= 1
    return False
