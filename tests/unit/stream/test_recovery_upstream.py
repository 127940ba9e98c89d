"""Upstream code that `slamon.stream.recovery` overrides or reaches into.

When one of these fails, upstream changed under us: read the change, look at the trap (docs of the engine,
faust.md), adapt the override, then take the new fingerprint.
"""

from typing import Any

import pytest
from faust.tables import base as tables
from faust.tables import manager, recovery

from tests.fakes.upstream import fingerprint


@pytest.mark.parametrize(
    ("code", "known", "trap"),
    [
        (recovery.Recovery._restart_recovery.fun, "6bd8a8558a2dffe4", "T16, T17"),
        (recovery.Recovery._slurp_changelogs.fun, "7825c7e50f766d5a", "T18"),
        (recovery.Recovery._publish_stats.fun, "48939a846a9af3a6", "off"),
        (recovery.Recovery._resume_streams, "d986a6710c1aca98", "resume"),
        (recovery.Recovery.on_recovery_completed, "6ef567acf072e46d", "T18"),
        (recovery.Recovery.on_rebalance, "aa4d997a1795ceae", "starts the recovery"),
        (manager.TableManager.on_start, "365dd25fbc0e0684", "sleeps"),
        (manager.TableManager.on_rebalance, "2d2c23a07bf54328", "order"),
        (vars(manager.TableManager)["recovery"].fget, "f0bf5de78b4c3d23", "property"),
        (manager.TableManager._update_channels, "88e3941facc934d6", "registers the changelog"),
        (tables.Collection.on_rebalance, "0812ad692171a8fd", "T14"),
        (tables.Collection.persisted_offset, "d473d3ab3fd6f036", "T14"),
        (tables.Collection.apply_changelog_batch, "b980a78d3ae9b1e8", "T14"),
    ],
    ids=lambda value: getattr(value, "__qualname__", None) or str(value),
)
def test_upstream_is_as_we_know_it(code: Any, known: str, trap: str) -> None:
    assert fingerprint(code) == known, f"changed upstream: {code.__qualname__} ({trap})"
