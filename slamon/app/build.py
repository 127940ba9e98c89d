"""From the configuration to the values and parts that the worker is made of."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from slamon.app.sinks import other_sinks
from slamon.kafka.partitioner import partition_of
from slamon.kafka.preflight import Surroundings
from slamon.kafka.topics import OwnTopics, own_topic_specs
from slamon.notices.foreseen import ForecastRules
from slamon.notices.links import Links
from slamon.notices.routing import SLACK, Routing
from slamon.notices.row import OrderRules
from slamon.notices.rules import NoticeRules
from slamon.orders.event import SECOND
from slamon.services.answering import PromiseTopics
from slamon.services.foresight import NoOutlooks, Outlooks
from slamon.services.ingest import IngestRules, Topics
from slamon.services.lane import Receiver
from slamon.services.offers import Address, lane_of
from slamon.services.partition import PartitionRules
from slamon.services.policies import OwnTerms
from slamon.services.silence import Watched
from slamon.services.system_rows import SHARED
from slamon.settings import Settings
from slamon.settings.notify import Slack
from slamon.settings.notify import routing as notify_routing
from slamon.settings.orders import Source
from slamon.settings.policy_record import decode, encode
from slamon.sinks.alertmanager import AlertmanagerSink
from slamon.sinks.message import Sink
from slamon.sinks.slack import SlackSink, SlackTarget
from slamon.sinks.slack_hook import SlackHookSink, SlackHookTarget
from slamon.sinks.slack_socket import SlackSocket
from slamon.sinks.slack_views import SlackViews
from slamon.sinks.webhook import WebhookSink, WebhookTarget
from slamon.sla.book import RuleBook
from slamon.sla.silence import Expectation
from slamon.sources.native import NativeDecoder
from slamon.stream import EngineOptions

_WEBHOOK_CALLS = 16
"""Calls to one webhook that may be under way at once."""

_SLACK_CALLS = 3


def topics_of(own: OwnTopics) -> Topics:
    """Name slamon's own topics as the services do."""
    return Topics(own.repartition, own.deliveries, own.outbox, own.dead_letters)


def receivers(settings: Settings) -> list[Receiver]:
    """Every configured receiver, Slack first."""
    found = []
    slack = settings.notify.slack
    if slack is not None and slack.token is not None:
        found += [
            _slack(slack, channel, channel if place else None, settings)
            for place, channel in enumerate(slack_channels(settings))
        ]
    elif slack is not None and slack.webhook_url is not None:
        hook = SlackHookSink(SlackHookTarget(_plain(slack.webhook_url), links=links(settings)))
        found.append(_receiver(hook, settings, _SLACK_CALLS, slack.per_second))
    for name, webhook in settings.notify.webhooks.items():
        secrets = () if webhook.secret is None else (_plain(webhook.secret),)
        sink = WebhookSink(WebhookTarget(name, _plain(webhook.url), secrets))
        found.append(_receiver(sink, settings, _WEBHOOK_CALLS, None))
    found += [_receiver(sink, settings, calls, None) for sink, calls in other_sinks(settings, links(settings).orders())]
    return found


def _slack(slack: Slack, channel: str, route: str | None, settings: Settings) -> Receiver:
    sink = SlackSink(SlackTarget(_plain(slack.token), channel, slack.api_url, links=links(settings)))
    plain = _receiver(sink, settings, _SLACK_CALLS, slack.per_second)
    return replace(plain, route=route, living=sink, digest_above=slack.digest_above)


def slack_views(settings: Settings) -> SlackViews | None:
    """What opens dialogues in Slack; None without a bot token."""
    slack = settings.notify.slack
    return None if slack is None or slack.token is None else SlackViews(_plain(slack.token), slack.api_url)


def signing_secret(settings: Settings) -> str | None:
    """What proves that presses of buttons are Slack's; None without it."""
    slack = settings.notify.slack
    return None if slack is None else _plain(slack.signing_secret) or None


def slack_socket(settings: Settings, answer: Callable[[Mapping[str, Any]], Any]) -> SlackSocket | None:
    """The connection of Socket Mode; None without an app token."""
    slack = settings.notify.slack
    token = None if slack is None else _plain(slack.app_token)
    return SlackSocket(token, slack.api_url, answer) if slack is not None and token else None


def _receiver(sink: Sink, settings: Settings, calls: int, per_second: float | None) -> Receiver:
    key = sink.channel.encode()
    # Who keeps alerts is who first sends them: a late attempt must not undo what was said since (ADR 0017)
    keeps = isinstance(sink, AlertmanagerSink)
    address = Address(sink.name, key, SHARED if keeps else partition_of(key, settings.kafka.partitions))
    return Receiver(sink, address, calls, per_second, links=links(settings))


def slack_channels(settings: Settings) -> tuple[str, ...]:
    """Every Slack channel that notices can go to, the default one first; none without a bot's token."""
    return notify_routing.slack_channels(settings.notify)


def routing(settings: Settings, told: list[Receiver]) -> Routing:
    """Who gets which notice, among the receivers that were built."""
    names = (receiver.sink.name for receiver in told)
    return notify_routing.routing_of(settings.notify, settings.sla.core_calendars(), names)


