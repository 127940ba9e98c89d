"""Text from outside, harmless in Slack."""

import html
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.sinks.mrkdwn import mrkdwn, visible

NASTY = st.text(st.sampled_from("<>&|!@#*_~`\n\r\t\0\x1b\u202e\u2066\u200b\u2028é€…a ")) | st.text()


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("<!channel>", "&lt;!channel&gt;"),
        ("<https://evil|invoice>", "&lt;https://evil|invoice&gt;"),
        ("<@U123> & co", "&lt;@U123&gt; &amp; co"),
        ("&lt;!here&gt;", "&amp;lt;!here&amp;gt;"),
        ("a\nb\r\nc\x1b[31m\x85d\u2028e", "a b  c [31m d e"),
        ("abc\u202edef\u2066ghi\u2069\u200e\u200b\ufeff", "abcdefghi"),
        ("\ud800", "\ufffd"),
        ("👩\u200d🔧 Zürich ACME", "👩\u200d🔧 Zürich ACME"),
    ],
)
def test_what_is_sent(text: str, sent: str) -> None:
    assert mrkdwn(text, 100) == sent


def test_it_is_cut_first_and_escaped_afterwards() -> None:
    assert mrkdwn("<" * 10, 40) == "&lt;" * 10
    assert mrkdwn("<" * 11, 40) == "&lt;" * 9 + "…"
    assert mrkdwn("x" * 40_000, 10) == "x" * 9 + "…"
    assert mrkdwn("\u202e" * 25 + "hidden", 10) == "…"


@given(NASTY, st.integers(1, 60))
def test_nothing_dangerous_survives(text: str, limit: int) -> None:
    sent = mrkdwn(text, limit)
    assert len(sent) <= limit
    assert "<" not in sent
    assert ">" not in sent
    assert html.unescape(sent).replace("…", "").count("&") == sent.count("&amp;"), "no entity is cut in two"
    sent.encode()
    for character in sent:
        assert unicodedata.category(character) not in {"Cc", "Zl", "Zp", "Cs"}
        assert unicodedata.bidirectional(character) not in {
            "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI",
        }  # fmt: skip


@given(st.text(st.characters(categories=["L", "N", "P"]), max_size=50))
def test_what_is_harmless_stays_readable(text: str) -> None:
    assert html.unescape(mrkdwn(text, 1_000)) == visible(text)
