"""Several nodes that make one cluster."""

import contextlib
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from slamon.demo.kafka.broker import Broker
from slamon.demo.kafka.storage import Node, new_cluster_id

MOST_NODES = 3


class Cluster:
    """One to three nodes; each can be killed and started again by itself through `brokers`."""

    def __init__(
        self,
        nodes: int = MOST_NODES,
        *,
        data: Path | None = None,
        heap: str = "384m",
        settings: Mapping[str, str] | None = None,
    ) -> None:
        if not 1 <= nodes <= MOST_NODES:
            raise ValueError(f"a cluster has 1 to {MOST_NODES} nodes, not {nodes}")
        self._temporary = data is None
        self.data = Path(tempfile.mkdtemp(prefix="slamon-kafka-")) if data is None else data
        places = [Node(number) for number in range(1, nodes + 1)]
        cluster_id = new_cluster_id()
        self.brokers = [
            Broker(
                self.data / f"node-{place.id}",
                node=place,
                peers=places,
                cluster_id=cluster_id,
                heap=heap,
                settings=settings,
            )
            for place in places
        ]

    @property
    def bootstrap(self) -> str:
        """What clients connect to: all nodes, with commas between."""
        return ",".join(broker.bootstrap for broker in self.brokers)

    def start(self, *, within: float = 90.0) -> Self:
        """Starts all nodes and returns when each serves clients."""
        with contextlib.ExitStack() as undo:
            undo.callback(self.stop)
            for broker in self.brokers:
                broker.spawn()
            for broker in self.brokers:
                broker.wait_ready(within=within)
            undo.pop_all()
        return self

    def stop(self) -> None:
        """Ends all nodes; the data stay. The last ones, with no majority to leave in order, by force."""
        for broker in self.brokers:
            broker.stop(grace=5.0)

    def close(self) -> None:
        """Stops the nodes; temporary data, which nobody will read again, go with them."""
        if not self._temporary:
            self.stop()
            return
        for broker in self.brokers:
            broker.kill()
        shutil.rmtree(self.data, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()
