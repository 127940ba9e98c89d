"""One `slamon run` process: started, asked over HTTP, killed, frozen, stopped."""

import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import aiohttp

from slamon.demo.ports import free_port
from slamon.demo.process import ServerProcess
from tests.integration.daemon.waiting import until

ROOT = Path(__file__).parents[3]
PAGE = 500
_EVERYDAY = '"notice.delivered"'
Json = dict[str, Any]


class Daemon:
    """A worker with a folder, a port and a configuration of its own."""

    def __init__(self, name: str, folder: Path, configuration: Mapping[str, Any]) -> None:
        self.name = name
        self.port = free_port()
        self.log = folder / f"{name}.log"
        self.config = folder / f"{name}.yaml"
        self.configuration = {
            **configuration,
            "web": {"port": self.port},
            "data_dir": str(folder / f"{name}-data"),
        }
        self._process: ServerProcess | None = None
        self.crashes = 0
        self.cut_short = 0
        self.freezes = 0
        """Crashes before the worker was ready."""
        self._was_ready = False

    def start(self) -> Self:
        self.config.write_text(json.dumps(self.configuration, indent=1), "utf-8")
        command = [sys.executable, "-m", "slamon", "run", "--config", str(self.config)]
        self._process = ServerProcess(command, log=self.log)
        self._was_ready = False
        return self

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.exit_code is None

    @property
    def exit_code(self) -> int | None:
        assert self._process is not None
        return self._process.exit_code

    def kill(self) -> None:
        """SIGKILL, and wait until the process is gone."""
        if self._process is not None:
            self._process.kill()
            self._process = None
            self.crashes += 1
            self.cut_short += not self._was_ready

    def freeze(self) -> None:
        self.freezes += 1
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    async def stopped(self, *, within: float = 40.0) -> int:
        """SIGTERM; the exit code."""
        os.kill(self.pid, signal.SIGTERM)
        return await self.ended(within=within)

    async def ended(self, *, within: float = 40.0) -> int:
        """The exit code, once the process has ended by itself."""

        async def code() -> int | None:
            return self.exit_code

        found = await until(code, lambda seen: seen is not None, within=within, what=f"{self.name} has ended")
        assert found is not None
        return found

    async def get(self, path: str, **query: str | int) -> tuple[int, Any]:
        """Status and JSON (text where it is none) of an answer; status 0 where nobody answers."""
        url = f"http://127.0.0.1:{self.port}{path}"
        limit = aiohttp.ClientTimeout(total=30)
        try:
            async with (
                aiohttp.ClientSession(timeout=limit) as session,
                session.get(url, params=query) as answer,
            ):
                text = await answer.text()
        except (TimeoutError, aiohttp.ClientError, OSError):
            return 0, ""
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text

    async def post(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> tuple[int, Any]:
        """Status and JSON (text where it is none) of the answer to a POST."""
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session,
            session.post(f"http://127.0.0.1:{self.port}{path}", data=body, headers=headers) as answer,
        ):
            text = await answer.text()
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text

    async def ready(self, *, within: float = 60.0) -> Self:
        """Return when `/-/ready` says 200."""

        async def asked() -> tuple[int, Any]:
            assert self.exit_code is None, f"{self.name} ended with {self.exit_code}\n{self.log_tail()}"
            return await self.get("/-/ready")

        await until(asked, lambda answer: answer[0] == 200, within=within, what=f"{self.name} is ready")
        self._was_ready = True
        return self

    async def unready(self, *, within: float = 60.0) -> Json:
        """Return the checks once `/-/ready` says 503."""

        async def asked() -> tuple[int, Any]:
            return await self.get("/-/ready")

        _, said = await until(asked, lambda answer: answer[0] == 503, within=within, what="unready")
        checks: Json = said["checks"]
        return checks

    async def pages(self, path: str, name: str, **query: str | int) -> list[tuple[str, list[Json]]]:
        """(as_of, rows) of every page of a list; complete and of known freshness, or AssertionError."""
        pages: list[tuple[str, list[Json]]] = []
        cursor: dict[str, str | int] = {}
        while True:
            status, said = await self.get(path, limit=PAGE, **query, **cursor)
            assert status == 200, f"{path}: {status} {said}"
            assert said["complete"], f"{path}: not complete"
            assert said["as_of"] is not None, f"{path}: nobody knows yet how fresh this is"  # a partition just opened
            pages.append((said["as_of"], said[name]))
            if said["next"] is None:
                return pages
            cursor = {"cursor": said["next"]}

    async def order(self, order_id: str) -> Json | None:
        """One order; None while it is unknown."""
        status, said = await self.get(f"/api/v1/orders/{order_id}")
        assert status in {200, 404}, f"{order_id}: {status} {said}"
        return said if status == 200 else None

    async def summary(self) -> Json:
        """The summary; `complete` false while nobody answers."""
        status, said = await self.get("/api/v1/summary")
        return said if status == 200 else {"complete": False, "orders": 0, "said": said}

    async def gauge(self, line: str) -> float:
        """A metric's value, by the beginning of its line; -1 while it is not there."""
        _, metrics = await self.get("/metrics")
        found = [text.rsplit(" ", 1)[1] for text in str(metrics).splitlines() if text.startswith(f"{line} ")]
        return float(found[0]) if found else -1.0

    async def owned(self) -> float:
        """How many partitions this worker has and has recovered."""
        return await self.gauge("slamon_worker_partitions")

    async def notices(self, **query: str | int) -> list[Json]:
        """Every notice, newest first."""
        pages = await self.pages("/api/v1/notices", "notices", **query)
        return [notice for _, page in pages for notice in page]

    def log_tail(self, lines: int = 60) -> str:
        if not self.log.exists():
            return ""
        said = self.log.read_text("utf-8", errors="replace").splitlines()
        return "\n".join([line for line in said if _EVERYDAY not in line][-lines:])

    def said(self, word: str) -> bool:
        """Whether a word stands in the log."""
        return self.log.exists() and word in self.log.read_text("utf-8", errors="replace")
