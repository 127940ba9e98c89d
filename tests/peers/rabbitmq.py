"""A real RabbitMQ with its management API on free loopback ports, with its own epmd; both ended by their ids.

Erlang nodes find each other through epmd, which a node starts by itself and leaves behind. This one gets an epmd of its
own, in the foreground and on a port of its own, so that nothing of the machine's is touched and nothing is left.
"""

import base64
import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pika

from slamon.demo.ports import LOOPBACK, free_port, is_free
from slamon.demo.process import ServerProcess
from tests.peers.debian import program

_HOME = Path("/usr/lib/rabbitmq/bin")
"""The scripts themselves; those on the PATH change the user and read the machine's settings."""
_PATIENCE = 120.0
_CONFIG = """
listeners.tcp.1 = 127.0.0.1:{amqp}
management.{scheme}.ip = 127.0.0.1
management.{scheme}.port = {http}
{tls}
collect_statistics_interval = 200
loopback_users.guest = true
log.file.level = warning
"""
_QUICK = """
[{rabbit, [{quorum_tick_interval, 500}]},
 {rabbitmq_management_agent,
  [{sample_retention_policies, [{global, [{60, 1}]}, {basic, [{60, 1}]}, {detailed, [{60, 1}]}]}]}].
"""
"""The numbers of queues every second; by default every five."""
_TLS = """
management.ssl.cacertfile = {ca}
management.ssl.certfile = {certificate}
management.ssl.keyfile = {key}
"""
ADMIN = ("guest", "guest")


class RabbitMq:
    """One node, with its folder: it keeps its queues over a restart."""

    def __init__(self, folder: Path, *, certificates: tuple[Path, Path, Path] | None = None) -> None:
        """`certificates`: (authority, certificate, key) for a management API with TLS."""
        self._program = program(str(_HOME / "rabbitmq-server"))
        self.folder = folder
        self.amqp, self.http, self._distribution, self._epmd_port = (free_port() for _ in range(4))
        scheme, tls = "tcp", ""
        if certificates is not None:
            scheme, tls = "ssl", _TLS.format(ca=certificates[0], certificate=certificates[1], key=certificates[2])
        self.url = f"http{'s' if certificates else ''}://{LOOPBACK}:{self.http}"
        text = _CONFIG.format(amqp=self.amqp, http=self.http, scheme=scheme, tls=tls)
        (folder / "rabbitmq.conf").write_text(text)
        (folder / "enabled_plugins").write_text("[rabbitmq_management].\n")
        (folder / "advanced.config").write_text(_QUICK)
        (folder / "log").mkdir()
        self._epmd: ServerProcess | None = None
        self._node: ServerProcess | None = None

    def start(self) -> None:
        """Start and wait until its ports answer."""
        environment = self._environment()
        self._epmd = ServerProcess(
            [program("epmd"), "-port", str(self._epmd_port), "-address", LOOPBACK],
            log=self.folder / "epmd.log",
            env=environment,
        )
        self.until(lambda: not is_free(self._epmd_port))
        self._node = ServerProcess([self._program], log=self.folder / "node.log", env=environment, folder=self.folder)
        self.until(lambda: not is_free(self.amqp) and not is_free(self.http))

    def stop(self) -> None:
        """End it in good order, epmd last."""
        node, self._node = self._node, None
        if node is not None:
            node.stop(grace=60.0)
        epmd, self._epmd = self._epmd, None
        if epmd is not None:
            epmd.stop(grace=10.0)

    @property
    def pids(self) -> list[int]:
        """The processes that run."""
        return [process.pid for process in (self._node, self._epmd) if process is not None]

    @property
    def ports(self) -> list[int]:
        """Where it listens."""
        return [self.amqp, self.http, self._distribution, self._epmd_port]

    # --- the management API, as an administrator --------------------------------------------------------------------

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """One call; the answer's JSON, None of none."""
        request = urllib.request.Request(  # noqa: S310 - our own process
            f"{self.url}/api/{path}", None if body is None else json.dumps(body).encode(), method=method
        )
        request.add_header("Authorization", "Basic " + base64.b64encode(":".join(ADMIN).encode()).decode())
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            text = answer.read()
        return json.loads(text) if text else None

    def vhost(self, name: str, *users: str) -> None:
        """Make a virtual host that the administrator may use, and into which these users may look."""
        self.call("PUT", f"vhosts/{quote(name, safe='')}")
        for user, pattern in [(ADMIN[0], ".*"), *((user, "^$") for user in users)]:
            rights = dict.fromkeys(("configure", "write", "read"), pattern)
            self.call("PUT", f"permissions/{quote(name, safe='')}/{user}", rights)

    def user(self, name: str, password: str, tags: str) -> None:
        """Make a user without rights in any virtual host."""
        self.call("PUT", f"users/{name}", {"password": password, "tags": tags})

    def evaluate(self, expression: str) -> None:
        """Have the node evaluate an Erlang expression."""
        command = [str(_HOME / "rabbitmqctl"), "eval", expression]
        subprocess.run(command, env=self._environment(), check=True, capture_output=True, timeout=60)

    def connect(self, vhost: str = "/") -> pika.BlockingConnection:
        """A client's connection."""
        login = pika.PlainCredentials(*ADMIN)
        return pika.BlockingConnection(pika.ConnectionParameters(LOOPBACK, self.amqp, vhost, login))

    def until(self, condition: Callable[[], Any]) -> None:
        """Wait for something to come about; fails with the end of the log when it does not."""
        deadline = time.monotonic() + _PATIENCE
        while not condition():
            assert self._node is None or self._node.exit_code is None, self._said()
            assert time.monotonic() < deadline, self._said()
            time.sleep(0.05)

    def _said(self) -> str:
        return "\n".join(path.read_text("utf-8", "replace")[-4_000:] for path in self.folder.rglob("*.log"))

    def _environment(self) -> dict[str, str]:
        folder = self.folder
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),  # the cookie lies here
            "LANG": "C.UTF-8",
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "ERL_EPMD_PORT": str(self._epmd_port),
            "RABBITMQ_NODENAME": f"slamon-{self.amqp}@localhost",
            "RABBITMQ_DIST_PORT": str(self._distribution),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none",
            "RUNNING_UNDER_SYSTEMD": "1",  # the script becomes the node: its id is the node's
        }
