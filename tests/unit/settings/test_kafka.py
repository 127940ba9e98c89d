"""`kafka`."""

import pytest

from slamon.settings.kafka import Kafka, Mechanism, Protocol
from tests.configurations import problems_beside, settings_of


def test_defaults() -> None:
    kafka = Kafka(bootstrap_servers="a:1")
    assert (kafka.app_id, kafka.partitions, kafka.replication_factor, kafka.instance_id) == (
        "slamon",
        8,
        1,
        None,
    )
    assert kafka.security.protocol is Protocol.PLAINTEXT


@pytest.mark.parametrize(
    ("protocol", "sasl", "tls"),
    [
        (Protocol.PLAINTEXT, False, False),
        (Protocol.SSL, False, True),
        (Protocol.SASL_PLAINTEXT, True, False),
        (Protocol.SASL_SSL, True, True),
    ],
)
def test_protocols(protocol: Protocol, sasl: bool, tls: bool) -> None:
    assert (protocol.has_sasl, protocol.has_tls) == (sasl, tls)


def test_names_are_kafkas_own() -> None:
    kafka = settings_of("", {"SLAMON_KAFKA__SECURITY__MECHANISM": "SCRAM-SHA-512"}).kafka
    assert kafka.security.mechanism is Mechanism.SCRAM_SHA_512


@pytest.mark.parametrize("app_id", ["-x", "a b", "x" * 101, '""'])
def test_app_ids_are_prefixes_of_topics(app_id: str) -> None:
    assert "SLAMON_KAFKA__APP_ID: " in problems_beside("", {"SLAMON_KAFKA__APP_ID": app_id})[0]


def test_it_is_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Kafka(bootstrap_servers="a:1").partitions = 9  # type: ignore[misc]
