"""The lag collector with a login and few rights: DESCRIBE is enough, and what is refused is unknown, not 0."""

from collections.abc import Iterator

import pytest

from slamon.demo.kafka.broker import Broker
from slamon.demo.kafka.storage import Node
from slamon.demo.ports import LOOPBACK, free_port
from slamon.kafka.cluster import Cluster
from slamon.kafka.lag.collector import KafkaLag
from slamon.kafka.lag.watching import Watch
from slamon.kafka.security import client_options
from slamon.lag.observation import Found, PartitionSeen, Place, Reason, Scan, Unknown
from tests.kafkas import new_topic, put, unique
from tests.lag_kafka import allow, commit

pytestmark = pytest.mark.kafka
TOPIC, GROUP, CLUSTER = 2, 3, 4
READ, DESCRIBE = 3, 8
ME = "User:slamon"


@pytest.fixture(scope="module")
def guarded() -> Iterator[tuple[str, str]]:
    """A broker with ACLs: its plain listener, whose users may do all, and the one with a login."""
    node, port = Node(), free_port()
    plain, login = f"PLAINTEXT://{LOOPBACK}:{node.port}", f"SASL_PLAINTEXT://{LOOPBACK}:{port}"
    jaas = 'org.apache.kafka.common.security.plain.PlainLoginModule required user_slamon="right";'
    settings = {
        "listeners": f"{plain},CONTROLLER://{LOOPBACK}:{node.controller_port},{login}",
        "advertised.listeners": f"{plain},{login}",
        "listener.security.protocol.map": ("PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT"),
        "sasl.enabled.mechanisms": "PLAIN",
        "listener.name.sasl_plaintext.plain.sasl.jaas.config": jaas,
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
    }
    with Broker(node=node, heap="384m", settings=settings) as broker:
        yield broker.bootstrap, f"{LOOPBACK}:{port}"


async def test_describe_is_enough_and_read_tells_more(guarded: tuple[str, str]) -> None:
    open_to_all, bootstrap = guarded
    seen_topic, hidden_topic = await new_topic(open_to_all), await new_topic(open_to_all)
    group, other = unique("group"), unique("group")
    place = Place(seen_topic, 0)
    await put(open_to_all, seen_topic, [(None, b"x")] * 4)
    await commit(open_to_all, group, {place: 1, (hidden_topic, 0): 0})
    await commit(open_to_all, other, {place: 1})
    await allow(
        open_to_all,
        ME,
        [(CLUSTER, "kafka-cluster", DESCRIBE), (GROUP, group, DESCRIBE), (TOPIC, seen_topic, DESCRIBE)],
    )
    security = {"protocol": "SASL_PLAINTEXT", "username": "slamon", "password": "right", "insecure": True}
    cluster = Cluster(bootstrap, client_options(security))
    watching = KafkaLag("here", cluster, Watch(), clock=lambda: 0)
    seen = await watching.collect()
    assert seen.is_complete
    assert seen.groups[group].commits == {seen_topic: {0: 1}}, "Kafka leaves out topics that one may not see"
    assert seen.topics[seen_topic].partitions == {0: PartitionSeen(0, 4, None, 0)}
    fault = seen.groups[other].fault
    assert (fault and fault.reason, seen.groups[other].commits) == (Reason.REFUSED, {})
    answer = (await watching.ask({place: 0}))[place]
    assert isinstance(answer, Found)
    refused = (await watching.scan({place: (1, 4)}))[place]
    assert isinstance(refused, Unknown)
    assert refused.reason is Reason.REFUSED
    await allow(open_to_all, ME, [(TOPIC, seen_topic, READ)])
    found = (await watching.scan({place: (1, 4)}))[place]
    assert isinstance(found, Scan)
    assert found.first == 1
    await watching.close()


async def test_a_wrong_password_is_a_fault(guarded: tuple[str, str]) -> None:
    security = {"protocol": "SASL_PLAINTEXT", "username": "slamon", "password": "wrong", "insecure": True}
    watching = KafkaLag("here", Cluster(guarded[1], client_options(security)), Watch(), clock=lambda: 0)
    fault = (await watching.collect()).fault
    assert fault is not None
    assert "refuses the login" in fault.detail
    await watching.close()
