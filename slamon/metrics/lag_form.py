"""How lag is shown as metrics: how finely, and under which other exporters' names too."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Detail(StrEnum):
    """How finely metrics show lag: the finer, the more series."""

    GROUP = "group"
    TOPIC = "topic"
    PARTITION = "partition"


class Exposition(StrEnum):
    """Other exporters whose names of metrics are shown too."""

    KAFKA_EXPORTER = "kafka_exporter"
    KAFKA_LAG_EXPORTER = "kafka-lag-exporter"


@dataclass(frozen=True, slots=True)
class LagForm:
    """What is shown. `own_cluster`: the cluster whose series carry no label `cluster`."""

    detail: Detail = Detail.PARTITION
    also_as: tuple[Exposition, ...] = ()
    own_cluster: str = "default"
