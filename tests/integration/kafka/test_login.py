"""TLS and SASL against a real Kafka."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from slamon.demo.kafka.broker import Broker
from slamon.demo.kafka.storage import Node
from slamon.demo.ports import LOOPBACK, free_port
from slamon.errors import SourceError
from slamon.kafka.cluster import Cluster
from slamon.kafka.security import client_options

pytestmark = pytest.mark.kafka
TLS = Path(__file__).parents[2] / "testdata" / "tls"
CERT, KEY = TLS / "cert.pem", TLS / "key.pem"
GOOD = {"username": "slamon", "password": "right", "ca_file": str(CERT)}


def one_line(file: Path) -> str:
    """A file as Kafka's properties take it."""
    return file.read_text().replace("\n", "\\n")


@pytest.fixture(scope="module")
def ports() -> Iterator[dict[str, int]]:
    """A broker that listens once for each protocol, next to its plain listener."""
    node = Node()
    ports = {protocol: free_port() for protocol in ("SSL", "SASL_SSL", "SASL_PLAINTEXT")}
    theirs = ",".join(f"{protocol}://{LOOPBACK}:{port}" for protocol, port in ports.items())
    plain = f"PLAINTEXT://{LOOPBACK}:{node.port}"
    jaas = 'org.apache.kafka.common.security.plain.PlainLoginModule required user_slamon="right";'
    settings = {
        "listeners": f"{plain},CONTROLLER://{LOOPBACK}:{node.controller_port},{theirs}",
        "advertised.listeners": f"{plain},{theirs}",
        "listener.security.protocol.map": ",".join(f"{name}:{name}" for name in ("PLAINTEXT", *ports))
        + ",CONTROLLER:PLAINTEXT",
        "sasl.enabled.mechanisms": "PLAIN",
        **{f"listener.name.{name}.plain.sasl.jaas.config": jaas for name in ("sasl_ssl", "sasl_plaintext")},
        "ssl.keystore.type": "PEM",
        "ssl.keystore.certificate.chain": one_line(CERT),
        "ssl.keystore.key": one_line(KEY),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.certificates": one_line(CERT),
        "listener.name.ssl.ssl.client.auth": "required",
    }
    with Broker(node=node, heap="384m", settings=settings):
        yield ports


async def nodes(ports: dict[str, int], **security: Any) -> int:
    address = f"{LOOPBACK}:{ports[security['protocol']]}"
    async with Cluster(address, client_options(security)) as cluster:
        return len((await cluster.describe([])).nodes)


@pytest.mark.parametrize(
    "security",
    [
        {"protocol": "SASL_SSL", **GOOD},
        {"protocol": "SASL_PLAINTEXT", "username": "slamon", "password": "right", "insecure": True},
        {"protocol": "SSL", "ca_file": str(CERT), "cert_file": str(CERT), "key_file": str(KEY)},
    ],
)
async def test_who_may_come_in(ports: dict[str, int], security: dict[str, Any]) -> None:
    assert await nodes(ports, **security) == 1


@pytest.mark.parametrize(
    "security",
    [
        {"protocol": "SASL_SSL", **GOOD, "password": "wrong"},
        {"protocol": "SASL_SSL", **GOOD, "username": "nobody"},
        {"protocol": "SASL_SSL", **GOOD, "mechanism": "SCRAM-SHA-512"},
        {"protocol": "SASL_SSL", **GOOD, "ca_file": None},
        {"protocol": "SASL_PLAINTEXT", "username": "slamon", "password": "wrong", "insecure": True},
        {"protocol": "SSL", "ca_file": str(CERT)},
    ],
)
async def test_who_may_not(ports: dict[str, int], security: dict[str, Any]) -> None:
    with pytest.raises(SourceError, match="can't be reached, or refuses the login"):
        await nodes(ports, **security)
