from dataclasses import replace
from pathlib import Path
from typing import Any

from slamon.stream import group_consumer
from slamon.stream.faust_app import build_app
from slamon.stream.group_thread import GroupThread
from tests.fakes.engine import OPTIONS, Surroundings


async def test_the_groups_consumer_has_our_settings(tmp_path: Path) -> None:
    around = Surroundings()
    around.core.options = replace(OPTIONS, data_dir=tmp_path, instance_id="one", session_timeout=12.0)
    app: Any = build_app(around.core)
    consumer = group_consumer.new_consumer(around.core.options, app.assignor)
    try:
        assert isinstance(app.consumer._thread, GroupThread)
        assert (consumer._group_id, consumer._group_instance_id) == ("app", "one")
        assert consumer._isolation_level == "read_committed"
        assert consumer._auto_offset_reset == "earliest"
        assert consumer._enable_auto_commit is False
        assert consumer._session_timeout_ms == 12_000
        assert consumer._partition_assignment_strategy == [app.assignor]
    finally:
        await consumer.stop()
