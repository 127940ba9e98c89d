"""Upstream code that `slamon.stream.fencing` overrides or reaches into.

When one of these fails, upstream changed under us: read the change, look at the trap (docs of the engine,
faust.md), adapt the override, then take the new fingerprint.
"""

from typing import Any

import pytest
from aiokafka.consumer import group_coordinator

from tests.fakes.upstream import fingerprint


@pytest.mark.parametrize(
    ("code", "known", "trap"),
    [
        (
            group_coordinator.GroupCoordinator._send_req,
            "fa4b12e914ce9fcf",
            "T23: every proof of membership passes here",
        ),
        (group_coordinator.GroupCoordinator._do_heartbeat, "dc1d6632aaa68e96", "T23"),
        (group_coordinator.GroupCoordinator._heartbeat_routine, "61d01028952239d0", "T23"),
        (group_coordinator.CoordinatorGroupRebalance.perform_group_join, "ff2c2109b2e9868d", "T23"),
        (group_coordinator.CoordinatorGroupRebalance._send_sync_group_request, "7429ca078ddf9bb7", "T23"),
    ],
    ids=lambda value: getattr(value, "__qualname__", None) or str(value),
)
def test_upstream_is_as_we_know_it(code: Any, known: str, trap: str) -> None:
    assert fingerprint(code) == known, f"changed upstream: {code.__qualname__} ({trap})"
