"""The collector against a real RabbitMQ: it says what is there, to the message; what it cannot see is unknown."""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel
from pika.spec import Basic

from slamon.app.clock import wall_clock
from slamon.demo.ports import is_free
from slamon.lag.cluster import ClusterTrack
from slamon.lag.observation import Observation, QueueSeen, Reason, Unknown
from slamon.lag.policy import LagPolicy, LagRules
from slamon.lag.rows import Snapshot
from slamon.lag.troubles import TroubleKind, troubles
from slamon.lag.verdict import LagStatus
from slamon.orders.event import SECOND
from slamon.rabbitmq import QueueNames, RabbitLag, RabbitTarget
from slamon.rabbitmq.listing import PAGE_SIZE
from tests.peers.rabbitmq import ADMIN, RabbitMq

Seen = TypeVar("Seen")

TLS = Path(__file__).parents[1] / "testdata" / "tls"
QUICK = LagRules(LagPolicy(warn_after=2 * SECOND, critical_after=60 * SECOND, unknown_after=SECOND), gone_after=SECOND)


@pytest.fixture(scope="module")
def rabbit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMq]:
    made = RabbitMq(tmp_path_factory.mktemp("rabbitmq"))
    made.start()
    yield made
    pids, ports = made.pids, made.ports
    made.stop()
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert all(is_free(port) for port in ports), "a node, or its epmd, is left"


@pytest.fixture
def channel(rabbit: RabbitMq) -> Iterator[BlockingChannel]:
    connection = rabbit.connect()
    yield connection.channel()
    if connection.is_open:
        connection.close()


class Eye:
    """What the collector sees, and what the core makes of it, again and again until it is as expected."""

    def __init__(self, rabbit: RabbitMq, login: tuple[str, str] = ADMIN, **changes: object) -> None:
        self.rabbit = rabbit
        target = RabbitTarget(**({"url": rabbit.url, "username": login[0], "password": login[1]} | changes))  # type: ignore[arg-type]
        self.lag = RabbitLag("rabbit", target, clock=wall_clock)
        self.track = ClusterTrack("rabbit", QUICK)

    def look(self) -> Observation:
        return asyncio.run(self.lag.collect())

    def cycle(self) -> Snapshot:
        self.track.observe(self.look())
        return self.track.conclude(wall_clock())

    def queue(self, name: str, condition: Callable[[QueueSeen], object]) -> QueueSeen:
        """The queue, once it is so; RabbitMQ tells the numbers of a queue some seconds late."""
        none = QueueSeen()
        return self._once(lambda: self.look().queues.get(name, none), condition)

    def status(self, name: str, status: LagStatus | None) -> Snapshot:
        """A snapshot in which the queue stands so; None: in which it is not."""
        return self._once(self.cycle, lambda found: _statuses(found).get(name) is status)

    def _once(self, look: Callable[[], Seen], condition: Callable[[Seen], object]) -> Seen:
        deadline = time.monotonic() + 60
        while not condition(found := look()):
            assert time.monotonic() < deadline, found
            time.sleep(0.2)
        return found


def _statuses(snapshot: Snapshot) -> dict[str, LagStatus]:
    return {group.group: group.status for group in snapshot.groups}


def _send(channel: BlockingChannel, queue: str, count: int, age: int | None = None) -> int | None:
    """Publish durably; stamped as `age` seconds old where given. Gives the first stamp."""
    first = None if age is None else int(time.time()) - age
    for number in range(count):
        stamp = None if first is None else first + number
        properties = pika.BasicProperties(timestamp=stamp, delivery_mode=2)
        channel.basic_publish("", queue, b"an order", properties)
    return first


@pytest.mark.parametrize("kind", ["classic", "quorum"])
def test_every_message_is_counted_once(rabbit: RabbitMq, channel: BlockingChannel, kind: str) -> None:
    name, eye = f"counted-{kind}", Eye(rabbit, queues=QueueNames(("counted-.*",)))
    channel.queue_declare(name, durable=True, arguments={"x-queue-type": kind})
    _send(channel, name, 25)
    seen = eye.queue(name, lambda seen: seen.published == 25 and seen.ready == 25)
    assert seen == QueueSeen(25, 0, 0, 25, 0, None, seen.state)

    channel.basic_qos(prefetch_count=4)
    handed: list[int] = []
    channel.basic_consume(name, lambda _channel, method, _properties, _body: handed.append(method.delivery_tag))
    while len(handed) < 4:
        channel.connection.process_data_events(time_limit=1)
    seen = eye.queue(name, lambda seen: seen.unacknowledged == 4 and seen.consumers == 1)
    assert (seen.ready, seen.settled) == (21, 0)

    channel.basic_ack(handed[2], multiple=True)
    while len(handed) < 7:
        channel.connection.process_data_events(time_limit=1)
    seen = eye.queue(name, lambda seen: seen.settled == 3 and seen.ready == 18)
    assert (seen.published, seen.unacknowledged, seen.fault) == (25, 4, None)

    channel.connection.close()
    seen = eye.queue(name, lambda seen: seen.consumers == 0 and seen.ready == 22)
    assert (seen.published, seen.settled, seen.unacknowledged) == (25, 3, 0), "the counters outlive the channel"


