"""What a look at the cluster brings to light, and what follows from it."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """What a finding means for a start."""

    REFUSE = "refuse"
    """Never so: running would lose or corrupt something."""
    WAIT = "wait"
    """Not now: the daemon waits and says so, `doctor` fails."""
    WARN = "warn"
    """Runs, but with a promise weakened."""


class Check(StrEnum):
    """What was looked at."""

    BROKER = "broker"
    ACCESS = "access"
    SOURCE_TOPIC = "source_topic"
    OWN_TOPIC = "own_topic"
    PARTITIONS = "partitions"
    TOPIC_SETTINGS = "topic_settings"
    RETENTION = "retention"
    REPLICATION = "replication"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be; `subject` is a topic or an address, the rest are sentences."""

    severity: Severity
    check: Check
    subject: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.what}; {self.remedy}"
