"""Kafka's error codes as reasons why something is not known, and which of them pass when one asks anew."""

from typing import Final

from aiokafka.errors import for_code

from slamon.lag.observation import Reason, Unknown

OK: Final = 0
UNKNOWN_TOPIC: Final = 3
NOT_COORDINATOR: Final = 16
NO_GROUP: Final = 69
OUT_OF_RANGE: Final = 1

MOVED: Final = frozenset({3, 5, 6, 9, 56, 74, 75, 78, 100, 103})
"""Of a partition: led by another node by now, by none yet, or made anew. Metadata tell."""
NOT_YET: Final = frozenset({14, 15, 16})
"""Of a group: its coordinator is loading, not chosen yet, or another node by now."""

_REASONS: Final = (
    dict.fromkeys(MOVED, Reason.NO_LEADER)
    | dict.fromkeys(NOT_YET, Reason.NO_COORDINATOR)
    | {UNKNOWN_TOPIC: Reason.NO_TOPIC, 100: Reason.NO_TOPIC, 103: Reason.NO_TOPIC}
    | dict.fromkeys((29, 30, 31), Reason.REFUSED)
    | {35: Reason.UNSUPPORTED, 43: Reason.UNSUPPORTED}
)
_NAMES: Final = {69: "GroupIdNotFound", 74: "FencedLeaderEpoch", 75: "UnknownLeaderEpoch", 78: "OffsetNotAvailable"}


def unknown(code: int) -> Unknown:
    """Why something is not known, by Kafka's error code."""
    return Unknown(_REASONS.get(code, Reason.ERROR), name_of(code))


def name_of(code: int) -> str:
    """Kafka's name for an error code, without "Error"."""
    return _NAMES.get(code) or f"{for_code(code).__name__.removesuffix('Error')} ({code})"
