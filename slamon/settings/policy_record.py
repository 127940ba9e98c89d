"""A record of `<app_id>.policies`: the terms as configured with their holidays, so that no file is needed later."""

import datetime as dt
from typing import Annotated, Any, Literal, Self

from pydantic import Field, Strict, ValidationError

from slamon.errors import ConfigError
from slamon.orders.event import Instant, rfc3339
from slamon.settings.calendars import read_calendar
from slamon.settings.fields import Moment, Section, Word, parse_moment
from slamon.settings.orders import LifecycleStep, Orders
from slamon.settings.problems import dotted
from slamon.settings.root import Settings
from slamon.settings.sla import Sla
from slamon.sla.book import Era, RuleBook
from slamon.sla.policy import SlaTerms

VERSION = 1
"""Of the form of a record; another one is not read."""


class PolicyRecord(Section):
    """What a record says: the terms of `revision` hold `from` then on.

    `sla` and `lifecycle` are the configuration's, defaults written out. `holidays` has the days off of each calendar
    as a country's law and an ICS file had them: another version of either leaves the terms as they were.
    """

    version: Literal[1]
    revision: Word
    from_: Annotated[Moment, Field(alias="from")]
    sla: Sla
    lifecycle: Annotated[tuple[LifecycleStep, ...], Field(min_length=2)]
    holidays: dict[Word, tuple[Annotated[dt.date, Strict()], ...]]

    @classmethod
    def of(cls, settings: Settings, since: Instant) -> Self:
        """The record of a configuration's terms. Raises ConfigError for what `check-config` refuses."""
        terms = settings.sla_terms()
        days_off = {
            name: sorted(read.calendar.timetable.holidays)
            for name, read in settings.sla.readings.items()
            if read.calendar is not None
        }
        told: dict[str, Any] = {
            "version": VERSION,
            "revision": terms.revision,
            "from": rfc3339(since),
            "holidays": days_off,
        }
        return cls(sla=settings.sla, lifecycle=settings.orders.lifecycle, **told)

    def to_terms(self) -> SlaTerms:
        """The terms as the core takes them. Raises ConfigError, ValueError or KeyError where they are none."""
        readings = {
            name: read_calendar(name, told, frozenset(self.holidays[name])) for name, told in self.sla.calendars.items()
        }
        return self.sla.to_terms(Orders(lifecycle=self.lifecycle).to_lifecycle(), readings)


def encode(settings: Settings, since: Instant) -> tuple[bytes, bytes]:
    """Key and value of the record which says that a configuration's terms hold from an instant on."""
    record = PolicyRecord.of(settings, since)
    return f"{record.from_} {record.revision}".encode(), record.model_dump_json(by_alias=True).encode()


def decode(value: bytes) -> Era:
    """What a record says. Raises ValueError with what is wrong, for records of another version too."""
    try:
        record = PolicyRecord.model_validate_json(value)
    except ValidationError as error:
        raise ValueError(_words(error)) from None
    try:
        terms = record.to_terms()
        RuleBook.of(terms)
    except ConfigError as error:
        raise ValueError(error.problems[0]) from None
    except KeyError as error:
        raise ValueError(f"names {error.args[0]}, which it does not have") from None
    return Era(parse_moment(record.from_), terms, record.revision)


def _words(error: ValidationError) -> str:
    """The first problem, or that all of it is of another version."""
    problems = error.errors(include_url=False, include_input=False)
    if any(problem["loc"] == ("version",) for problem in problems):
        return f"is of another version, this slamon reads version {VERSION}"
    first = problems[0]
    return f"{dotted(tuple(first['loc']))}: {first['msg']}" if first["loc"] else first["msg"]
