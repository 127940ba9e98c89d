"""The first record with a timestamp or a later one: the questions by which the core finds how old a record is."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from slamon.kafka.lag.asking import NotAnswered, Round
from slamon.kafka.lag.bounds import Stood, ask_for_moments, read_moments
from slamon.kafka.lag.faults import MOVED, OK, name_of, unknown
from slamon.lag.observation import Found, Place, Reason, TimeAnswers, Unknown
from slamon.orders.event import Instant

_MICROSECONDS: Final = 1000
_PLACES: Final = 1000
"""Partitions in one question: a broker takes some 40 ms for so many."""
_NONE: Final = Found()


async def look_up(asked: Round, node: int, wanted: Mapping[Place, Instant]) -> TimeAnswers:
    """What one leader tells; questions that there was no time for are left out."""
    found: dict[Place, Found | Unknown] = {}
    places = list(wanted)
    for start in range(0, len(places), _PLACES):
        if asked.left() <= 0:
            break
        found |= await _look_up(asked, node, {place: wanted[place] for place in places[start : start + _PLACES]})
    return found


async def _look_up(asked: Round, node: int, wanted: Mapping[Place, Instant]) -> dict[Place, Found | Unknown]:
    # Up to the high watermark, for groups of either isolation: what no record before it proves, none proves.
    moments: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for (topic, number), at in wanted.items():
        moments[topic].append((number, at // _MICROSECONDS))
    try:
        told = await asked.ask(ask_for_moments(moments), read_moments, node=node)
    except NotAnswered as error:
        return dict.fromkeys(wanted, error.why)
    return {Place(topic, number): _found(stood) for topic, numbers in told.items() for number, stood in numbers.items()}


def _found(stood: Stood) -> Found | Unknown:
    if stood.error != OK:
        return Unknown(Reason.NO_LEADER, name_of(stood.error)) if stood.error in MOVED else unknown(stood.error)
    if stood.offset < 0:
        return _NONE
    return Found(stood.offset, stood.timestamp * _MICROSECONDS)
