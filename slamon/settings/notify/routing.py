"""From the section `notify` to the routing that the core follows: receivers, rules, people, Slack's channels."""

from collections.abc import Iterable, Mapping

from slamon.notices.notice import NoticeKind
from slamon.notices.notice import Severity as CoreSeverity
from slamon.notices.routing import ALERTMANAGER, SLACK, Routing
from slamon.notices.routing import Hours as CoreHours
from slamon.notices.routing import Person as CorePerson
from slamon.notices.routing import Rule as CoreRule
from slamon.settings.notify.routes import Person, Rule
from slamon.settings.notify.section import Notify
from slamon.sla.calendar import Calendar

HEARTBEAT = "heartbeat"
"""It gets no notices."""


def named_receivers(notify: Notify) -> tuple[str, ...]:
    """The names of all receivers that have a section and get notices, Slack first."""
    sections = {
        SLACK: notify.slack,
        **notify.webhooks,
        ALERTMANAGER: notify.alertmanager,
        "smtp": notify.smtp,
        "apprise": notify.apprise,
    }
    return tuple(name for name, section in sections.items() if section is not None)


def able_receivers(notify: Notify) -> tuple[str, ...]:
    """Those of them that have what they need to send anything."""
    slack, alertmanager, smtp, apprise = notify.slack, notify.alertmanager, notify.smtp, notify.apprise
    has_bot = slack is not None and slack.token is not None and slack.channel is not None
    unable = {
        SLACK: not has_bot and (slack is None or slack.webhook_url is None),
        ALERTMANAGER: alertmanager is None or alertmanager.url is None,
        "smtp": smtp is None or smtp.host is None,
        "apprise": apprise is None or apprise.url is None,
    }
    return tuple(name for name in named_receivers(notify) if not unable.get(name))


def slack_channels(notify: Notify) -> tuple[str, ...]:
    """Every Slack channel that notices can go to, the default one first; none without a bot's token."""
    slack = notify.slack
    if slack is None or slack.token is None or slack.channel is None:
        return ()
    stated = [slack.channel, *(person.channel for person in slack.managers.values())]
    stated += [rule.slack_channel for rule in notify.rules]
    spelled: dict[str, str] = {}
    for channel in stated:
        if channel is not None:
            spelled.setdefault(_bare(channel), channel)
    return tuple(spelled.values())


def routing_of(notify: Notify, calendars: Mapping[str, Calendar], receivers: Iterable[str]) -> Routing:
    """The routing among `receivers`, those that are there; raises KeyError for a calendar that is not."""
    spelled = {_bare(channel): channel for channel in slack_channels(notify)}
    slack = notify.slack
    people = {} if slack is None else slack.managers
    return Routing(
        tuple(dict.fromkeys(name for name in receivers if name != HEARTBEAT)),
        tuple(_rule(rule, spelled) for rule in notify.rules),
        notify.fallback,
        {manager_id: _person(person, spelled, calendars) for manager_id, person in people.items()},
        next(iter(spelled.values()), None),
    )


def core_rule(rule: Rule) -> CoreRule:
    """A rule as the core follows it, its Slack channel as stated."""
    return CoreRule(
        rule.receivers,
        frozenset(NoticeKind(str(kind)) for kind in rule.kinds),
        frozenset(CoreSeverity(str(severity)) for severity in rule.severities),
        frozenset(rule.channels),
        frozenset(rule.clients),
        frozenset(rule.managers),
        rule.slack_channel,
    )


def _rule(rule: Rule, spelled: Mapping[str, str]) -> CoreRule:
    return core_rule(rule.model_copy(update={"slack_channel": _spelled(rule.slack_channel, spelled)}))


def _person(person: Person, spelled: Mapping[str, str], calendars: Mapping[str, Calendar]) -> CorePerson:
    hours = person.hours
    return CorePerson(
        person.user,
        _spelled(person.channel, spelled),
        None if hours is None else CoreHours(calendars[hours.calendar], hours.breaches_anytime),
    )


def _spelled(channel: str | None, spelled: Mapping[str, str]) -> str | None:
    """A channel in the one spelling that names its queue; None where an incoming webhook decides."""
    return None if channel is None else spelled.get(_bare(channel))


def _bare(channel: str) -> str:
    return channel.removeprefix("#")
