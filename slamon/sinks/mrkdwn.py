"""Text from outside made harmless for Slack: one line, nothing hidden, cut, then escaped (CONTRACT §4)."""

import unicodedata

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_LINE_BREAKING = frozenset({"Cc", "Zl", "Zp"})
_DROPPED = frozenset(
    "\u061c\u200e\u200f"  # marks of direction
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # embeddings, overrides and isolates
    "\u200b\u2060\ufeff"  # of no width: they only hide what stands where
)
_CUT = "…"


def visible(text: str) -> str:
    """Put the text on one line (controls and line ends become spaces) and drop what changes its direction."""
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character in _DROPPED:
        return ""
    category = unicodedata.category(character)
    if category in _LINE_BREAKING:
        return " "
    return "\ufffd" if category == "Cs" else character  # a lone surrogate cannot be written as UTF-8


def mrkdwn(text: str, limit: int) -> str:
    """Make text safe for a mrkdwn field of at most `limit` characters, counted as sent.

    It is cut as plain text and escaped afterwards, so no entity is ever cut in two.
    """
    seen = text[: 2 * limit]  # of a long text no more than this is looked at
    pieces = [_ESCAPES.get(character, character) for character in visible(seen)]
    if len(seen) == len(text) and sum(map(len, pieces)) <= limit:
        return "".join(pieces)
    length, kept = len(_CUT), 0
    for piece in pieces:
        if length + len(piece) > limit:
            break
        length, kept = length + len(piece), kept + 1
    return "".join(pieces[:kept]) + _CUT
