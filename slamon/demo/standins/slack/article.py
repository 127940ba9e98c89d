"""One message on the page of the Slack stand-in: its blocks, its buttons, whether it was edited."""

import datetime as dt
import html

from slamon.demo.standins.slack.channels import BOT_ID, Channel
from slamon.demo.standins.slack.mrkdwn_html import mrkdwn_html, plain_html
from slamon.demo.standins.slack.refused import Json

_STYLES = {"primary": " primary", "danger": " danger"}


class Article:
    """A message as HTML."""

    def __init__(self, channel: Channel, message: Json, *, can_press: bool) -> None:
        """`can_press`: buttons lead to the app."""
        self._channel = channel
        self._message = message
        self._can_press = can_press

    def html(self) -> str:
        """Write it."""
        message = self._message
        content = "".join(map(self._block, message.get("blocks") or []))
        content = content or f"<p>{mrkdwn_html(message.get('text', ''))}</p>"
        edited = ' <span class="when">(edited)</span>' if "edited" in message else ""
        reply = ' class="reply"' if "thread_ts" in message else ""
        own = message.get("bot_id") == BOT_ID
        who = "slamon" if own else plain_html(str(message.get("user")))
        app = '<span class="app">APP</span>' if own else " "
        return (
            f'<article{reply}><div class="avatar">{who[:1]}</div><div class="body"><span class="who">{who}</span>'
            f'{app}<span class="when">{_clock_time(message["ts"])}</span>{edited}'
            f"{content}</div></article>"
        )

    def _block(self, block: Json) -> str:
        match block["type"]:
            case "section":
                texts = [block["text"]] if block.get("text") else []
                shown = "".join(f"<p>{_text(text)}</p>" for text in [*texts, *block.get("fields", [])])
                return shown + self._actions([block["accessory"]] if block.get("accessory") else [])
            case "header":
                return f"<p><b>{_text(block['text'])}</b></p>"
            case "context":
                shown = "".join(f"<span>{_text(part)}</span>" for part in block["elements"] if "text" in part)
                return f'<p class="context">{shown}</p>'
            case "actions":
                return self._actions(block["elements"])
            case "divider":
                return "<hr>"
            case _:
                return ""

    def _actions(self, elements: list[Json]) -> str:
        shown = "".join(map(self._element, elements))
        return f'<div class="actions">{shown}</div>' if shown else ""

    def _element(self, element: Json) -> str:
        label = (element.get("text") or element.get("placeholder") or {}).get("text", "")
        if element["type"] == "image" or not label:
            return ""
        style = f"button{_STYLES.get(str(element.get('style')), '')}"
        url = str(element.get("url", ""))
        if url.startswith(("http://", "https://")):
            return f'<a class="{style}" href="{html.escape(url)}" rel="noreferrer">{plain_html(label)}</a>'
        if not self._can_press or element["type"] != "button" or "action_id" not in element:
            return f'<button class="{style}" disabled>{plain_html(label)}</button>'
        hidden = {"channel": self._channel.channel_id, "ts": self._message["ts"], "action_id": element["action_id"]}
        inputs = "".join(f'<input type="hidden" name="{k}" value="{html.escape(v)}">' for k, v in hidden.items())
        return (
            f'<form method="post" action="/-/press">{inputs}<button class="{style}">{plain_html(label)}</button></form>'
        )


def _text(text: Json) -> str:
    return mrkdwn_html(text["text"]) if text["type"] == "mrkdwn" else plain_html(text["text"])


def _clock_time(ts: str) -> str:
    return dt.datetime.fromtimestamp(int(ts.partition(".")[0]), dt.UTC).strftime("%H:%M:%S UTC")
