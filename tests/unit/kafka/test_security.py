import ssl
from pathlib import Path
from typing import Any

import pytest
from aiokafka.abc import AbstractTokenProvider
from pydantic import SecretStr

from slamon.errors import ConfigError, SourceError
from slamon.kafka.security import client_options

TLS = Path(__file__).parents[2] / "testdata" / "tls"
CERT, KEY, ENCRYPTED_KEY = (str(TLS / name) for name in ("cert.pem", "key.pem", "key-encrypted.pem"))
CANARY = "canary-secret"
LOGIN = {"protocol": "SASL_SSL", "username": "slamon", "password": CANARY}


def problems(**security: Any) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        client_options(security)
    assert CANARY not in str(caught.value)
    return caught.value.problems


def test_plaintext_is_the_default() -> None:
    assert client_options({}) == {"security_protocol": "PLAINTEXT"}
    assert client_options({"password": None, "insecure": False}) == {"security_protocol": "PLAINTEXT"}


def test_tls_trusts_what_it_is_told() -> None:
    options = client_options({"protocol": "SSL", "ca_file": CERT})
    context = options.pop("ssl_context")
    assert options == {"security_protocol": "SSL"}
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert [dict(x[0] for x in ca["subject"])["commonName"] for ca in context.get_ca_certs()] == [
        "slamon test, not a secret"
    ]


def test_the_host_name_may_go_unchecked_but_never_the_certificate() -> None:
    context = client_options({"protocol": "SSL", "verify_hostname": False})["ssl_context"]
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, False)


@pytest.mark.parametrize(
    "key", [{"key_file": KEY}, {"key_file": ENCRYPTED_KEY, "key_password": SecretStr("only-a-test")}]
)
def test_a_client_certificate(key: dict[str, Any]) -> None:
    assert "ssl_context" in client_options({"protocol": "SSL", "cert_file": CERT, **key})


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
@pytest.mark.parametrize("password", [CANARY, SecretStr(CANARY)])
def test_a_login(mechanism: str, password: object) -> None:
    options = client_options(LOGIN | {"mechanism": mechanism, "password": password})
    assert isinstance(options.pop("ssl_context"), ssl.SSLContext)
    assert options == {
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": mechanism,
        "sasl_plain_username": "slamon",
        "sasl_plain_password": CANARY,
    }


def test_a_password_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(" secret \n")
    security = LOGIN | {"password": None, "password_file": str(file)}
    assert client_options(security)["sasl_plain_password"] == " secret "


def test_a_login_is_never_sent_in_the_clear_unless_asked_for() -> None:
    security = LOGIN | {"protocol": "SASL_PLAINTEXT"}
    [problem] = problems(**security)
    assert problem.endswith("would send the login unencrypted, allowed is SASL_SSL, or insecure: true as well")
    assert problems(**security, insecure=False) == problems(**security)
    assert client_options(security | {"insecure": True})["security_protocol"] == "SASL_PLAINTEXT"


async def test_a_token_is_read_at_each_connection(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("first\n")
    security = {"protocol": "SASL_SSL", "mechanism": "OAUTHBEARER", "token_file": str(file)}
    provider = client_options(security)["sasl_oauth_token_provider"]
    assert isinstance(provider, AbstractTokenProvider)
    assert await provider.token() == "first"
    file.write_text("second\n")
    assert await provider.token() == "second"
    file.unlink()
    with pytest.raises(SourceError, match="token_file: can't be read: No such file"):
        await provider.token()


async def test_a_token_of_the_configuration() -> None:
    security = {"protocol": "SASL_SSL", "mechanism": "OAUTHBEARER", "token": SecretStr("t")}
    assert await client_options(security)["sasl_oauth_token_provider"].token() == "t"


@pytest.mark.parametrize(
    ("security", "expected"),
    [
        ({"protocol": "TLS"}, ["protocol: unknown, allowed are PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL"]),
        (
            {"protocol": "SASL_SSL", "mechanism": "GSSAPI"},
            ["mechanism: unknown, allowed are PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER"],
        ),
        ({"key_file": KEY}, ["key_file: is of no use without cert_file"]),
        (
            {"protocol": "SASL_SSL"},
            ["username: is missing, PLAIN needs it", "password: is missing, PLAIN needs it"],
        ),
        ({"protocol": "SASL_SSL", "mechanism": "OAUTHBEARER"}, ["token: is missing, OAUTHBEARER needs it"]),
        (LOGIN | {"password_file": "x"}, ["password: given twice, as text and as a file"]),
        (
            LOGIN | {"protocol": "SSL"},
            [f"{name}: is not used with protocol SSL, allowed is SASL_SSL" for name in ("username", "password")],
        ),
        ({"username": "x"}, ["username: is not used with protocol PLAINTEXT, allowed is SASL_SSL"]),
        (
            LOGIN | {"password": None, "password_file": "no/such"},
            ["password_file: can't be read: No such file or directory"],
        ),
        ({"protocol": "SSL", "ca_file": "no/such"}, ["ca_file: can't be used: No such file or directory"]),
    ],
)
def test_what_is_wrong_is_told_without_secrets(security: dict[str, Any], expected: list[str]) -> None:
    assert problems(**security) == [f"kafka.security.{one}" for one in expected]


def test_an_unknown_key_is_named() -> None:
    [problem] = problems(user="x")
    assert problem.startswith("kafka.security.user: unknown, allowed are ")


def test_an_encrypted_key_without_its_password_is_refused_and_never_asked_for() -> None:
    assert (
        "cert_file: can't be used with its key" in problems(protocol="SSL", cert_file=CERT, key_file=ENCRYPTED_KEY)[0]
    )
