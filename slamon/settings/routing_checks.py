"""What is wrong with routes, and what may surprise: receivers that are not there, rules without effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slamon.notices.notice import SYSTEM_KINDS, NoticeKind
from slamon.notices.routing import ALERTMANAGER, NO_PARTIES, Parties
from slamon.settings.finding import Finding, no_such
from slamon.settings.notify.routing import core_rule, named_receivers, slack_channels
from slamon.settings.sla_checks import Check, unknown_calendar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slamon.notices.routing import Rule as CoreRule
    from slamon.settings.notify import Notify
    from slamon.settings.root import Settings
    from slamon.settings.shape import Path

_TOLD = tuple(kind for kind in NoticeKind if kind is not NoticeKind.RETRACTED)
"""The kinds that are routed: a withdrawal goes where the notice went."""


def _receivers(settings: Settings) -> Iterator[Finding]:
    notify = settings.notify
    known = named_receivers(notify)
    for index, rule in enumerate(notify.rules):
        yield from _unknown(("notify", "rules", index, "receivers"), rule.receivers, known)
    yield from _unknown(("notify", "fallback"), notify.fallback or (), known)


def _unknown(path: Path, names: tuple[str, ...], known: tuple[str, ...]) -> Iterator[Finding]:
    for index, name in enumerate(names):
        if name not in known:
            none = f"{name} is no configured receiver, allowed are those of notify, which has none"
            yield (*path, index), no_such(name, "configured receiver", known) if known else none


def _hours(settings: Settings) -> Iterator[Finding]:
    slack = settings.notify.slack
    for manager_id, person in {}.items() if slack is None else slack.managers.items():
        if person.hours is not None:
            path: Path = ("notify", "slack", "managers", manager_id, "hours")
            yield from unknown_calendar(settings.sla, path, person.hours.calendar)


_SECTIONS: tuple[Path, ...] = tuple(("notify", key) for key in ("slack", "webhooks", "alertmanager", "smtp", "apprise"))
ROUTING_CHECKS = (Check(_receivers, _SECTIONS), Check(_hours, (("sla", "calendars"),)))


def routing_remarks(settings: Settings) -> Iterator[Finding]:
    """Rules that do nothing or less than they seem to, and notices that go to nobody."""
    notify = settings.notify
    yield from _channels_without_a_bot(notify)
    if not notify.rules:
        if notify.fallback is not None:
            yield ("notify", "fallback"), "has no use without notify.rules: every receiver gets every notice"
        return
    rules = [core_rule(rule) for rule in notify.rules]
    catch_all: int | None = None
    for index, rule in enumerate(rules):
        yield from _of_rule(("notify", "rules", index), rule, catch_all)
        if catch_all is None and not _asks(rule):
            catch_all = index
    if catch_all is None:
        yield from _of_the_rest(notify)
    elif notify.fallback is not None:
        yield ("notify", "fallback"), f"has no use: notify.rules.{catch_all} matches every notice"


def _of_rule(path: Path, rule: CoreRule, catch_all: int | None) -> Iterator[Finding]:
    kinds = [kind for kind in _TOLD if _can_match(rule, kind)]
    if catch_all is not None:
        yield path, f"is never asked: notify.rules.{catch_all} matches every notice"
    elif not kinds:
        yield path, "matches no notice: withdrawals go where the notice went, system notices have no parties"
    elif not rule.receivers:
        yield path, "names no receivers: what it matches goes to nobody"
    elif ALERTMANAGER in rule.receivers and not SYSTEM_KINDS.issuperset(kinds):
        yield path, "alertmanager gets none of its notices about orders, only system notices"


def _can_match(rule: CoreRule, kind: NoticeKind) -> bool:
    """Whether there are parties of whom the rule would match a notice of this kind."""
    parties = NO_PARTIES
    if kind not in SYSTEM_KINDS:
        parties = Parties(*(next(iter(wanted), None) for wanted in (rule.channels, rule.clients, rule.managers)))
    return rule.met(kind, parties) is not None


def _asks(rule: CoreRule) -> bool:
    return any((rule.kinds, rule.severities, rule.channels, rule.clients, rule.managers))


def _of_the_rest(notify: Notify) -> Iterator[Finding]:
    """What no rule matches goes to nobody, and nobody has said so."""
    named = {receiver for rule in notify.rules for receiver in rule.receivers}
    rest = (
        [name for name in named_receivers(notify) if name not in named] if notify.fallback is None else notify.fallback
    )
    if rest == ():
        return  # as wished
    where: Path = ("notify", "rules" if notify.fallback is None else "fallback")
    if not rest:
        yield where, "every receiver is named by a rule and there is no fallback: what no rule matches goes to nobody"
    elif set(rest) == {ALERTMANAGER}:
        yield where, "alertmanager alone is left for what no rule matches: notices about orders go to nobody then"


def _channels_without_a_bot(notify: Notify) -> Iterator[Finding]:
    slack = notify.slack
    if slack is None or slack.webhook_url is None or slack_channels(notify):
        return
    words = "has no use without a bot token: an incoming webhook posts to one channel"
    for manager_id, person in slack.managers.items():
        if person.channel is not None:
            yield ("notify", "slack", "managers", manager_id, "channel"), words
    for index, rule in enumerate(notify.rules):
        if rule.slack_channel is not None:
            yield ("notify", "rules", index, "slack_channel"), words
