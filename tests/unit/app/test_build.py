from pathlib import Path

import pytest

from slamon.app import build
from slamon.errors import DecodeError
from slamon.kafka.partitioner import partition_of
from slamon.kafka.topics import OwnTopics
from slamon.notices.foreseen import ForecastRules
from slamon.notices.notice import NoticeKind
from slamon.notices.routing import Parties, Route
from slamon.orders.event import DAY, SECOND
from slamon.orders.lifecycle import DEFAULT_LIFECYCLE
from slamon.services.forecasts import Forecasts
from slamon.services.ingest import Topics
from slamon.services.system_rows import SHARED
from slamon.settings import Settings, load_text
from slamon.settings.duration import Duration
from slamon.settings.notify.routing import able_receivers
from slamon.sinks.slack import SlackSink
from slamon.sinks.slack_hook import SlackHookSink
from slamon.sinks.webhook import WebhookSink
from slamon.sla.book import Era, RuleBook
from slamon.sla.calendar import ALWAYS, Length
from slamon.sla.silence import Expectation
from tests.builders import HOUR, T0
from tests.configurations import settings_of

FULL = """
kafka:
  bootstrap_servers: "broker-1:9092,broker-2:9092"
  app_id: shop
  partitions: 12
  replication_factor: 3
  session_timeout: PT60S
sources:
  store: {topics: [store.events, store.late], system: store, status_map: {PAID: SUBMITTED}}
  mes: {topics: [mes.events], keyed: true}
orders: {keep_finished: P10D, keep_not_started: P20D, future_tolerance: PT1M, max_event_bytes: 2048}
sla: {promise: {duration: P14D}}
notify:
  max_age: P2D
  slack: {token: xoxb-canary, channel: "#late", per_second: 0.5}
  webhooks:
    crm: {url: "https://crm.example/hook", secret: whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ=}
    open: {url: "https://open.example/hook"}
web: {host: 10.1.2.3, port: 8090}
data_dir: /var/lib/slamon
"""
TOPICS = Topics("shop.repartition", "shop.deliveries", "shop.outbox", "shop.dead-letters")


@pytest.fixture
def full() -> Settings:
    return load_text(FULL, "slamon.yaml", {}).settings


def test_slack_comes_first_and_every_webhook_after_it(full: Settings) -> None:
    found = build.receivers(full)
    assert [receiver.sink.name for receiver in found] == ["slack", "crm", "open"]
    assert [type(receiver.sink) for receiver in found] == [SlackSink, WebhookSink, WebhookSink]
    assert [receiver.per_second for receiver in found] == [0.5, None, None]
    assert found[0].concurrency < found[1].concurrency == found[2].concurrency


def test_slack_without_a_token_posts_through_its_webhook() -> None:
    (found,) = build.receivers(settings_of("notify: {slack: {webhook_url: 'https://hooks.example/T/B/x'}}\n"))
    assert isinstance(found.sink, SlackHookSink)
    assert (found.sink.name, found.sink.channel, found.per_second) == ("slack", "slack|webhook", 1)
    assert build.receivers(settings_of("notify: {slack: {channel: '#late'}}\n")) == []


def test_alerts_are_sent_where_they_are_kept() -> None:
    (found,) = build.receivers(settings_of("notify: {alertmanager: {url: 'http://alerts:9093'}}\n"))
    assert (found.sink.name, found.address.partition) == ("alertmanager", SHARED)


def test_sources_are_expected_to_speak_as_they_are_told_to_or_have_done() -> None:
    """With opening times of a calendar, by `always`, or all learnt."""
    text = """
kafka: {bootstrap_servers: "127.0.0.1:9092"}
sources:
  mes: {topics: [a], system: mes, expect: {every: PT10M, calendar: workshop}}
  crm: {topics: [b], expect: {calendar: always}}
  shop: {topics: [c, d]}
sla:
  hold_at_most: PT30M
  calendars: {workshop: {time_zone: UTC, days: {mon-fri: ["09:00-17:00"]}}}
"""
    settings = load_text(text, "slamon.yaml", {}).settings
    found = build.watched(settings)
    mes, crm, shop = (found[name] for name in ("mes", "crm", "shop"))
    assert (mes.topics, mes.system, mes.expected.every) == (("a",), "mes", Length(0, 600 * SECOND))
    assert mes.expected.calendar is not None
    assert mes.expected.calendar.open_time(T0, T0 + DAY) == 8 * HOUR
    assert crm.expected == Expectation(None, ALWAYS)
    assert (shop.topics, shop.system, shop.expected) == (("c", "d"), None, Expectation())
    assert (
        build.partition_rules(settings, [], TOPICS, RuleBook.of(settings.sla_terms())).orders.notices.hold_at_most
        == HOUR // 2
    )


def test_a_receivers_offers_go_to_the_partition_of_its_channel(full: Settings) -> None:
    addresses = [receiver.address for receiver in build.receivers(full)]
    assert [(address.receiver, address.key) for address in addresses] == [
        ("slack", b"slack|#late"),
        ("crm", b"webhook|crm"),
        ("open", b"webhook|open"),
    ]
    assert [address.partition for address in addresses] == [partition_of(address.key, 12) for address in addresses]


