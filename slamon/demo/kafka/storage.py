"""What a node needs on disk before its first start: its settings and a formatted log folder."""

import base64
import subprocess
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from string import Template

from slamon.demo.kafka.errors import KafkaUnavailableError
from slamon.demo.kafka.jars import java_command
from slamon.demo.ports import LOOPBACK, free_port

_SHORT_RUN = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m")


@dataclass(frozen=True, slots=True)
class Node:
    """Where one node of a cluster listens; both ports stay the same over restarts."""

    id: int = 1
    port: int = field(default_factory=free_port)
    controller_port: int = field(default_factory=free_port)


def new_cluster_id() -> str:
    """A random id in Kafka's form; never with a leading dash, which the command line takes for an option."""
    text = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    return "A" + text[1:] if text.startswith("-") else text


def write_properties(path: Path, *, node: Node, nodes: Sequence[Node], settings: Mapping[str, str]) -> None:
    """Writes a node's server.properties: ours, then the caller's own settings, which win."""
    template = resources.files(__package__).joinpath("server.properties.tmpl").read_text("utf-8")
    ours = Template(template).substitute(
        node=node.id,
        port=node.port,
        controller_port=node.controller_port,
        voters=",".join(f"{voter.id}@{LOOPBACK}:{voter.controller_port}" for voter in nodes),
        log_dir=_log_dir(path),
        replication=len(nodes),
    )
    theirs = "".join(f"{key}={value}\n" for key, value in settings.items())
    path.write_text(ours + theirs, "utf-8")


def format_storage(properties: Path, *, cluster_id: str) -> None:
    """Formats the log folder that these settings name, unless that is done."""
    if (_log_dir(properties) / "meta.properties").exists():
        return
    asked = ("format", "--ignore-formatted", "--cluster-id", cluster_id, "--config", str(properties))
    command = java_command("kafka.tools.StorageTool", *asked, options=_SHORT_RUN)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise KafkaUnavailableError(f"Kafka could not format {properties.parent}:\n{done.stdout}{done.stderr}")


def _log_dir(properties: Path) -> Path:
    return properties.parent / "log"
