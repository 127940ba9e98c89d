"""The kinds of values that configuration keys take: each says what is allowed in words a user can act on."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, SecretStr, Strict
from pydantic_core import PydanticCustomError

from slamon.orders.event import Instant, instant
from slamon.settings.duration import ALLOWED as DURATION
from slamon.settings.duration import Duration

if TYPE_CHECKING:
    from collections.abc import Callable

_HOST_AND_PORT = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_][A-Za-z0-9._-]*):([0-9]{1,5})")
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_HIGHEST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Allowed:
    """Annotation: what a value may be, as problems and the reference page say it."""

    words: str


@dataclass(frozen=True, slots=True)
class Later:
    """Annotation: the key is accepted and checked, but nothing runs on it in this version."""

    note: str = ""


@dataclass(frozen=True, slots=True)
class BesideConfiguration:
    """Annotation: a path that counts from the configuration's folder, as those of secret files do."""


class Section(BaseModel):
    """One mapping of the configuration: frozen, unknown keys refused, inputs never shown in errors."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )


def refusal(allowed: str) -> PydanticCustomError:
    """The error for a value of the right type and the wrong form; never shows the value."""
    return PydanticCustomError("form", "is not of the right form, allowed is {allowed}", {"allowed": allowed})


def host_and_port(text: str) -> tuple[str, int] | None:
    """Take `host:port` apart (IPv6 in brackets); None when it is not of that form."""
    found = _HOST_AND_PORT.fullmatch(text)
    if found is None or not 0 < int(found[2]) <= _HIGHEST_PORT:
        return None
    return found[1].strip("[]"), int(found[2])


def is_http_url(text: str) -> bool:
    """Whether a text is an absolute http or https URL with a host and without blanks."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    plain = text.isprintable() and " " not in text
    return plain and parts.scheme in {"http", "https"} and bool(parts.hostname) and port != 0


def is_base_url(text: str) -> bool:
    """Whether paths can be put behind a URL."""
    return is_http_url(text) and "?" not in text and "#" not in text


def parse_moment(text: str) -> Instant:
    """Read RFC 3339 with a zone; raises ValueError that says what is allowed."""
    if _RFC3339.fullmatch(text) is None:
        raise ValueError(f"is no time, allowed is {MOMENT}")
    try:
        return instant(dt.datetime.fromisoformat(text.upper()))
    except (ValueError, OverflowError):
        raise ValueError(f"is a time that does not exist, allowed is {MOMENT}") from None


def _matching(pattern: str, allowed: str) -> AfterValidator:
    form = re.compile(pattern)

    def check(text: str) -> str:
        if form.fullmatch(text) is None:
            raise refusal(allowed)
        return text

    return AfterValidator(check)


def _satisfying(claim: Callable[[str], bool], allowed: str) -> AfterValidator:
    def check(text: str) -> str:
        if not claim(text):
            raise refusal(allowed)
        return text

    return AfterValidator(check)


def _is_server_list(text: str) -> bool:
    return all(host_and_port(part.strip()) for part in text.split(","))


def _moment(text: str) -> str:
    try:
        parse_moment(text)
    except ValueError as error:
        raise PydanticCustomError("form", "{complaint}", {"complaint": str(error)}) from None
    return text


def _secret_url(secret: SecretStr) -> SecretStr:
    if not is_http_url(secret.get_secret_value()):
        raise refusal(URL)
    return secret


def _secret_filled(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value()
    if not text.strip() or not text.isprintable():
        raise refusal(ONE_LINE)
    return secret


def _positive(duration: Duration) -> Duration:
    if duration.span == 0:
        raise PydanticCustomError("duration", "is zero, allowed is a longer duration such as PT1S")
    return duration


SERVERS = "host:port without a scheme, several joined by commas"
URL = "a URL that starts with http:// or https://"
BASE_URL = f"{URL}, without ? and #"
TOPIC = "1 to 249 letters, digits, '.', '_' or '-'"
WORD = "text of 1 to 128 characters without control characters"
MOMENT = "RFC 3339 with Z or an offset, such as 2027-01-31T00:00:00Z"
ADDRESS = "host:port"
FILE = "the path of a file"
ONE_LINE = "one line of text that is not empty"
_WORD_FORM = r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]{1,128}"

Flag: TypeAlias = Annotated[bool, Strict(), Allowed("true or false")]
Span: TypeAlias = Annotated[Duration, Allowed(DURATION)]
PositiveSpan: TypeAlias = Annotated[Duration, AfterValidator(_positive), Allowed(f"{DURATION}, longer than zero")]
Word: TypeAlias = Annotated[str, _matching(_WORD_FORM, WORD), Allowed(WORD)]
Name: TypeAlias = Annotated[str, _matching(r"[\w.-]{1,64}", "1 to 64 letters, digits, '.', '_' or '-'")]
Topic: TypeAlias = Annotated[str, _matching(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}", TOPIC), Allowed(TOPIC)]
AppId: TypeAlias = Annotated[
    str,
    _matching(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", "1 to 100 letters, digits, '.', '_' or '-'"),
    Allowed("1 to 100 letters, digits, '.', '_' or '-'"),
]
Servers: TypeAlias = Annotated[str, _satisfying(_is_server_list, SERVERS), Allowed(SERVERS)]
Address: TypeAlias = Annotated[
    str, _satisfying(lambda text: host_and_port(text) is not None, ADDRESS), Allowed(ADDRESS)
]
Url: TypeAlias = Annotated[str, _satisfying(is_http_url, URL), Allowed(URL)]
BaseUrl: TypeAlias = Annotated[str, _satisfying(is_base_url, BASE_URL), Allowed(BASE_URL)]
Moment: TypeAlias = Annotated[str, AfterValidator(_moment), Allowed(MOMENT)]
Secret: TypeAlias = Annotated[SecretStr, AfterValidator(_secret_filled), Allowed(ONE_LINE)]
SecretUrl: TypeAlias = Annotated[SecretStr, AfterValidator(_secret_url), Allowed(URL)]
SecretFile: TypeAlias = Annotated[str, _satisfying(bool, FILE), Allowed(FILE)]
Port: TypeAlias = Annotated[int, Strict(), Field(ge=0, le=_HIGHEST_PORT), Allowed("a whole number from 0 to 65535")]
Opaque: TypeAlias = Annotated[dict[str, JsonValue], Allowed("a mapping")]
"""Keys whose shape a later version fixes; such fields set `repr=False`: they may hold secrets."""


def whole(lowest: int, highest: int) -> Allowed:
    """What a whole number in a range is called; goes beside `Strict` and `Field(ge=…, le=…)`."""
    return Allowed(f"a whole number from {lowest} to {highest}")
