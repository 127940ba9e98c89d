"""What no single key can tell: keys that contradict each other, statuses and topics that do not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slamon.orders.lifecycle import CANCELLED
from slamon.settings.finding import ANY, Finding, no_such_status
from slamon.settings.lag_checks import LAG_CHECKS
from slamon.settings.login_checks import security
from slamon.settings.policy_checks import POLICY_CHECKS
from slamon.settings.rabbitmq_checks import rabbitmq
from slamon.settings.receiver_checks import receivers
from slamon.settings.routing_checks import ROUTING_CHECKS
from slamon.settings.sla_checks import SLA_CHECKS, Check
from slamon.sinks.signature import signing_key

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from slamon.settings.root import Settings
    from slamon.settings.shape import Path

_INTERNAL = ("repartition", "deliveries", "outbox", "dead-letters", "policies", "answers", "orders-changelog")
_RESERVED = frozenset({"slack", "alertmanager", "smtp", "apprise", "heartbeat"})


def _lifecycle(settings: Settings) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, step in enumerate(settings.orders.lifecycle):
        path: Path = ("orders", "lifecycle", index, "status")
        if step.status == CANCELLED:
            yield path, "CANCELLED ends an order and is no step, allowed is any other word"
        elif step.status in seen:
            yield path, f"{step.status} stands twice in the lifecycle, allowed is once"
        seen.add(step.status)


def _status_maps(settings: Settings) -> Iterator[Finding]:
    known = (*settings.orders.to_lifecycle().statuses, CANCELLED)
    for name, source in settings.sources.items():
        for theirs, ours in source.status_map.items():
            if ours not in known:
                yield ("sources", name, "status_map", theirs), no_such_status(ours, known)


def _topics(settings: Settings) -> Iterator[Finding]:
    taken: dict[str, str] = {}
    internal = {f"{settings.kafka.app_id}.{part}" for part in _INTERNAL}
    internal.add(f"{settings.kafka.app_id}-orders-changelog")
    for name, source in settings.sources.items():
        for index, topic in enumerate(source.topics):
            path: Path = ("sources", name, "topics", index)
            if topic in internal:
                yield path, f"{topic} is a topic of slamon's own, allowed are others"
            elif topic in taken:
                yield path, f"{topic} is read by source {taken[topic]} already, allowed is one source"
            taken.setdefault(topic, name)


def _receivers(settings: Settings) -> Iterator[Finding]:
    slack = settings.notify.slack
    if slack is not None and slack.token is not None and slack.channel is None:
        yield (
            ("notify", "slack", "channel"),
            "is missing, a token needs it; allowed is a channel's name or id",
        )
    for name, webhook in settings.notify.webhooks.items():
        if name in _RESERVED:
            yield ("notify", "webhooks", name), "is the name of another receiver, allowed is any other name"
        if webhook.url is None:
            yield ("notify", "webhooks", name, "url"), "is missing, allowed is a URL here or in url_file"
        if webhook.secret is not None and not _can_sign(webhook.secret.get_secret_value()):
            key = "secret_file" if webhook.secret_file is not None else "secret"
            yield ("notify", "webhooks", name, key), "can't sign, allowed is whsec_ and base64, or other text"


def _can_sign(secret: str) -> bool:
    try:
        signing_key(secret)
    except ValueError:
        return False
    return True


def _something_to_do(settings: Settings) -> Iterator[Finding]:
    if not settings.sources and settings.lag is None and not settings.services:
        yield ("sources",), "is missing, allowed is any one of sources, lag, services"


_LIFECYCLE: Path = ("orders", "lifecycle")
_PART: Path = ("sla", "policies", ANY, "promise")
CHECKS = (
    Check(_lifecycle),
    *SLA_CHECKS,
    *POLICY_CHECKS,
    Check(_status_maps, (_LIFECYCLE,)),
    Check(_topics, (("kafka", "app_id"),)),
    *LAG_CHECKS,
    Check(security, (("kafka", "security", "protocol"),)),
    Check(_receivers),
    *ROUTING_CHECKS,
    Check(receivers),
    Check(rabbitmq),
    Check(_something_to_do, (("lag",), ("services",))),
)


def _same(path: Path) -> Path:
    return path


def findings(
    settings: Settings, broken: Collection[Path], original: Callable[[Path], Path] = _same
) -> Iterator[Finding]:
    """Ask every check whose ground is right, and leave out what the schema refused already.

    `broken` are the paths that the schema refused; `original` tells where a key of `settings` stands.
    """
    for check in CHECKS:
        if any(_touch(path, ground) for path in broken for ground in check.ground):
            continue
        for found, words in check.find(settings):
            here = original(found)
            if not any(_touch(here, path) or (check.weighs and _in_one_part(here, path)) for path in broken):
                yield here, words


def _touch(one: Path, other: Path) -> bool:
    """Whether one path leads to or through the other."""
    return all(
        key == wanted or (wanted == ANY and isinstance(key, int)) for key, wanted in zip(one, other, strict=False)
    )


def _in_one_part(one: Path, other: Path) -> bool:
    """Whether two paths lead into the same part of the same policy: what is left of it may mislead."""
    return one[: len(_PART)] == other[: len(_PART)] and _touch(one, _PART)
