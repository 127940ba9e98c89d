"""Upstream code that `slamon.stream.faust_app` overrides or reaches into.

When one of these fails, upstream changed under us: read the change, look at the trap (docs of the engine,
faust.md), adapt the override, then take the new fingerprint.
"""

from typing import Any

import pytest
from faust import streams
from faust.assignor import partition_assignor
from faust.transport import conductor

from tests.fakes.upstream import fingerprint


@pytest.mark.parametrize(
    ("code", "known", "trap"),
    [
        (partition_assignor.PartitionAssignor.on_assignment, "72f34bf053d696b5", "asserts the URL"),
        (vars(partition_assignor.PartitionAssignor)["_get_copartitioned_groups"].__func__, "82b7a3764ad596f6", "T19"),
        (partition_assignor.PartitionAssignor._assign, "98e62c973f87c75d", "assignment"),
        (partition_assignor.PartitionAssignor._get_changelog_distribution, "dd376e80a45bdd6a", "owners"),
        (streams.Stream.noack, "921a6f5c674d32d4", "T3"),
        (streams.Stream.events, "c62f4dd3a73fe7aa", "events"),
        (conductor.Conductor._subscriber.fun, "2a79085834048049", "45 s"),
        (conductor.Conductor.acks_enabled_for, "77ff8a731d3085ed", "acks"),
    ],
    ids=lambda value: getattr(value, "__qualname__", None) or str(value),
)
def test_upstream_is_as_we_know_it(code: Any, known: str, trap: str) -> None:
    assert fingerprint(code) == known, f"changed upstream: {code.__qualname__} ({trap})"
