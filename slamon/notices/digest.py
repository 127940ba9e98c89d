"""A digest: many notices of one channel told as one, with count, groups and the worst (CONTRACT §4). Pure."""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from slamon.notices.notice import NoticeKind
from slamon.notices.reasons import cause_words
from slamon.notices.words import UNKNOWN, name, parsed
from slamon.orders.event import Instant, Span

WORST = 10
"""So many orders are named."""
GROUPS = 5
"""So many groups of each sort are named; the rest is counted."""

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:slamon:digest")


@dataclass(frozen=True, slots=True)
class Item:
    """One notice of a digest: its order, client, stage and cause, and how late it is (0: not yet)."""

    notice_id: str
    kind: NoticeKind
    order_id: str | None
    client: str | None
    stage: str | None
    cause: str | None
    late: Span
    text: str


@dataclass(frozen=True, slots=True)
class Digest:
    """What a digest says so far; `count` notices carry its id."""

    digest_id: str
    since: Instant
    morning: bool = False
    count: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    stages: Counter[str] = field(default_factory=Counter)
    clients: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    worst: tuple[Item, ...] = ()

    def with_items(self, items: Iterable[Item]) -> "Digest":
        """The digest with more notices in it."""
        more = list(items)
        worst = sorted([*self.worst, *more], key=_badness)[:WORST]
        return replace(
            self,
            count=self.count + len(more),
            kinds=self.kinds + Counter(str(item.kind) for item in more),
            stages=self.stages + Counter(item.stage or UNKNOWN for item in more if item.order_id is not None),
            clients=self.clients + Counter(item.client or UNKNOWN for item in more if item.order_id is not None),
            causes=self.causes + Counter(item.cause for item in more if item.cause is not None),
            worst=tuple(worst),
        )


def _badness(item: Item) -> tuple[bool, Span, str]:
    return item.kind is NoticeKind.RETRACTED, -item.late, item.notice_id


def digest_id(lane: str, first_notice: str) -> str:
    """The id of the digest that begins with a notice in a channel."""
    return str(uuid.uuid5(_NAMESPACE, f"{lane}\n{first_notice}"))


def item_of(
    notice_id: str, kind: NoticeKind, order: Mapping[str, Any] | None, text: str, *, stage: str | None, now: Instant
) -> Item:
    """What a digest says of one notice, by the §5 JSON of its order."""
    if order is None:
        return Item(notice_id, kind, None, None, None, None, 0, text)
    due_at = parsed((order.get("promise") or {}).get("due_at"))
    until = parsed(order.get("finished_at")) or now
    late = 0 if due_at is None else max(0, until - due_at)
    causes = order.get("causes") or ()
    first = causes[0] if causes else None
    cause = None if first is None else cause_words(first)
    return Item(
        notice_id,
        kind,
        name(order.get("order_id"), 128),
        name(order.get("client_name")) or name(order.get("client_id")),
        name(stage) or name(order.get("status")),
        cause,
        late,
        text,
    )


def groups(counted: Counter[str]) -> list[tuple[str, int]]:
    """The greatest groups, and what is left under the name of all others; ties by name."""
    ranked = sorted(counted.items(), key=lambda group: (-group[1], group[0]))
    rest = sum(count for _, count in ranked[GROUPS:])
    return [*ranked[:GROUPS], ("others", rest)] if rest else ranked
