"""Slack's message text as HTML: what Slack would show, so that an injected mention or link is seen."""

import html
import re

_MARKUP = re.compile(r"<([^<>\n]*)>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_BOLD = re.compile(r"(?<![\w*])\*([^*\n]+)\*(?![\w*])")
_CIRCLE = re.compile(r":(?:large_)?(red|orange|yellow|black|white|blue|green)_circle:")
_CODE = re.compile(r"`([^`\n]+)`")


def mrkdwn_html(text: str) -> str:
    """Render mrkdwn; whatever is no markup of Slack's is escaped."""
    pieces: list[str] = []
    end = 0
    for match in _MARKUP.finditer(text):
        pieces += [_styled(text[end : match.start()]), _marked(match.group(1))]
        end = match.end()
    return "".join([*pieces, _styled(text[end:])]).replace("\n", "<br>")


def plain_html(text: str) -> str:
    """Render a text without any formatting."""
    return html.escape(_unescaped(text))


def _styled(text: str) -> str:
    escaped = html.escape(_unescaped(text))
    circled = _CIRCLE.sub(r'<i class="\1"></i>', escaped)  # drawn: not every machine has a font with emoji
    return _CODE.sub(r"<code>\1</code>", _BOLD.sub(r"<b>\1</b>", circled))


def _marked(markup: str) -> str:
    target, _, label = markup.partition("|")
    if target.startswith("!date^"):
        return f"<time>{plain_html(label)}</time>"
    if target.startswith(("@", "#", "!")):
        return f'<span class="mention">{plain_html(label or target.replace("!", "@", 1))}</span>'
    if target.startswith(("http://", "https://")):
        return f'<a class="link" href="{plain_html(target)}" rel="noreferrer">{plain_html(label or target)}</a>'
    return f'<span class="link" title="{plain_html(target)}">{plain_html(label or target)}</span>'


def _unescaped(text: str) -> str:
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return text
