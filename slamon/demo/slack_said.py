"""What the Slack stand-in accepted: notices with a message of their own, digests, lines in threads. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from slamon.demo.compare import Sent, sent

_STORY, _DIGEST = "slamon_story", "slamon_digest"


def from_slack(rows: Iterable[Mapping[str, Any]]) -> list[Sent]:
    """The messages that tell one notice each, in the channel or in its order's thread.

    Lines that carry a story on and digests tell none by themselves; anything else counts as an unexpected notice.
    """
    posts = (row for row in rows if row["accepted"] and row["method"] == "chat.postMessage")
    return [
        sent(_payload(row["request"]), "order_id", row["at"])
        for row in posts
        if _type(row["request"]) not in {_STORY, _DIGEST}
    ]


def digests_in(rows: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, int]]:
    """Digests that were posted or edited: id, and how many notices it says it tells."""
    for row in rows:
        request = row["request"]
        if row["accepted"] and row["method"] in {"chat.postMessage", "chat.update"} and _type(request) == _DIGEST:
            payload = request["metadata"]["event_payload"]
            yield payload["digest_id"], payload["count"]


def digested(notices: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Sent]]:
    """What slamon says a digest told, by its list of notices: the digest's id, and the notice."""
    for notice in notices:
        for way in notice["deliveries"]:
            if way["receiver"] == "slack" and way["digest_id"] is not None:
                yield way["digest_id"], sent(notice, "order_id", way["sent_at"])


def _payload(call: Mapping[str, Any]) -> object:
    metadata = call.get("metadata")
    return metadata.get("event_payload") if isinstance(metadata, dict) else None


def _type(call: Mapping[str, Any]) -> object:
    metadata = call.get("metadata")
    return metadata.get("event_type") if isinstance(metadata, dict) else None
