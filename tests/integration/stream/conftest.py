"""Fixtures of the engine's tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.stream.harness import Stage

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
async def stage(bootstrap: str, tmp_path: Path) -> Stage:
    """An application of one's own on the session's Kafka, topics made."""
    return await Stage(bootstrap, "engine", tmp_path).create_topics()
