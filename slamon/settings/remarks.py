"""Remarks on a right configuration: what this version accepts and does not run, and other surprises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

from slamon.settings.notify.receivers import SmtpSecurity
from slamon.settings.routing_checks import routing_remarks
from slamon.settings.shape import Path, keys_of
from slamon.sla.calendar import ALWAYS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slamon.settings.policies import Promise
    from slamon.settings.root import Settings

_NOTHING: tuple[object, ...] = (None, False, (), {})


def remarks(settings: Settings) -> Iterator[tuple[Path, str]]:
    """Yield a path and what is to be said about it."""
    yield from _not_run(settings, ())
    yield from _terms(settings)
    yield from routing_remarks(settings)
    slack = settings.notify.slack
    if slack is not None and slack.token is None:
        if slack.webhook_url is None:
            yield ("notify", "slack"), "has no token: nothing is sent to Slack"
        else:
            yield ("notify", "slack"), "has no token: plain posts through its webhook, no edits, no threads"
    smtp = settings.notify.smtp
    if smtp is not None and smtp.username is not None and smtp.security is SmtpSecurity.NONE:
        yield ("notify", "smtp", "security"), "sends the password unencrypted"
    for name, webhook in settings.notify.webhooks.items():
        if webhook.secret is None:
            yield ("notify", "webhooks", name), "has no secret: its calls are not signed"
    if not settings.sources:
        yield ("sources",), "is not configured: no order is watched"


def _terms(settings: Settings) -> Iterator[tuple[Path, str]]:
    sla = settings.sla
    path: Path = ("sla", "promise")
    yield from _promise(path, sla.promise, {"duration", "warn_before", "round"})
    for index, policy in enumerate(sla.policies):
        path = ("sla", "policies", index)
        given = set(policy.promise.given())
        yield from _promise((*path, "promise"), policy.promise.over(sla.promise), given)
        if policy.holds.statuses and not policy.holds.pause:
            yield (*path, "holds", "statuses"), "pause nothing: holds.pause is empty"


def _promise(path: Path, promise: Promise, given: set[str]) -> Iterator[tuple[Path, str]]:
    if promise.warn_before.span >= promise.duration.span and given & {"duration", "warn_before"}:
        yield (*path, "warn_before"), "is not shorter than the duration: orders are at risk from their start"
    if promise.round is not None and promise.calendar == ALWAYS.name and given & {"round", "calendar"}:
        yield (*path, "round"), "without a calendar of sla.calendars: days end at midnight UTC"


def _not_run(section: BaseModel, path: Path) -> Iterator[tuple[Path, str]]:
    given = {key: name for name, key in ((n, f.alias or n) for n, f in type(section).model_fields.items())}
    for key, slot in keys_of(type(section)):
        name = given[key]
        value = getattr(section, name)
        if name not in section.model_fields_set or any(value is off or value == off for off in _NOTHING):
            continue
        here = (*path, key)
        if slot.later is not None:
            note = f": {slot.later.note}" if slot.later.note else ""
            yield here, f"accepted, not run by this version{note}"
        elif isinstance(value, BaseModel):
            yield from _not_run(value, here)
