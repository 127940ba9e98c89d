"""What no single key of `lag` can tell: thresholds that contradict each other, groups that nobody would see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slamon.metrics.lag_form import LagForm
from slamon.settings.sla_checks import Check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slamon.settings.duration import Duration
    from slamon.settings.finding import Finding
    from slamon.settings.lag import Names
    from slamon.settings.root import Settings
    from slamon.settings.shape import Path

OWN_CLUSTER: Final = LagForm().own_cluster
"""How slamon's own cluster is called among those that are watched."""


def thresholds(settings: Settings) -> Iterator[Finding]:
    """Find a critical threshold that comes before the warning."""
    lag = settings.lag
    if lag is None:
        return
    yield from _order(lag.warn_after, lag.critical_after, ("lag", "critical_after"))
    for index, override in enumerate(lag.overrides):
        path: Path = ("lag", "overrides", index)
        last = "warn_after" if override.critical_after is None and override.warn_after is not None else "critical_after"
        warn, critical = override.warn_after or lag.warn_after, override.critical_after or lag.critical_after
        if override.warn_after is not None or override.critical_after is not None:
            yield from _order(warn, critical, (*path, last))
    promises = lag.promises
    if promises.critical_below.span > promises.warn_below.span:
        path = ("lag", "promises", "critical_below")
        yield path, f"is {promises.critical_below}, allowed is no more than warn_below, {promises.warn_below}"


def _order(warn: Duration, critical: Duration, path: Path) -> Iterator[Finding]:
    if critical.span < warn.span:
        yield path, f"critical_after is {critical} and warn_after {warn}, allowed is that the warning comes first"


def groups(settings: Settings) -> Iterator[Finding]:
    """Find expected groups that nobody would see, and a cluster with the name of slamon's own."""
    lag = settings.lag
    if lag is None:
        return
    yield from _unseen(lag.expected, lag.groups, ("lag",))
    for name, cluster in lag.clusters.items():
        yield from _unseen(cluster.expected, cluster.groups or lag.groups, ("lag", "clusters", name))
    for section in ("clusters", "rabbitmq"):
        if OWN_CLUSTER in getattr(lag, section):
            words = f"{OWN_CLUSTER} is the name of slamon's own cluster, allowed is any other"
            yield ("lag", section, OWN_CLUSTER), words
    for name in lag.rabbitmq.keys() & lag.clusters.keys():
        yield ("lag", "rabbitmq", name), f"{name} is a cluster of lag.clusters too, allowed is a name of its own"


def _unseen(expected: tuple[str, ...], groups: Names, path: Path) -> Iterator[Finding]:
    for index, group in enumerate(expected):
        if not groups.take(group):
            words = (
                f"{group} is left out by lag.groups and would always be missing, allowed are groups that are watched"
            )
            yield (*path, "expected", index), words


LAG_CHECKS = (
    Check(thresholds, (("lag", "warn_after"), ("lag", "critical_after"), ("lag", "overrides"), ("lag", "promises"))),
    Check(groups, (("lag", "groups"), ("lag", "expected"), ("lag", "clusters"), ("lag", "rabbitmq"))),
)