def test_messages_taken_without_acknowledging_are_settled(rabbit: RabbitMq, channel: BlockingChannel) -> None:
    channel.queue_declare("taken", durable=True)
    _send(channel, "taken", 5)
    for _ in range(2):
        channel.basic_get("taken", auto_ack=True)
    assert Eye(rabbit).queue("taken", lambda seen: seen.settled == 2).ready == 3


def test_the_head_message_tells_its_age_and_nothing_else_does(rabbit: RabbitMq, channel: BlockingChannel) -> None:
    channel.queue_declare("stamped", durable=True)
    channel.queue_declare("unstamped", durable=True)
    first = _send(channel, "stamped", 3, age=90)
    _send(channel, "unstamped", 3)
    assert first is not None
    eye = Eye(rabbit, queues=QueueNames((".*stamped",)))
    assert eye.queue("stamped", lambda seen: seen.head_at is not None).head_at == first * SECOND
    assert eye.queue("unstamped", lambda seen: seen.ready == 3).head_at is None
    rows = {group.group: group for group in eye.cycle().groups}
    age = rows["stamped"].age.at_least
    assert age is not None
    assert abs(age - (wall_clock() - first * SECOND)) < SECOND
    assert rows["stamped"].status is LagStatus.STOPPED, "late at once, and nobody reads it"
    assert rows["unstamped"].age.at_most is None

    for _ in range(2):
        channel.basic_get("stamped", auto_ack=True)
    assert eye.queue("stamped", lambda seen: seen.ready == 1).head_at == (first + 2) * SECOND


def test_a_queue_whose_consumer_goes_stops(rabbit: RabbitMq, channel: BlockingChannel) -> None:
    eye = Eye(rabbit, queues=QueueNames(("left",)))
    channel.queue_declare("left", durable=True)
    with rabbit.connect() as other:
        consumer = other.channel()
        done: list[int] = []

        def settle(channel: BlockingChannel, method: Basic.Deliver, *_: object) -> None:
            channel.basic_ack(method.delivery_tag)
            done.append(method.delivery_tag)

        consumer.basic_consume("left", settle)
        _send(channel, "left", 10)
        while len(done) < 10:
            other.process_data_events(time_limit=1)
        other.process_data_events(time_limit=0)
        eye.queue("left", lambda seen: seen.settled == 10 and seen.consumers == 1)
        assert _statuses(eye.status("left", LagStatus.OK)) == {"left": LagStatus.OK}
    _send(channel, "left", 6)
    snapshot = eye.status("left", LagStatus.STOPPED)
    assert (snapshot.groups[0].lag, snapshot.groups[0].members) == (6, 0)

    channel.queue_purge("left")
    snapshot = eye.status("left", LagStatus.OK)
    assert (snapshot.groups[0].lag, snapshot.topics[0].messages) == (0, 0)


def test_a_consumer_that_takes_and_never_settles_is_stuck(rabbit: RabbitMq, channel: BlockingChannel) -> None:
    eye = Eye(rabbit, queues=QueueNames(("poison",)))
    channel.queue_declare("poison", durable=True)
    _send(channel, "poison", 3)
    channel.basic_qos(prefetch_count=1)
    channel.basic_consume("poison", lambda *_: None)
    channel.connection.process_data_events(time_limit=1)
    eye.queue("poison", lambda seen: seen.unacknowledged == 1)
    snapshot = eye.status("poison", LagStatus.STUCK)
    assert (snapshot.groups[0].lag, snapshot.topics[0].ready, snapshot.topics[0].unacknowledged) == (3, 2, 1)


def test_a_deleted_queue_goes_and_no_other(rabbit: RabbitMq, channel: BlockingChannel) -> None:
    eye = Eye(rabbit, queues=QueueNames(("gone-.*",)))
    for name in ("gone-a", "gone-b"):
        channel.queue_declare(name, durable=True)
        eye.queue(name, lambda seen: seen.ready == 0)
    eye.status("gone-a", LagStatus.OK)
    channel.queue_delete("gone-a")
    assert list(_statuses(eye.status("gone-a", None))) == ["gone-b"]


