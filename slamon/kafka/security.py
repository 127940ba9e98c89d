"""How a client logs in and whom it trusts: the configuration's `kafka.security` as aiokafka takes it."""

import asyncio
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from aiokafka.abc import AbstractTokenProvider

from slamon.errors import ConfigError, SourceError

_PROTOCOLS: Final = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
_MECHANISMS: Final = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER")
_SECRETS: Final = ("password", "key_password", "token")
_KEYS: Final = frozenset(
    {"protocol", "mechanism", "username", "ca_file", "cert_file", "key_file", "verify_hostname", "insecure"}
    | {*_SECRETS, *(f"{name}_file" for name in _SECRETS)}
)


def client_options(security: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of aiokafka's clients for the mapping `kafka.security`; null is the same as absent.

    Secrets are text, an object with `get_secret_value`, or a file (`password_file`, …). Files are read now;
    `token_file` at each connection, since such tokens live for minutes.

    Raises:
        ConfigError: with every problem, none of which shows a secret.
    """
    given = {name: value for name, value in security.items() if value is not None}
    problems = _problems(given)
    if problems:
        raise ConfigError(problems)
    protocol = str(given.get("protocol", "PLAINTEXT"))
    options: dict[str, Any] = {"security_protocol": protocol}
    if protocol.endswith("SSL"):
        options["ssl_context"] = _trust(given)
    if protocol.startswith("SASL"):
        options |= _login(given)
    return options


class _Token(AbstractTokenProvider):  # type: ignore[misc]  # aiokafka is untyped
    """A bearer token, read anew for each connection where it lies in a file."""

    def __init__(self, token: str, path: Path | None) -> None:
        self._token = token
        self._path = path

    async def token(self) -> str:
        if self._path is None:
            return self._token
        try:
            return (await asyncio.to_thread(self._path.read_text, "utf-8")).strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SourceError(f"kafka.security.token_file: can't be read: {_reason(error)}") from None


def _problems(given: Mapping[str, Any]) -> list[str]:
    protocol, mechanism = given.get("protocol", "PLAINTEXT"), given.get("mechanism", "PLAIN")
    found = [f"{key}: unknown, allowed are {', '.join(sorted(_KEYS))}" for key in given if key not in _KEYS]
    if protocol not in _PROTOCOLS:
        found.append(f"protocol: unknown, allowed are {', '.join(_PROTOCOLS)}")
    if mechanism not in _MECHANISMS:
        found.append(f"mechanism: unknown, allowed are {', '.join(_MECHANISMS)}")
    if "key_file" in given and "cert_file" not in given:
        found.append("key_file: is of no use without cert_file")
    found += [
        f"{name}: given twice, as text and as a file" for name in _SECRETS if {name, f"{name}_file"} <= given.keys()
    ]
    if not found:
        found = _login_problems(given, str(protocol), str(mechanism))
    return [f"kafka.security.{problem}" for problem in found]


def _login_problems(given: Mapping[str, Any], protocol: str, mechanism: str) -> list[str]:
    credentials = [name for name in ("username", "password", "password_file", "token", "token_file") if name in given]
    if not protocol.startswith("SASL"):
        return [f"{name}: is not used with protocol {protocol}, allowed is SASL_SSL" for name in credentials]
    found = []
    if protocol == "SASL_PLAINTEXT" and given.get("insecure") is not True:
        found.append("protocol: would send the login unencrypted, allowed is SASL_SSL, or insecure: true as well")
    needed = ("token",) if mechanism == "OAUTHBEARER" else ("username", "password")
    missing = [name for name in needed if not {name, f"{name}_file"} & given.keys()]
    return found + [f"{name}: is missing, {mechanism} needs it" for name in missing]


def _login(given: Mapping[str, Any]) -> dict[str, Any]:
    mechanism = str(given.get("mechanism", "PLAIN"))
    if mechanism == "OAUTHBEARER":
        path = Path(given["token_file"]) if "token_file" in given else None
        token = _Token("" if path else _secret(given, "token") or "", path)
        return {"sasl_mechanism": mechanism, "sasl_oauth_token_provider": token}
    return {
        "sasl_mechanism": mechanism,
        "sasl_plain_username": str(given["username"]),
        "sasl_plain_password": _secret(given, "password"),
    }


def _trust(given: Mapping[str, Any]) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=given.get("ca_file"))
    except OSError as error:  # ssl.SSLError is one
        raise ConfigError([f"kafka.security.ca_file: can't be used: {_reason(error)}"]) from None
    context.check_hostname = given.get("verify_hostname", True) is True
    if "cert_file" in given:
        password = _secret(given, "key_password")
        try:
            # An empty password keeps OpenSSL from asking for one on the terminal.
            context.load_cert_chain(given["cert_file"], given.get("key_file"), password or "")
        except OSError as error:
            raise ConfigError([f"kafka.security.cert_file: can't be used with its key: {_reason(error)}"]) from None
    return context


def _secret(given: Mapping[str, Any], name: str) -> str | None:
    file = given.get(f"{name}_file")
    if file is None:
        value = given.get(name)
        return None if value is None else str(getattr(value, "get_secret_value", lambda: value)())
    try:
        return Path(file).read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"kafka.security.{name}_file: can't be read: {_reason(error)}"]) from None


def _reason(error: Exception) -> str:
    """Why, without what was read: an error may quote it."""
    return getattr(error, "strerror", None) or getattr(error, "reason", None) or type(error).__name__