ROUTES = FULL.replace(
    'channel: "#late", per_second: 0.5}',
    'channel: "#late", managers: {m-1: {channel: "#one"}, m-2: {channel: late}, m-3: {channel: "one"}}}\n'
    '  rules: [{receivers: [slack, crm], channels: [b2b], slack_channel: "#b2b"}]',
)


def test_every_channel_of_slack_has_an_address() -> None:
    """The default one by the receiver's name alone; nothing has two."""
    settings = load_text(ROUTES, "slamon.yaml", {}).settings
    told = build.receivers(settings)
    found = build.addresses(settings, told)
    assert build.slack_channels(settings) == ("#late", "#one", "#b2b")
    assert {name: address.key for name, address in found.items()} == {
        "slack": b"slack|#late",
        "slack|#one": b"slack|#one",
        "slack|#b2b": b"slack|#b2b",
        "crm": b"webhook|crm",
        "open": b"webhook|open",
    }
    assert all(address.partition == partition_of(address.key, 12) for address in found.values())
    assert {found[lane].receiver for lane in ("slack", "slack|#one", "slack|#b2b")} == {"slack"}
    others = [receiver for receiver in told if receiver.sink.name != "slack"]
    assert build.addresses(settings, others) == {name: found[name] for name in ("crm", "open")}


def test_routing_is_among_the_receivers_that_were_built() -> None:
    settings = load_text(ROUTES, "slamon.yaml", {}).settings
    told = build.receivers(settings)
    routing = build.routing(settings, told)
    assert routing.receivers == able_receivers(settings.notify) == ("slack", "crm", "open")
    found = build.partition_rules(settings, told, TOPICS, RuleBook.of(settings.sla_terms()))
    assert found.orders.notices.routing == routing
    assert found.addresses == build.addresses(settings, told)
    by_rule, by_manager = Parties("b2b", manager_id="m-1"), Parties("shop", manager_id="m-3")
    assert routing.routes(NoticeKind.BREACHED, by_rule, T0) == (Route("slack", "#b2b"), Route("crm"))
    assert routing.routes(NoticeKind.BREACHED, by_manager, T0) == (Route("open"),)


def test_slack_without_a_token_is_nobody_to_tell() -> None:
    assert build.receivers(settings_of('notify: {slack: {channel: "#late"}}\n')) == []
    assert build.receivers(settings_of()) == []


def test_no_secret_shows_in_what_was_built(full: Settings) -> None:
    shown = repr(build.receivers(full))
    for secret in full.secrets():
        assert secret not in shown


def test_partitions_follow_the_policy_the_receivers_and_how_long_orders_are_kept(full: Settings) -> None:
    told = build.receivers(full)
    rules = build.partition_rules(full, told, TOPICS, RuleBook.of(full.sla_terms()))
    assert rules.orders.book.rules[-1].policy.promise.duration == Length(14)
    assert rules.orders.notices.routing.receivers == ("slack", "crm", "open")
    assert rules.orders.notices.max_age == 2 * DAY
    assert (rules.orders.keep_finished, rules.orders.keep_not_started) == (10 * DAY, 20 * DAY)
    assert rules.addresses == {receiver.sink.name: receiver.address for receiver in told}
    assert rules.outbox_topic == "shop.outbox"
    assert (rules.outlooks.thin, rules.orders.forecast.notify) == (True, False)


def test_orders_are_learnt_from_when_no_system_can_be_behind(full: Settings) -> None:
    sla = full.sla.model_copy(
        update={
            "divergence": full.sla.divergence.model_copy(update={"allowed_skew": Duration.parse("PT7S")}),
            "forecast": full.sla.forecast.model_copy(update={"notify": True}),
        }
    )
    settings, forecasts = full.model_copy(update={"sla": sla}), Forecasts(DEFAULT_LIFECYCLE)
    rules = build.partition_rules(settings, [], TOPICS, RuleBook.of(settings.sla_terms()), forecasts)
    assert rules.orders.forecast == ForecastRules(7 * SECOND, notify=True)
    assert isinstance(rules.outlooks, Forecasts)


def test_the_own_terms_read_back_as_written(full: Settings) -> None:
    own = build.own_terms(full)
    _, value = own.encode(7 * DAY)
    assert own.decode(value) == Era(7 * DAY, full.sla_terms())


def test_every_topic_belongs_to_its_source(full: Settings) -> None:
    rules = build.ingest_rules(full, TOPICS, build.decoders(full))
    assert rules.source_of == {"store.events": "store", "store.late": "store", "mes.events": "mes"}
    assert (rules.partitions, rules.future_tolerance, rules.topics) == (12, 60 * SECOND, TOPICS)


