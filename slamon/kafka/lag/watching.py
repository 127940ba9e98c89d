"""What to watch on a cluster: groups and topics by name, how each group reads, how long a look may take."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from slamon.lag.observation import Isolation


@dataclass(frozen=True, slots=True)
class Names:
    """Names by patterns, each of which has to match the whole name; what is excluded is so even if included."""

    include: tuple[str, ...] = (".*",)
    exclude: tuple[str, ...] = ()

    def take(self, name: str) -> bool:
        """Whether this name is meant."""
        # `re` keeps compiled patterns itself.
        return any(re.fullmatch(pattern, name) for pattern in self.include) and not any(
            re.fullmatch(pattern, name) for pattern in self.exclude
        )


@dataclass(frozen=True, slots=True)
class Watch:
    """What a collector looks at.

    `topics` are watched whether or not a group reads them (dead letters). `isolation` is how groups read, unless
    `isolations` says otherwise: the first pattern that matches the whole name counts. A cycle ends after `deadline`
    seconds with what is known by then.
    """

    groups: Names = Names()
    topics: Names = Names(include=())
    isolation: Isolation = Isolation.READ_COMMITTED
    isolations: Mapping[str, Isolation] = field(default_factory=dict)
    deadline: float = 10.0

    def isolation_of(self, group: str) -> Isolation:
        """Up to where a group reads."""
        found = (isolation for pattern, isolation in self.isolations.items() if re.fullmatch(pattern, group))
        return next(found, self.isolation)
