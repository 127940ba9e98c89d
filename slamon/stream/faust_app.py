"""The Faust app: one agent that hands every micro-batch to the engine, one table, nothing else of Faust switched on."""

from __future__ import annotations

import logging
import uuid
from typing import TYPE_CHECKING, Any, cast

from faust.assignor.client_assignment import ClientMetadata
from faust.assignor.partition_assignor import PartitionAssignor
from yarl import URL

from slamon.stream.recovery import ChangelogTable, GuardedTableManager
from slamon.stream.stream_app import StreamApp
from slamon.stream.transport import BatchTransport

if TYPE_CHECKING:
    import faust
    from faust.types import StreamT

    from slamon.stream.core import Core, Fetch
    from slamon.stream.options import EngineOptions

log = logging.getLogger(__name__)


class Assignor(PartitionAssignor):
    """Faust's sticky assignor; a static member that comes back with another URL is no error."""

    def on_assignment(self, assignment: Any) -> None:
        """Take the assignment as if it had been made for our URL (Faust asserts that it was)."""
        metadata = ClientMetadata.loads(self._decompress(assignment.user_data))
        self._assignment = metadata.assignment
        self._topic_groups = dict(metadata.topic_groups)
        self._active_tps = self._assignment.active_tps
        self._standby_tps = self._assignment.standby_tps
        self.changelog_distribution = metadata.changelog_distribution
        self.external_topic_distribution = metadata.external_topic_distribution


def build_app(core: Core) -> StreamApp:
    """A Faust app for the core; must be called inside the running event loop."""
    options = core.options
    options.data_dir.mkdir(parents=True, exist_ok=True)
    url = URL(f"kafka://{options.bootstrap.split(',')[0]}")
    app = StreamApp(
        options.app_id,
        broker=[url],
        store="memory://",
        datadir=str(options.data_dir),
        canonical_url=options.advertised_url or f"http://{options.instance_id or uuid.uuid4().hex}.invalid",
        TableManager=GuardedTableManager,
        PartitionAssignor=Assignor,
        **_settings(options),
    )
    app.core = core
    app.transport = BatchTransport([url], app)
    _declare(app, options, core)
    return app


def _settings(options: EngineOptions) -> dict[str, Any]:
    return {
        "autodiscover": False,
        "web_enabled": False,
        "web_tables_enabled": False,
        "topic_allow_declare": False,
        "topic_disable_leader": True,
        "topic_partitions": options.partitions,
        "table_standby_replicas": 0,
        "key_serializer": "raw",
        "value_serializer": "raw",
        "consumer_auto_offset_reset": "earliest",
        "consumer_group_instance_id": options.instance_id,
        "broker_client_id": options.client_id,
        "broker_commit_interval": options.commit_interval,
        "broker_commit_every": None,
        "broker_session_timeout": options.session_timeout,
        "broker_heartbeat_interval": options.heartbeat_interval,
        "broker_rebalance_timeout": options.rebalance_timeout,
        "broker_request_timeout": options.request_timeout,
        "stream_wait_empty": True,
        "stream_publish_on_commit": False,
        "stream_recovery_delay": 0.0,
        "producer_threaded": False,
        "worker_redirect_stdouts": False,
    }


def _declare(app: StreamApp, options: EngineOptions, core: Core) -> None:
    raw: dict[str, Any] = {
        "key_type": bytes,
        "value_type": bytes,
        "key_serializer": "raw",
        "value_serializer": "raw",
    }
    app.tables.add(
        ChangelogTable(app, name=options.table, partitions=options.partitions, key_type=bytes, value_type=bytes)
    )

    @app.agent(app.topic(*options.topics, **raw), name="batches")
    async def batches(stream: StreamT[Any]) -> None:
        unacknowledged = cast("faust.Stream[Any]", stream).noack()  # the lanes acknowledge (T3)
        async for event in unacknowledged.events():
            try:
                core.take(cast("Fetch", event.message.value))
            except Exception as error:  # noqa: BLE001 - Faust would start the agent again and go on behind it (T3)
                core.failed(error)
                return
