"""Slack's markup as HTML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.demo.standins.slack.mrkdwn_html import mrkdwn_html, plain_html


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*late* by `2 days`", "<b>late</b> by <code>2 days</code>"),
        ("2*3*4", "2*3*4"),
        ("&lt;!channel&gt; &amp; co", "&lt;!channel&gt; &amp; co"),
        ("&amp;lt;", "&amp;lt;"),
        ("<!channel>", '<span class="mention">@channel</span>'),
        ("<@U1|Ann>", '<span class="mention">Ann</span>'),
        ("<!date^0^{date}|1 Jan 1970>", "<time>1 Jan 1970</time>"),
        ("<https://evil|invoice>", '<a class="link" href="https://evil" rel="noreferrer">invoice</a>'),
        ('<https://e"vil>', '<a class="link" href="https://e&quot;vil" rel="noreferrer">https://e&quot;vil</a>'),
        ("<javascript:alert(1)|x>", '<span class="link" title="javascript:alert(1)">x</span>'),
        ("a\nb", "a<br>b"),
        (":large_orange_circle: :boom:", '<i class="orange"></i> :boom:'),
    ],
)
def test_what_slack_would_show(text: str, shown: str) -> None:
    assert mrkdwn_html(text) == shown


def test_plain_text_has_no_markup() -> None:
    assert plain_html("*a* &lt;b&gt; <i>") == "*a* &lt;b&gt; &lt;i&gt;"


@given(st.text(st.sampled_from("<>&\"'|!@#*`^/abc \n")))
def test_no_tag_comes_from_outside(text: str) -> None:
    shown = mrkdwn_html(text)
    for own in ("<b>", "</b>", "<code>", "</code>", "<time>", "</time>", "<br>", "</span>", "</a>"):
        shown = shown.replace(own, "")
    shown = shown.replace('<span class="mention">', "").replace('<span class="link" title="', "[")
    shown = shown.replace('<a class="link" href="http', "[")
    assert "<" not in shown
