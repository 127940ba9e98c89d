"""The parts of Slack messages: sections, contexts, buttons, links, times in the reader's own zone. Pure."""

import datetime as dt
import re
from typing import Any, TypeAlias

from slamon.notices.words import date_words
from slamon.orders.event import SECOND, Instant, instant
from slamon.sinks.mrkdwn import mrkdwn

Json: TypeAlias = dict[str, Any]

SECTION_LIMIT = 2_800
"""Slack takes 3,000 in a section. Headline, section and context together stay far below the 9,000 in all."""
_ID_LIMIT = 255
_URL_LIMIT = 3_000
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_DATE = re.compile(rf"\b([0-9]{{1,2}}) ({'|'.join(_MONTHS)}) ([0-9]{{4}}), ([0-9]{{2}}):([0-9]{{2}}) UTC")
_MARKED_DATE = 70
"""So much longer does a date get by its markup."""


def section(text: str, block_id: str | None = None) -> Json:
    """A section of mrkdwn that is safe already."""
    made: Json = {"type": "section", "text": text_object(text)}
    return made if block_id is None else made | {"block_id": block_id[:_ID_LIMIT]}


def context(parts: list[str]) -> Json:
    """Small print."""
    return {"type": "context", "elements": [text_object(part) for part in parts[:10]]}


def text_object(text: str) -> Json:
    """A mrkdwn text object of which Slack makes nothing by itself: no links, channels or mentions."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def button(action: str, label: str, value: str, *, style: str | None = None) -> Json:
    """A button; `label` is ours, `value` an id."""
    made: Json = {
        "type": "button",
        "action_id": action,
        "text": {"type": "plain_text", "text": label},
        "value": value,
    }
    return made if style is None else made | {"style": style}


def link(url: str, label: str) -> str:
    """A link with words of ours; empty where the address is too long for Slack."""
    return f"<{mrkdwn(url, _URL_LIMIT)}|{label}>" if len(url) < _URL_LIMIT // 2 else ""


def local_time(at: Instant) -> str:
    """Write an instant as Slack's date markup: shown in each reader's own time zone."""
    return f"<!date^{at // SECOND}^{{date_short_pretty}}, {{time}}|{date_words(at)}>"


def with_local_times(text: str, limit: int) -> str:
    """Let the times of a text that is safe already be shown in each reader's own zone, so far as there is room."""
    room = (limit - len(text)) // _MARKED_DATE
    return _DATE.sub(_localised, text, count=room) if room > 0 else text


def _localised(found: re.Match[str]) -> str:
    day, month, year, hour, minute = found.groups()
    try:
        moment = dt.datetime(int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), tzinfo=dt.UTC)
    except ValueError:
        return found[0]
    return local_time(instant(moment))
