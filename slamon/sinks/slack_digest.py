"""What slamon posts to Slack for a digest: how many, in which groups, the worst of them, where the list is. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slamon.notices.digest import Digest, Item, groups
from slamon.notices.notice import NoticeKind
from slamon.notices.words import span_words
from slamon.sinks.mrkdwn import mrkdwn
from slamon.sinks.slack_blocks import SECTION_LIMIT, Json, context, link, local_time, section

if TYPE_CHECKING:
    from collections import Counter

    from slamon.notices.links import Links

EVENT_TYPE = "slamon_digest"
_NAME_LIMIT = 90
_SENTENCE_LIMIT = 180

_KINDS = {
    NoticeKind.AT_RISK: "at risk",
    NoticeKind.BREACHED: "promise missed",
    NoticeKind.STAGE_OVERDUE: "waiting too long",
    NoticeKind.FINISHED_LATE: "finished late",
    NoticeKind.DIVERGENCE: "systems disagree",
    NoticeKind.RETRACTED: "withdrawn",
    NoticeKind.LAG: "queue lags",
    NoticeKind.SERVICE: "service",
    NoticeKind.SOURCE_SILENT: "source silent",
}
_WORDS = {str(kind): words for kind, words in _KINDS.items()}


def slack_digest(digest: Digest, channel: str, links: Links | None = None) -> Json:
    """Build the arguments of `chat.postMessage`."""
    title = _title(digest)
    kinds = [(_WORDS.get(kind, kind), count) for kind, count in groups(digest.kinds)]  # the rest is no kind
    # the block's id says the count too: an edit replaces blocks for certain, whatever becomes of the metadata
    head = section(f"*{title}*\nsince {local_time(digest.since)}", f"digest:{digest.digest_id}:{digest.count}")
    sorts = [_named("What", kinds), *(_group(*sort) for sort in _sorts(digest))]
    blocks = [head, section("\n".join(line for line in sorts if line))]
    if digest.worst:
        blocks.append(section(_cut(["*The worst:*", *(_item(item, links) for item in digest.worst)])))
    where = "" if links is None else link(links.orders(), "all late orders")
    blocks.append(context([part for part in (where, f"digest {digest.digest_id}") if part]))
    return {
        "channel": channel,
        "text": f"{title}: {', '.join(f'{count} {kind}' for kind, count in kinds)}",
        "blocks": blocks,
        "metadata": {
            "event_type": EVENT_TYPE,
            "event_payload": {"digest_id": digest.digest_id, "count": digest.count},
        },
        "unfurl_links": False,
        "unfurl_media": False,
        "link_names": False,
        "parse": "none",
    }


def _title(digest: Digest) -> str:
    many, were = ("1 notice", "was") if digest.count == 1 else (f"{digest.count:,} notices", "were")
    return f":sunrise: {many} {were} kept for you" if digest.morning else f":rotating_light: {many} at once"


def _sorts(digest: Digest) -> tuple[tuple[str, Counter[str]], ...]:
    return ("Where", digest.stages), ("Why", digest.causes), ("Clients", digest.clients)


def _group(label: str, counted: Counter[str]) -> str:
    return _named(label, [(mrkdwn(name, _NAME_LIMIT), count) for name, count in groups(counted)])


def _named(label: str, counted: list[tuple[str, int]]) -> str:
    return f"*{label}:* {', '.join(f'{name} {count:,}' for name, count in counted)}" if counted else ""


def _item(item: Item, links: Links | None) -> str:
    if item.order_id is None:
        return f"• {mrkdwn(item.text, _SENTENCE_LIMIT)}"
    order = mrkdwn(item.order_id, _NAME_LIMIT)
    shown = order if links is None else link(links.order(item.order_id), order.replace("|", "\u2223")) or order
    client = "" if item.client is None else f" for {mrkdwn(item.client, _NAME_LIMIT)}"
    late = f"{span_words(item.late)} late" if item.late else _KINDS[item.kind]
    stage = "" if item.stage is None else f", at {mrkdwn(item.stage, _NAME_LIMIT)}"
    return f"• {shown}{client}: {late}{stage}"


def _cut(lines: list[str]) -> str:
    """As many whole lines as a section takes."""
    kept, length = [], 0
    for line in lines:
        length += len(line) + 1
        if length > SECTION_LIMIT:
            break
        kept.append(line)
    return "\n".join(kept)
