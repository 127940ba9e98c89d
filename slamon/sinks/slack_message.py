"""What slamon posts to Slack for one notice: text, Block Kit and metadata, under Slack's limits. Pure."""

from typing import Any, TypeAlias

from slamon.notices.notice import NoticeKind
from slamon.notices.text import split_headline
from slamon.notices.words import date_words
from slamon.orders.event import SECOND, Instant
from slamon.sinks.message import OutgoingNotice
from slamon.sinks.mrkdwn import mrkdwn

Json: TypeAlias = dict[str, Any]

EVENT_TYPE = "slamon_notice"

TEXT_LIMIT = 3_000
"""Slack advises 4,000 for `text`."""
HEADLINE_LIMIT = 600
SECTION_LIMIT = 2_800
"""Slack takes 3,000 in a section. Headline, section and context together stay far below the 9,000 in all."""
CONTEXT_LIMIT = 300

_LABELS = {
    NoticeKind.AT_RISK: ":large_yellow_circle: At risk",
    NoticeKind.BREACHED: ":red_circle: Promise missed",
    NoticeKind.STAGE_OVERDUE: ":large_orange_circle: Waiting too long",
    NoticeKind.FINISHED_LATE: ":black_circle: Finished late",
    NoticeKind.DIVERGENCE: ":large_blue_circle: Systems disagree",
    NoticeKind.RETRACTED: ":white_circle: Withdrawn",
    NoticeKind.LAG: ":hourglass: Queue lags",
    NoticeKind.SERVICE: ":electric_plug: Service",
    NoticeKind.SOURCE_SILENT: ":mute: Source silent",
}


def slack_message(notice: OutgoingNotice, channel: str) -> Json:
    """Build the arguments of `chat.postMessage`."""
    again = "Stands again after all: " if notice.reinstated else ""
    headline, facts = split_headline(notice.text)
    # A star of the client's own would end the bold: here it becomes one that Slack does not know
    bold = mrkdwn(again + headline, HEADLINE_LIMIT).replace("*", "\u2217")
    blocks = [_section(f"*{bold}*")]
    if facts:
        blocks.append(_section(mrkdwn(facts, SECTION_LIMIT)))
    blocks.append({"type": "context", "elements": [_mrkdwn(part) for part in _context(notice)]})
    return {
        "channel": channel,
        "text": mrkdwn(again + notice.text, TEXT_LIMIT),
        "blocks": blocks,
        "metadata": _metadata(notice),
        "unfurl_links": False,
        "unfurl_media": False,
        "link_names": False,
        "parse": "none",
    }


def _metadata(notice: OutgoingNotice) -> Json:
    about = "subject" if notice.order is None else "order_id"
    payload = {"notice_id": notice.notice_id, about: notice.subject, "kind": str(notice.kind)}
    return {"event_type": EVENT_TYPE, "event_payload": payload}


def _context(notice: OutgoingNotice) -> list[str]:
    parts = [_LABELS[notice.kind]]
    if notice.due_at is not None:
        parts.append(f"due {local_time(notice.due_at)}")
    manager = None if notice.order is None else notice.order.get("manager_id")
    if isinstance(manager, str) and manager:
        parts.append(f"manager {mrkdwn(manager, CONTEXT_LIMIT // 2)}")
    parts.append(f"notice {mrkdwn(notice.notice_id, CONTEXT_LIMIT)}")
    return parts


def local_time(at: Instant) -> str:
    """Write an instant as Slack's date markup: shown in each reader's own time zone."""
    return f"<!date^{at // SECOND}^{{date_short_pretty}}, {{time}}|{date_words(at)}>"


def _section(text: str) -> Json:
    return {"type": "section", "text": _mrkdwn(text)}


def _mrkdwn(text: str) -> Json:
    # verbatim: Slack makes no links, channels or mentions of its own out of what a text says
    return {"type": "mrkdwn", "text": text, "verbatim": True}
