"""A real Alertmanager on a free loopback port, started and stopped by its process id."""

import json
import time
import urllib.request
from pathlib import Path
from typing import Any

from slamon.demo.ports import free_port
from slamon.demo.process import ServerProcess
from tests.peers.debian import program

_CONFIG = """
global: {{resolve_timeout: {resolve_timeout}}}
route: {{receiver: pager, group_by: ["..."], group_wait: 0s, group_interval: 1s, repeat_interval: 24h}}
receivers:
  - name: pager
    webhook_configs: [{{url: "{pager}", send_resolved: true}}]
"""
_PATIENCE = 60.0


class Alertmanager:
    """It keeps its folder, and with it its memory of what it has paged, over restarts."""

    def __init__(self, folder: Path, pager: str, *, resolve_timeout: str = "1s") -> None:
        self._folder, self._port = folder, free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        (folder / "alertmanager.yml").write_text(_CONFIG.format(pager=pager, resolve_timeout=resolve_timeout))
        self._process: ServerProcess | None = None

    def start(self) -> None:
        """Start and wait until it is ready."""
        arguments = {
            "config.file": self._folder / "alertmanager.yml",
            "storage.path": self._folder / "data",
            "web.listen-address": f"127.0.0.1:{self._port}",
            "cluster.listen-address": "",
        }
        command = [program("prometheus-alertmanager"), *(f"--{name}={value}" for name, value in arguments.items())]
        self._process = ServerProcess(command, log=self._folder / "alertmanager.log", folder=self._folder)
        self.until(self._is_ready)

    def stop(self) -> None:
        """End it in good order: it writes down what it has paged."""
        process, self._process = self._process, None
        if process is not None:
            process.stop(grace=20.0)

    def alerts(self) -> list[dict[str, Any]]:
        """The alerts that it holds for firing."""
        found = json.loads(self._get("/api/v2/alerts"))
        assert isinstance(found, list)
        return found

    def rounds(self) -> int:
        """How often it has asked itself, since its start, whether something is to be paged."""
        for line in self._get("/metrics").splitlines():
            if line.startswith("alertmanager_nflog_queries_total "):
                return int(float(line.split()[1]))
        return 0

    def until(self, condition: Any) -> None:
        """Wait for something to come about; fails with the end of the log when it does not."""
        deadline = time.monotonic() + _PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError((self._folder / "alertmanager.log").read_text()[-4_000:])
            time.sleep(0.05)

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.exit_code is None, (self._folder / "alertmanager.log").read_text()[-4_000:]
        try:
            return "OK" in self._get("/-/ready")
        except OSError:
            return False

    def _get(self, path: str) -> str:
        with urllib.request.urlopen(self.url + path, timeout=10) as answer:  # noqa: S310 - our own process
            return str(answer.read().decode())
