"""What a RabbitMQ cannot do without, and what does not fit together."""

from pathlib import Path

import pytest

from tests.configurations import problems_beside

CERTIFICATE = Path(__file__).parents[2] / "testdata" / "tls" / "cert.pem"


@pytest.mark.parametrize(
    ("section", "keys"),
    [
        ("url: 'http://r:15672', username: u, password: p", []),
        (f"url: 'https://r/prefix', username: u, password_file: '{CERTIFICATE.parent}/none'", ["password_file"]),
        (f"url: 'https://r', username: u, password: p, ca_file: '{CERTIFICATE}'", []),
        ("url: 'http://r:15672', username: u", ["password"]),
        ("url: 'http://a:b@r:15672', username: u, password: p", ["url"]),
        ("url: 'http://r:15672', username: 'a:b', password: p", ["username"]),
        (f"url: 'http://r', username: u, password: p, ca_file: '{CERTIFICATE}'", ["ca_file"]),
    ],
)
def test_what_is_missing_or_does_not_fit_is_named(section: str, keys: list[str]) -> None:
    found = problems_beside(f"lag: {{rabbitmq: {{shop: {{{section}}}}}}}\n")
    assert [line.split(": ")[1] for line in found] == [f"lag.rabbitmq.shop.{key}" for key in keys]
