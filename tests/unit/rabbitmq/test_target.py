"""Which queues are meant, whose certificates are trusted; the password shows nowhere."""

import ssl
from pathlib import Path

import pytest

from slamon.errors import ConfigError
from slamon.rabbitmq.target import QueueNames, RabbitTarget, trust

CERTIFICATE = Path(__file__).parents[2] / "testdata" / "tls" / "cert.pem"


@pytest.mark.parametrize(
    ("name", "is_meant"),
    [("orders", True), ("orders.eu", True), ("old-orders", False), ("orders.tmp", False), ("Orders", False)],
)
def test_patterns_are_for_whole_names_and_what_is_excluded_is_so(name: str, is_meant: bool) -> None:
    assert QueueNames((r"orders(\..*)?",), (r".*\.tmp",)).take(name) is is_meant


def test_by_default_every_queue_is_meant() -> None:
    assert QueueNames().take("amq.gen-x")


def test_the_password_does_not_show() -> None:
    assert "s3cret" not in repr(RabbitTarget("http://x", "slamon", "s3cret"))


def test_without_a_file_the_system_is_trusted() -> None:
    assert trust(None) is True


def test_a_file_without_certificates_is_a_mistake_of_the_configuration(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("none")
    with pytest.raises(ConfigError, match="ca_file"):
        trust(file)
    with pytest.raises(ConfigError, match="ca_file"):
        trust(tmp_path / "absent.pem")


def test_a_file_of_certificates_is_trusted() -> None:
    found = trust(CERTIFICATE)
    assert isinstance(found, ssl.SSLContext)
    assert found.verify_mode is ssl.CERT_REQUIRED
    assert found.check_hostname
