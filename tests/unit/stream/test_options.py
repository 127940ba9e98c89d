from dataclasses import replace
from pathlib import Path

import pytest

from slamon.stream.options import EngineOptions

OPTIONS = EngineOptions(
    bootstrap="k:9092", app_id="slamon", partitions=8, sources=("a",), internal=("b",), data_dir=Path()
)


def test_names_follow_the_application() -> None:
    assert OPTIONS.changelog == "slamon-orders-changelog"
    assert OPTIONS.topics == ("a", "b")


def test_a_request_outlives_a_session() -> None:
    with pytest.raises(ValueError, match="request_timeout"):
        replace(OPTIONS, request_timeout=5.0)


def test_handing_over_ends_before_the_group_gives_us_up() -> None:
    with pytest.raises(ValueError, match="drain_timeout"):
        replace(OPTIONS, drain_timeout=60.0)


def test_a_session_bears_a_lost_heartbeat() -> None:
    with pytest.raises(ValueError, match="heartbeat_interval"):
        replace(OPTIONS, heartbeat_interval=20.0)