def test_a_virtual_host_without_permission_is_unknown_with_the_reason(rabbit: RabbitMq) -> None:
    rabbit.user("reader", "s3cret", "monitoring")
    rabbit.vhost("shop/eu", "reader")
    with rabbit.connect("shop/eu") as connection:
        connection.channel().queue_declare("a/b %2F", durable=True)
    eye = Eye(rabbit, ("reader", "s3cret"))
    assert eye.queue("shop%2Feu/a/b %2F", lambda seen: seen.ready == 0).fault is None
    found = eye.look()
    refused = Unknown(Reason.REFUSED, "User not authorised to access virtual host")
    assert found.brokers == {"vhost /": refused, "vhost shop/eu": None}
    assert list(found.queues) == ["shop%2Feu/a/b %2F"]

    eye.status("shop%2Feu/a/b %2F", LagStatus.OK)
    rabbit.call("DELETE", "permissions/shop%2Feu/reader")
    assert eye.look().brokers["vhost shop/eu"] == refused
    (row,) = eye.status("shop%2Feu/a/b %2F", LagStatus.UNKNOWN).groups
    assert (row.lag, row.unknown) == (None, refused)
    rabbit.call("DELETE", "vhosts/shop%2Feu")
    assert _statuses(eye.status("shop%2Feu/a/b %2F", None)) == {}


def test_a_virtual_host_that_does_not_run_makes_its_queues_unknown(rabbit: RabbitMq) -> None:
    rabbit.vhost("halted")
    with rabbit.connect("halted") as connection:
        connection.channel().queue_declare("orders", durable=True)
    eye = Eye(rabbit, vhosts=("halted",))
    eye.queue("halted/orders", lambda seen: seen.ready == 0)
    rabbit.evaluate('rabbit_vhost_sup_sup:stop_and_delete_vhost(<<"halted">>).')
    seen = eye.queue("halted/orders", lambda seen: seen.fault is not None)
    assert (seen.ready, seen.fault.reason if seen.fault else None) == (None, Reason.NO_LEADER)
    rabbit.call("DELETE", "vhosts/halted")


def test_a_wrong_password_and_a_user_who_may_not_see_anything(rabbit: RabbitMq) -> None:
    assert Eye(rabbit, (ADMIN[0], "wrong")).look().fault == Unknown(Reason.REFUSED, "Login failed")
    rabbit.user("nobody", "s3cret", "")
    found = Eye(rabbit, ("nobody", "s3cret")).look()
    assert found.fault == Unknown(Reason.REFUSED, "Not management user")


def test_more_queues_than_a_page_holds(rabbit: RabbitMq) -> None:
    rabbit.vhost("many")
    names = {f"many/q{number:04}" for number in range(PAGE_SIZE + 1)}
    with rabbit.connect("many") as connection:
        channel = connection.channel()
        for name in sorted(names):
            channel.queue_declare(name.removeprefix("many/"), durable=False)
    eye = Eye(rabbit, vhosts=("many",))
    eye.queue("many/q0000", lambda seen: seen.ready == 0)
    found = eye.look()
    assert (set(found.queues), found.brokers) == (names, {"vhost many": None})
    rabbit.call("DELETE", "vhosts/many")


def test_a_stream_is_left_out(rabbit: RabbitMq, channel: BlockingChannel) -> None:
    channel.queue_declare("a-stream", durable=True, arguments={"x-queue-type": "stream"})
    channel.queue_declare("a-queue", durable=True)
    eye = Eye(rabbit, queues=QueueNames(("a-.*",)))
    eye.queue("a-queue", lambda seen: seen.ready == 0)
    assert list(eye.look().queues) == ["a-queue"]


def test_a_broker_that_is_stopped_makes_its_queues_unknown_and_comes_back(rabbit: RabbitMq) -> None:
    eye = Eye(rabbit, queues=QueueNames(("lasting",)))
    with rabbit.connect() as connection:
        channel = connection.channel()
        channel.queue_declare("lasting", durable=True)
        channel.confirm_delivery()
        _send(channel, "lasting", 7)
        eye.queue("lasting", lambda seen: seen.published == 7)
        eye.status("lasting", LagStatus.OK)
    rabbit.stop()
    found = eye.look()
    assert found.fault == Unknown(Reason.BROKER_AWAY, "can't be reached: Connection refused")
    snapshot = eye.status("lasting", LagStatus.UNKNOWN)
    assert (snapshot.groups[0].lag, snapshot.topics[0].messages) == (None, None)
    told = troubles(snapshot, QUICK, {})
    assert [trouble.kind for trouble in told if not trouble.is_silenced] == [TroubleKind.BROKER_AWAY]

    rabbit.start()
    seen = eye.queue("lasting", lambda seen: seen.ready == 7)
    assert (seen.published, seen.settled) == (0, 0), "a node counts from its start"
    assert eye.status("lasting", LagStatus.STOPPED).groups[0].lag == 7


def test_tls_with_an_authority_of_its_own(tmp_path: Path) -> None:
    rabbit = RabbitMq(tmp_path, certificates=(TLS / "cert.pem", TLS / "cert.pem", TLS / "key.pem"))
    rabbit.start()
    try:
        assert Eye(rabbit, ca_file=TLS / "cert.pem").look().brokers == {"vhost /": None}
        assert Eye(rabbit).look().fault == Unknown(Reason.ERROR, "its certificate is not trusted")
    finally:
        rabbit.stop()
