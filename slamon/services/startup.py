"""Before the engine starts: wait for the broker, make our topics, look at the surroundings, refuse or warn."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from slamon.errors import ConfigError, SourceError
from slamon.kafka.cluster import Cluster
from slamon.kafka.finding import Finding, Severity
from slamon.kafka.preflight import Surroundings, preflight, unreachable
from slamon.kafka.topics import ensure_topics
from slamon.orders.event import Instant

_log = structlog.get_logger("slamon.startup")
_PAUSE = 1.0


@dataclass(slots=True)
class Startup:
    """The checks before the start; `waiting_for` is what /-/ready says meanwhile."""

    cluster: Cluster
    expected: Surroundings
    clock: Callable[[], Instant]
    waiting_for: str = "not started"
    _said: set[str] = field(default_factory=set)

    async def run(self) -> None:
        """Return when the engine may start. Raises ConfigError with everything that must not be run with."""
        while True:
            findings = await self.look()
            self._tell(findings)
            refused = [str(finding) for finding in findings if finding.severity is Severity.REFUSE]
            if refused:
                raise ConfigError(refused)
            waits = [str(finding) for finding in findings if finding.severity is Severity.WAIT]
            if not waits:
                self.waiting_for = ""
                return
            self.waiting_for = "; ".join(waits)
            await asyncio.sleep(_PAUSE)

    async def look(self) -> list[Finding]:
        """Make the missing topics and look at everything once."""
        try:
            made = await ensure_topics(self.cluster, self.expected.own)
        except SourceError as fault:
            return [unreachable(self.cluster.bootstrap_servers, fault)]
        return made or await preflight(self.cluster, self.expected, clock=self.clock)

    def _tell(self, findings: list[Finding]) -> None:
        for finding in findings:
            text = str(finding)
            if text not in self._said:
                self._said.add(text)
                level = _log.error if finding.severity is Severity.REFUSE else _log.warning
                level("startup.found", severity=str(finding.severity), check=str(finding.check), finding=text)