def addresses(settings: Settings, told: list[Receiver]) -> dict[str, Address]:
    """Where offers go: by receiver, and by each further channel of Slack (`lane_of`)."""
    found: dict[str, Address] = {}
    for receiver in told:
        found.setdefault(receiver.sink.name, receiver.address)
    for channel in slack_channels(settings)[1:] if SLACK in found else ():
        key = f"{SLACK}|{channel}".encode()
        found[lane_of(SLACK, channel)] = Address(SLACK, key, partition_of(key, settings.kafka.partitions))
    return found


def own_terms(settings: Settings) -> OwnTerms:
    """The terms of this configuration, and the form of their records."""
    return OwnTerms(settings.sla_terms(), partial(encode, settings), decode)


def partition_rules(
    settings: Settings, told: list[Receiver], topics: Topics, book: RuleBook, outlooks: Outlooks | None = None
) -> PartitionRules:
    """What every partition of orders follows; an order is learnt from when no system can be behind about it."""
    notify = settings.notify
    acknowledged_for = (notify.slack or Slack()).acknowledged_for.span
    hold_at_most = settings.sla.hold_at_most.span
    notices = NoticeRules(routing(settings, told), notify.max_age.span, hold_at_most, acknowledged_for)
    terms = settings.sla_terms()
    orders = OrderRules(
        book,
        notices,
        settings.orders.keep_finished.span,
        settings.orders.keep_not_started.span,
        ForecastRules(terms.divergence.allowed_skew, terms.forecast.notify),
    )
    return PartitionRules(orders, addresses(settings, told), topics.outbox, outlooks or NoOutlooks())


def decoders(settings: Settings) -> dict[str, NativeDecoder]:
    """One decoder for each source."""
    most = settings.orders.max_event_bytes
    return {name: NativeDecoder(s.system, s.status_map, most) for name, s in settings.sources.items()}


def watched(settings: Settings) -> dict[str, Watched]:
    """Every source as its silence is told."""
    return {name: Watched(s.topics, s.system, _expectation(settings, s)) for name, s in settings.sources.items()}


def _expectation(settings: Settings, source: Source) -> Expectation:
    expect = source.expect
    if expect is None:
        return Expectation()
    calendar = None if expect.calendar is None else settings.sla.core_calendars()[expect.calendar]
    return Expectation(expect.to_length(), calendar)


def ingest_rules(settings: Settings, topics: Topics, by_source: Mapping[str, NativeDecoder]) -> IngestRules:
    """Which topic belongs to which source, and how each is decoded."""
    orders = settings.orders
    return IngestRules(
        source_of={topic: name for name, source in settings.sources.items() for topic in source.topics},
        decoders=by_source,
        partitions=settings.kafka.partitions,
        future_tolerance=orders.future_tolerance.span,
        topics=topics,
    )


def source_topics(settings: Settings) -> tuple[str, ...]:
    """Every topic that holds order events."""
    return tuple(topic for source in settings.sources.values() for topic in source.topics)


def promise_topics(settings: Settings) -> PromiseTopics:
    """Where what people promise in answer to a notice is written."""
    sources = settings.sources
    first = {name: source.topics[0] for name, source in sources.items()}
    return PromiseTopics(first, {name: source.system for name, source in sources.items()})


def keyed_topics(settings: Settings) -> set[str]:
    """Topics that the operator declares to be keyed by order id."""
    return {topic for source in settings.sources.values() if source.keyed for topic in source.topics}


def engine_options(
    settings: Settings, own: OwnTopics, security: Mapping[str, Any], *, instance_id: str, url: str
) -> EngineOptions:
    """How the stream engine is set up."""
    kafka = settings.kafka
    session = kafka.session_timeout.span / SECOND
    return EngineOptions(
        bootstrap=kafka.bootstrap_servers,
        app_id=kafka.app_id,
        partitions=kafka.partitions,
        sources=source_topics(settings),
        internal=(own.repartition, own.deliveries, own.outbox),
        data_dir=Path(settings.data_dir) / instance_id,
        instance_id=instance_id,
        advertised_url=url,
        security=security,
        session_timeout=session,
        heartbeat_interval=session / 10,
        request_timeout=max(40.0, session),
    )


def surroundings(settings: Settings, own: OwnTopics) -> Surroundings:
    """What the configuration expects of its cluster."""
    kafka = settings.kafka
    specs = own_topic_specs(kafka.app_id, partitions=kafka.partitions, replication=kafka.replication_factor)
    promise = max(policy.promise.duration.span for policy in settings.sla_terms().policies)
    return Surroundings(specs, source_topics(settings), promise, own.deliveries)


def own_url(settings: Settings) -> str:
    """How the other workers reach this one."""
    web = settings.web
    host = f"[{web.host}]" if ":" in web.host else web.host  # an IPv6 address
    address = web.advertise or f"{host}:{web.port}"
    return address if "://" in address else f"http://{address}"


def links(settings: Settings) -> Links:
    """Where people find the pages."""
    return Links(settings.web.public_url or own_url(settings))


def _plain(secret: SecretStr | str | None) -> str:
    return secret.get_secret_value() if isinstance(secret, SecretStr) else secret or ""
