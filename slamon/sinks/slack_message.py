"""What slamon posts to Slack for one notice: text, Block Kit and metadata, under Slack's limits. Pure."""

import hashlib
from typing import Any

from slamon.notices.links import Links
from slamon.notices.notice import NoticeKind
from slamon.notices.text import split_headline
from slamon.sinks.message import OutgoingLine, OutgoingNotice
from slamon.sinks.mrkdwn import mrkdwn
from slamon.sinks.slack_blocks import (
    SECTION_LIMIT,
    Json,
    button,
    context,
    link,
    local_time,
    section,
    with_local_times,
)

EVENT_TYPE = "slamon_notice"
LINE_TYPE = "slamon_story"

TEXT_LIMIT = 3_000
"""Slack advises 4,000 for `text`."""
HEADLINE_LIMIT = 600
CONTEXT_LIMIT = 300
ANSWER_LIMIT = 300
ANSWERS = 3
"""So many of the last answers are shown."""

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
_OPEN = (NoticeKind.AT_RISK, NoticeKind.BREACHED, NoticeKind.STAGE_OVERDUE, NoticeKind.DIVERGENCE)
_WARNINGS = (NoticeKind.AT_RISK, NoticeKind.STAGE_OVERDUE)
_BUTTONS = (
    ("acknowledge", "Acknowledge", "primary"),
    ("snooze", "Snooze until…", None),
    ("promise", "New promise…", None),
    ("told", "Customer told", None),
    ("not_ours", "Not ours", None),
)
"""The `action_id`s of CONTRACT §4."""


def slack_message(notice: OutgoingNotice, channel: str, links: Links | None = None) -> Json:
    """Build the arguments of `chat.postMessage`; in the thread of another message where the notice belongs to one."""
    again = "Stands again after all: " if notice.reinstated else ""
    headline, facts = split_headline(notice.text)
    called = _called(notice.mention)
    # A star of the client's own would end the bold: here it becomes one that Slack does not know
    bold = mrkdwn(again + headline, HEADLINE_LIMIT).replace("*", "\u2217")
    blocks = [section(f"*{bold}*{called}")]
    if facts:
        blocks.append(section(with_local_times(mrkdwn(facts, SECTION_LIMIT - 800), SECTION_LIMIT)))
    if notice.answers:
        said = [mrkdwn(answer, ANSWER_LIMIT) for answer in notice.answers[-ANSWERS:]]
        blocks.append(section(with_local_times("\n".join(said), SECTION_LIMIT)))
    if notice.kind in _OPEN and not _is_over(notice):
        blocks.append(_buttons(notice))
    blocks.append(context(_context(notice, links)))
    text = mrkdwn(again + notice.text, TEXT_LIMIT)
    message = _message(channel, text + called, blocks) | {"metadata": _metadata(notice)}
    return message if notice.thread is None else message | _under(notice.thread, shout=_is_loud(notice))


def slack_line(line: OutgoingLine) -> Json:
    """Build the arguments of `chat.postMessage` for a line of a thread."""
    parts = line.text.splitlines()
    room = SECTION_LIMIT // max(8, len(parts)) - 1  # all of them fit into one section
    said = "\n".join(mrkdwn(part, room) for part in parts)
    text = with_local_times(said, SECTION_LIMIT) + _called(line.mention)
    payload = {"line_id": line.line_id, "order_id": line.order_id}
    message = _message("", text, [section(text)]) | {"metadata": {"event_type": LINE_TYPE, "event_payload": payload}}
    return message | _under(line.thread, shout=False)


def _message(channel: str, text: str, blocks: list[Json]) -> Json:
    return {
        "channel": channel,
        "text": text,
        "blocks": blocks,
        "unfurl_links": False,
        "unfurl_media": False,
        "link_names": False,
        "parse": "none",
    }


def _under(thread: str, *, shout: bool) -> Json:
    channel, _, ts = thread.partition("|")
    under = {"channel": channel, "thread_ts": ts}
    return under | {"reply_broadcast": True} if shout else under


def _is_loud(notice: OutgoingNotice) -> bool:
    """A promise that breaks is told to the whole channel too: nobody reads a thread of two weeks ago."""
    return notice.kind is NoticeKind.BREACHED


def _is_over(notice: OutgoingNotice) -> bool:
    order = notice.order or {}
    return bool(order.get("finished_at")) or order.get("verdict") == "cancelled"


def _metadata(notice: OutgoingNotice) -> Json:
    about = "subject" if notice.order is None else "order_id"
    payload = {"notice_id": notice.notice_id, about: notice.subject, "kind": str(notice.kind)}
    return {"event_type": EVENT_TYPE, "event_payload": payload}


def _buttons(notice: OutgoingNotice) -> Json:
    elements = [button(action, label, notice.notice_id, style=style) for action, label, style in _BUTTONS]
    return {"type": "actions", "block_id": block_id_of(notice.subject), "elements": elements}


def block_id_of(order_id: str) -> str:
    """The id of the block of buttons: names the order where Slack's limit lets it."""
    plain = f"slamon:{order_id}"
    return plain if len(plain) <= 255 else f"slamon#{hashlib.sha256(order_id.encode(errors='replace')).hexdigest()}"  # noqa: PLR2004


def _called(users: tuple[str, ...]) -> str:
    return "".join(f" <@{user}>" for user in users if user.isalnum())


def _label(notice: OutgoingNotice) -> str:
    """What kind of notice it is; of a warning that is over, how it ended."""
    order = notice.order or {}
    if notice.kind in _WARNINGS and order.get("verdict") == "cancelled":
        return ":white_circle: Cancelled"
    if notice.kind in _WARNINGS and order.get("verdict") == "kept":
        return ":large_green_circle: Finished in time"
    stages: Any = order.get("stages") or ()
    waits = any(stage.get("from") == notice.stage and stage.get("left_at") is None for stage in stages)
    if notice.kind is NoticeKind.STAGE_OVERDUE and stages and not waits:
        return ":large_green_circle: Moved on"
    return _LABELS[notice.kind]


def _context(notice: OutgoingNotice, links: Links | None) -> list[str]:
    parts = [_label(notice)]
    if notice.due_at is not None:
        parts.append(f"due {local_time(notice.due_at)}")
    manager: Any = None if notice.order is None else notice.order.get("manager_id")
    if isinstance(manager, str) and manager:
        parts.append(f"manager {mrkdwn(manager, CONTEXT_LIMIT // 2)}")
    if links is not None and notice.order is not None:
        pages = (link(links.order(notice.subject), "order"), link(links.explain(notice.subject), "why"))
        parts.append(" · ".join(page for page in pages if page))
    parts.append(f"notice {mrkdwn(notice.notice_id, CONTEXT_LIMIT)}")
    return [part for part in parts if part]