def test_each_source_decodes_with_its_own_system_and_status_names(full: Settings) -> None:
    decoders = build.ingest_rules(full, TOPICS, build.decoders(full)).decoders
    value = b'{"order_id": "o-1", "occurred_at": "2026-03-02T09:00:00Z", "status": "PAID"}'
    store, mes = (decoders[name].decode(value, origin="") for name in ("store", "mes"))
    assert (store.status, store.system) == ("SUBMITTED", "store")
    assert (mes.status, mes.system) == ("PAID", None)


def test_records_above_the_configured_size_are_refused(full: Settings) -> None:
    decoder = build.ingest_rules(full, TOPICS, build.decoders(full)).decoders["mes"]
    with pytest.raises(DecodeError, match="2049 bytes, allowed are 2048"):
        decoder.decode(b" " * 2049, origin="")


def test_only_declared_sources_are_taken_for_keyed(full: Settings) -> None:
    assert build.source_topics(full) == ("store.events", "store.late", "mes.events")
    assert build.keyed_topics(full) == {"mes.events"}
    assert build.keyed_topics(settings_of()) == set()


def test_the_engine_is_set_up_as_configured(full: Settings) -> None:
    security = {"security_protocol": "PLAINTEXT"}
    url = "http://10.1.2.3:8090"
    options = build.engine_options(full, OwnTopics("shop"), security, instance_id="slamon-1", url=url)
    assert (options.bootstrap, options.app_id, options.partitions) == ("broker-1:9092,broker-2:9092", "shop", 12)
    assert options.sources == ("store.events", "store.late", "mes.events")
    assert options.internal == ("shop.repartition", "shop.deliveries", "shop.outbox")
    assert options.changelog == OwnTopics("shop").changelog
    assert options.data_dir == Path("/var/lib/slamon/slamon-1")
    assert (options.instance_id, options.advertised_url, options.security) == ("slamon-1", url, security)
    assert options.session_timeout == 60


@pytest.mark.parametrize("seconds", [1, 30, 60, 600])
def test_the_engines_times_never_defeat_each_other(seconds: int) -> None:
    text = FULL.replace("PT60S", f"PT{seconds}S")
    settings = load_text(text, "slamon.yaml", {}).settings
    options = build.engine_options(settings, OwnTopics("shop"), {}, instance_id="i", url="")
    assert options.session_timeout == seconds
    assert options.heartbeat_interval < options.session_timeout / 2
    assert options.request_timeout >= options.session_timeout


def test_the_cluster_is_expected_to_hold_own_topics_sources_and_the_whole_promise(full: Settings) -> None:
    expected = build.surroundings(full, OwnTopics("shop"))
    assert {spec.replication for spec in expected.own} == {3}
    assert {spec.name: spec.partitions for spec in expected.own if spec.partitions != 12} == {"shop.policies": 1}
    assert {spec.name for spec in expected.own} >= {"shop.outbox", "shop-orders-changelog"}
    assert expected.sources == build.source_topics(full)
    assert expected.promise == 14 * DAY
    assert expected.clock_topic == "shop.deliveries"


def test_own_topics_have_one_name_everywhere() -> None:
    assert build.topics_of(OwnTopics("shop")) == TOPICS


@pytest.mark.parametrize(
    ("web", "url"),
    [
        ("{host: 10.1.2.3, port: 8090}", "http://10.1.2.3:8090"),
        ('{host: "::1", port: 8090}', "http://[::1]:8090"),
        ('{host: 0.0.0.0, advertise: "worker-1:80"}', "http://worker-1:80"),
        ('{host: "::", advertise: "[fd00::1]:80"}', "http://[fd00::1]:80"),
    ],
)
def test_how_other_workers_reach_this_one(web: str, url: str) -> None:
    assert build.own_url(settings_of(f"web: {web}\n")) == url


def test_where_people_find_the_pages() -> None:
    assert build.links(settings_of("web: {port: 8090}\n")).orders() == "http://127.0.0.1:8090/orders"
    behind = settings_of("web: {advertise: worker-1:80, public_url: https://slamon.example.org/}\n")
    assert build.links(behind).order("o-1") == "https://slamon.example.org/orders/o-1"


def test_promises_go_to_the_first_topic_of_each_source(full: Settings) -> None:
    found = build.promise_topics(full)
    assert found.first == {"store": "store.events", "mes": "mes.events"}
    assert found.systems == {"store": "store", "mes": None}


def test_presses_of_buttons_come_as_configured() -> None:
    """By neither way where nothing is set; no secret shows."""

    async def answer(_payload: object) -> None: ...

    for text in ("", "notify: {slack: {channel: '#late'}}\n"):
        settings = settings_of(text)
        assert build.signing_secret(settings) is None
        assert build.slack_views(settings) is None
        assert build.slack_socket(settings, answer) is None
    secrets = "token: xoxb-1, signing_secret: hush, app_token: xapp-1"
    settings = settings_of(f"notify: {{slack: {{channel: '#late', {secrets}}}}}\n")
    assert build.signing_secret(settings) == "hush"
    views, socket = build.slack_views(settings), build.slack_socket(settings, answer)
    assert socket is not None
    assert socket.app_token == "xapp-1"
    assert not any(secret in f"{views!r} {socket!r}" for secret in ("xoxb-1", "xapp-1"))
