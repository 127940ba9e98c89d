"""Kafka nodes on this machine: KRaft brokers that are their own controllers, on the loopback interface."""

import shutil
import signal
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from slamon.demo.kafka.errors import KafkaUnavailableError
from slamon.demo.kafka.jars import java_command
from slamon.demo.kafka.metadata import nodes_at
from slamon.demo.kafka.storage import Node, format_storage, new_cluster_id, write_properties
from slamon.demo.ports import LOOPBACK, is_free
from slamon.demo.process import ServerProcess


class Broker:
    """One node: started, stopped, killed, frozen and started again on the same ports and data.

    Without a data folder it makes a temporary one, which `close` removes. The calls block; any thread may
    make them, one at a time.
    """

    def __init__(
        self,
        data: Path | None = None,
        *,
        node: Node | None = None,
        peers: Sequence[Node] = (),
        cluster_id: str | None = None,
        heap: str = "768m",
        settings: Mapping[str, str] | None = None,
        detached: bool = False,
    ) -> None:
        self.node = node or Node()
        self._nodes = tuple(peers) or (self.node,)
        self._cluster_id = cluster_id or new_cluster_id()
        self._heap = heap
        self._settings = dict(settings or {})
        self._detached = detached
        self._temporary = data is None
        self.data = Path(tempfile.mkdtemp(prefix="slamon-kafka-")) if data is None else data.absolute()
        self.log = self.data / "server.log"
        self.properties = self.data / "server.properties"  # its path names the process in the process list
        self._process: ServerProcess | None = None

    @property
    def bootstrap(self) -> str:
        """What clients connect to: `host:port`."""
        return f"{LOOPBACK}:{self.node.port}"

    @property
    def pid(self) -> int | None:
        """The id of the process; None while there is none."""
        return self._process.pid if self._process and self._process.exit_code is None else None

    def start(self, *, within: float = 60.0) -> Self:
        """Starts the node and returns when it serves clients."""
        self.spawn()
        return self.wait_ready(within=within)

    def spawn(self) -> Self:
        """Starts the node's process and does not wait: the nodes of a cluster need each other to be ready."""
        if self.pid is not None:
            raise KafkaUnavailableError(f"the node at {self.bootstrap} runs already (process {self.pid})")
        for port in (self.node.port, self.node.controller_port):
            if not is_free(port):
                raise KafkaUnavailableError(f"port {port} is taken on {LOOPBACK}")
        self.data.mkdir(parents=True, exist_ok=True)
        write_properties(self.properties, node=self.node, nodes=self._nodes, settings=self._settings)
        format_storage(self.properties, cluster_id=self._cluster_id)
        command = java_command("kafka.Kafka", str(self.properties), options=[f"-Xmx{self._heap}"])
        self._process = ServerProcess(command, log=self.log, detached=self._detached)
        return self

    def wait_ready(self, *, within: float = 60.0) -> Self:
        """Returns when the node serves clients; raises with Kafka's last words if it never does."""
        give_up = time.monotonic() + within
        while self.node.id not in nodes_at(LOOPBACK, self.node.port):
            ended = self.pid is None
            if ended or time.monotonic() > give_up:
                self.kill()
                how = "ended" if ended else f"was not ready within {within:g} s"
                raise KafkaUnavailableError(f"the node at {self.bootstrap} {how}:\n{self._last_words()}")
            time.sleep(0.05)
        return self

    def stop(self, *, grace: float = 20.0) -> None:
        """Ends the node in order (SIGTERM), by force after the grace. The data stay."""
        if self._process is not None:
            self._process.stop(grace=grace)
            self._process = None

    def kill(self) -> None:
        """Ends the node as a power cut would (SIGKILL). The data stay."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def restart(self, *, within: float = 60.0) -> Self:
        """Stops the node if it runs and starts it on the same ports and data."""
        self.stop()
        return self.start(within=within)

    def pause(self) -> None:
        """Freezes the node (SIGSTOP): connections stay open and nothing answers."""
        self._send(signal.SIGSTOP)

    def resume(self) -> None:
        """Lets a frozen node go on (SIGCONT)."""
        self._send(signal.SIGCONT)

    def close(self) -> None:
        """Stops the node and removes its data if they are temporary."""
        self.stop()
        if self._temporary:
            shutil.rmtree(self.data, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send(self, number: signal.Signals) -> None:
        if self._process is None:
            raise KafkaUnavailableError(f"the node at {self.bootstrap} does not run")
        self._process.send(number)

    def _last_words(self) -> str:
        try:
            return "\n".join(self.log.read_text("utf-8", errors="replace").splitlines()[-20:])
        except FileNotFoundError:
            return "(it said nothing)"
