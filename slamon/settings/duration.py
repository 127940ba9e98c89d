"""A length of time as the configuration writes it: ISO 8601, whole days kept apart from hours and minutes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticCustomError, core_schema

from slamon.orders.event import DAY, SECOND, Span

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler

_FORM = re.compile(
    r"P(?:(?P<weeks>[0-9]+)W"
    r"|(?P<days>[0-9]+D)?(?P<time>T(?:(?P<hours>[0-9]+)H)?(?:(?P<minutes>[0-9]+)M)?"
    r"(?:(?P<seconds>[0-9]+)(?:[.,](?P<decimals>[0-9]{1,6}))?S)?)?)"
)
_MONTHS_OR_YEARS = re.compile(r"P[0-9WD]*[0-9]+[YM]")
_LONGEST: Span = 36_525 * DAY
_LONGEST_TEXT = 32

ALLOWED = "a duration in ISO 8601 such as P21D, P3W, PT30M or P1DT4H30M"


@dataclass(frozen=True, slots=True)
class Duration:
    """Whole days and the time besides them, in microseconds: on a calendar a day is not 24 hours."""

    days: int
    time: Span

    @property
    def span(self) -> Span:
        """The length in microseconds, a day being 24 hours."""
        return self.days * DAY + self.time

    @property
    def seconds(self) -> float:
        """The length in seconds, a day being 24 hours."""
        return self.span / SECOND

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read `PnW` or `PnDTnHnMnS`. Raises ValueError that tells what is wrong and allowed."""
        found = _FORM.fullmatch(text) if len(text) <= _LONGEST_TEXT else None
        if found is None or text == "P" or text.endswith("T"):
            raise ValueError(_complaint(text))
        days = 7 * int(found["weeks"]) if found["weeks"] else int((found["days"] or "0D")[:-1])
        clock = int(found["hours"] or 0) * 3600 + int(found["minutes"] or 0) * 60 + int(found["seconds"] or 0)
        duration = cls(days, clock * SECOND + int((found["decimals"] or "").ljust(6, "0")))
        if duration.span > _LONGEST:
            raise ValueError("is longer than 100 years, allowed is at most P36525D")
        return duration

    def __str__(self) -> str:
        """The shortest ISO 8601 text of the same length."""
        seconds, micros = divmod(self.time, SECOND)
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        fraction = f".{micros:06d}".rstrip("0") if micros else ""
        parts = [f"{hours}H" if hours else "", f"{minutes}M" if minutes else ""]
        parts.append(f"{seconds}{fraction}S" if seconds or micros else "")
        clock = "".join(parts)
        if not clock:
            return f"P{self.days}D" if self.days else "PT0S"
        return f"P{self.days}DT{clock}" if self.days else f"PT{clock}"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Accept text or a ready Duration; JSON Schema knows it as a string of format duration."""
        del source, handler
        return core_schema.no_info_plain_validator_function(
            _validated,
            json_schema_input_schema=core_schema.str_schema(pattern="^P([0-9]|T[0-9]).*$"),
            serialization=core_schema.plain_serializer_function_ser_schema(str, return_schema=core_schema.str_schema()),
        )


def _validated(value: object) -> Duration:
    if isinstance(value, Duration):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("duration", "is no duration, allowed is {allowed}", {"allowed": ALLOWED})
    try:
        return Duration.parse(value)
    except ValueError as error:
        raise PydanticCustomError("duration", "{complaint}", {"complaint": str(error)}) from None


def _complaint(text: str) -> str:
    if text.startswith("-"):
        return f"is negative, allowed is {ALLOWED}"
    if _MONTHS_OR_YEARS.match(text):
        return f"has months or years, which have no fixed length; allowed is {ALLOWED}"
    if text.startswith("P") and re.search(r"[.,][0-9]+[WDHM]", text):
        return f"has decimals outside the seconds, allowed is {ALLOWED}"
    return f"is no duration, allowed is {ALLOWED}"
