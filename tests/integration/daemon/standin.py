"""Slack and a webhook receiver as processes of their own, with their ledgers and their remote control."""

import sys
from pathlib import Path
from typing import Any, Self

import aiohttp

from slamon.demo.ports import free_port
from slamon.demo.process import ServerProcess
from slamon.demo.standins.ledger import read_ledger
from tests.integration.daemon.waiting import until_true

SECRET = "whsec_c2xhbW9uLWRlbW8tc2VjcmV0"


class StandIn:
    """One receiver; it can be killed and started again on the same port and ledger."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind = kind
        self.ledger = folder / f"{kind}.jsonl"
        self._log = folder / f"{kind}.log"
        self._port = free_port()
        self._process: ServerProcess | None = None
        path = "api/" if kind == "slack" else "hook"
        self.endpoint = f"http://127.0.0.1:{self._port}/{path}"

    async def start(self) -> Self:
        said = self._announced()
        self._process = ServerProcess(
            [
                sys.executable,
                *("-m", "slamon.demo.standins", self.kind),
                *("--ledger", str(self.ledger), "--port", str(self._port)),
            ],
            log=self._log,
        )
        await until_true(lambda: self._announced() > said, what=f"the {self.kind} stand-in listens")
        return self

    def _announced(self) -> int:
        return self._log.read_bytes().count(b'"endpoint"') if self._log.exists() else 0

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process = None

    async def script(self, act: str, times: int = 1, **reply: object) -> None:
        """Treat the next calls like this; `times` 0 returns to good service at once."""
        url = f"http://127.0.0.1:{self._port}/-/script"
        replies = [{"act": act, **reply}] * times
        async with aiohttp.ClientSession() as session, session.post(url, json=replies) as answer:
            assert answer.status == 200, await answer.text()

    async def well_again(self) -> None:
        await self.script("serve", 0)

    def rows(self) -> list[dict[str, Any]]:
        """Every call so far, as it stands on disk."""
        return list(read_ledger(self.ledger))

    def accepted(self) -> list[str]:
        """The notice ids of the calls that took effect, in order."""
        return [row["id"] for row in self.rows() if row["accepted"] and row["method"] in _SENDING]

    def calls(self) -> int:
        """How many calls were made, whatever became of them."""
        return sum(row["method"] in _SENDING for row in self.rows())

    def log_tail(self) -> str:
        return self._log.read_text("utf-8", errors="replace")[-2_000:] if self._log.exists() else ""


_SENDING = ("chat.postMessage", "POST")
