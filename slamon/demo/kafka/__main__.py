"""`python -m slamon.demo.kafka`: a broker for a developer's afternoon, outside the demo and the tests."""

import argparse
import shutil
import sys
from pathlib import Path

from slamon.demo.kafka.broker import Broker
from slamon.demo.kafka.errors import KafkaUnavailableError
from slamon.demo.kafka.jars import kafka_jars
from slamon.demo.kafka.storage import Node
from slamon.demo.ports import LOOPBACK
from slamon.demo.process import is_running, stop_by_id

_STOP_GRACE = 20.0


def main() -> int:
    """Starts, stops or shows the broker of a data folder; exit 1 when it can't, 3 when none runs."""
    asked = _arguments()
    try:
        match asked.command:
            case "jars":
                kafka_jars()
                return 0
            case "start":
                return _start(asked.data.absolute(), port=asked.port, heap=asked.heap)
            case "stop":
                return _stop(asked.data.absolute(), drop=asked.drop)
            case _:
                return _status(asked.data.absolute())
    except KafkaUnavailableError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m slamon.demo.kafka", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("jars", help="fetch the jars of Kafka into the cache, if they are not there")
    start = commands.add_parser("start", help="start a broker, return when it is ready and leave it running")
    stop = commands.add_parser("stop", help="stop it; the data stay")
    status = commands.add_parser("status", help="say whether it runs")
    for command in (start, stop, status):
        command.add_argument("--data", type=Path, default=Path("data/kafka"), help="the broker's folder")
    start.add_argument("--port", type=int, default=9092)
    start.add_argument("--heap", default="768m", help="the JVM's -Xmx")
    stop.add_argument("--drop", action="store_true", help="remove the data too")
    return parser.parse_args()


def _start(data: Path, *, port: int, heap: str) -> int:
    if (running := _running(data)) is not None:
        sys.stderr.write(f"runs already (process {running})\n")
        return _status(data)
    broker = Broker(data, node=Node(port=port, controller_port=port + 1), heap=heap, detached=True).start()
    (data / "pid").write_text(f"{broker.pid} {port}\n")
    return _status(data)


def _stop(data: Path, *, drop: bool) -> int:
    if (pid := _running(data)) is not None:
        stop_by_id(pid, argument=_mark(data), grace=_STOP_GRACE)
    (data / "pid").unlink(missing_ok=True)
    if drop:
        shutil.rmtree(data, ignore_errors=True)
    return 0


def _status(data: Path) -> int:
    if _running(data) is None:
        sys.stderr.write("does not run\n")
        return 3
    sys.stdout.write(f"{LOOPBACK}:{_noted(data)[1]}\n")
    return 0


def _running(data: Path) -> int | None:
    pid, _ = _noted(data)
    return pid if pid and is_running(pid, argument=_mark(data)) else None


def _noted(data: Path) -> tuple[int, int]:
    """The process and the port that `start` wrote down; zeros when there is no note."""
    try:
        pid, port = (data / "pid").read_text().split()
    except (FileNotFoundError, ValueError):
        return 0, 0
    return int(pid), int(port)


def _mark(data: Path) -> str:
    """The argument that tells this broker's process from any other."""
    return str(data / "server.properties")


if __name__ == "__main__":
    sys.exit(main())
