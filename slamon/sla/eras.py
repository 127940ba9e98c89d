"""The eras of the policies: which terms have held since when, by the records of `<app_id>.policies`. Pure (ADR 0011).

A record says that terms hold from an instant on. Records count in the order in which they stand in the log, so all
workers that read the same log agree, also about what two of them wrote at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from slamon.orders.event import Instant
from slamon.sla.book import BEGINNING, Era, RuleBook
from slamon.sla.policy import SlaTerms


def eras_of(recorded: Iterable[Era]) -> tuple[Era, ...]:
    """The eras that records tell of, in the order of the log.

    A record that repeats the terms before it tells nothing new. The first terms hold for everything earlier too: slamon
    knows of none before them. No era begins before the one that it follows, whatever its writer's clock said.
    """
    eras: list[Era] = []
    for record in recorded:
        if not eras:
            eras.append(replace(record, since=BEGINNING))
        elif record.terms.revision != eras[-1].terms.revision:
            eras.append(replace(record, since=max(record.since, eras[-1].since)))
    return tuple(eras)


def is_change(eras: Sequence[Era], own: SlaTerms) -> bool:
    """Tell whether a worker with these terms begins an era: they are not the ones that hold."""
    return not eras or eras[-1].terms.revision != own.revision


def begins_at(eras: Sequence[Era], now: Instant) -> Instant:
    """From when on new terms hold: from now, but not before the terms that they follow."""
    return max([now, *(era.since for era in eras[-1:])])


def book_for(eras: Sequence[Era], own: SlaTerms) -> RuleBook | None:
    """The book of a worker that runs with these terms; None where no era has them.

    Its own terms are the present ones: what another worker has begun since with other terms is left out.
    """
    for last in range(len(eras) - 1, -1, -1):
        if eras[last].terms.revision == own.revision:
            return RuleBook((*eras[:last], replace(eras[last], terms=own)))
    return None
