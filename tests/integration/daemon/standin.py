"""Slack and a webhook receiver as processes of their own, with their ledgers and their remote control."""

import sys
from pathlib import Path
from typing import Any, Self

import aiohttp

from slamon.demo.ports import free_port
from slamon.demo.process import ServerProcess
from slamon.demo.standins.ledger import read_ledger
from slamon.demo.standins.slack.channels import Workspace
from slamon.demo.standins.slack.memory import read_workspace
from tests.integration.daemon.waiting import until_true

SECRET = "whsec_c2xhbW9uLWRlbW8tc2VjcmV0"


class StandIn:
    """One receiver; it can be killed and started again on the same port and ledger."""

    def __init__(self, kind: str, folder: Path, *options: str) -> None:
        """`options` as the command line of the stand-in takes them."""
        self.kind = kind
        self._options = options
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
                *self._options,
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
        await self._control("script", [{"act": act, **reply}] * times)

    async def rules(self, *rules: dict[str, Any]) -> None:
        """Treat calls by rules (`Rule.parse`) from now on: `{"replies": […], "methods"?, "channels"?, "seconds"?}`."""
        await self._control("rules", list(rules))

    async def release(self) -> None:
        """Let the calls go that hang now."""
        await self._control("release", {})

    async def press(self, channel: str, ts: str, action_id: str, user: str = "U0ANN") -> dict[str, Any]:
        """Press a button of a message; returns `{accepted, error, answer}` of the app."""
        return await self._control("press", {"channel": channel, "ts": ts, "action_id": action_id, "user": user})

    async def submit(self, view_id: str, user: str = "U0ANN", **values: object) -> dict[str, Any]:
        """Submit a modal that was opened, with values by action id; returns `{accepted, error, answer}` of the app."""
        return await self._control("submit", {"view_id": view_id, "values": values, "user": user})

    async def interact(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Deliver any payload; returns `{accepted, error, answer}` of the app."""
        return await self._control("interact", payload)

    async def disconnect(self) -> None:
        """End the connections of Socket Mode as Slack does to renew them."""
        await self._control("disconnect", {})

    async def interactions_go_to(self, url: str, secret: str) -> None:
        """Post pressed buttons there, signed with the secret."""
        await self._control("interactions-url", {"url": url, "secret": secret})

    async def _control(self, path: str, content: object) -> dict[str, Any]:
        url = f"http://127.0.0.1:{self._port}/-/{path}"
        async with aiohttp.ClientSession() as session, session.post(url, json=content) as answer:
            assert answer.status == 200, await answer.text()
            said: dict[str, Any] = await answer.json()
            return said

    async def well_again(self) -> None:
        await self.script("serve", 0)

    def rows(self) -> list[dict[str, Any]]:
        """Every call so far, as it stands on disk."""
        return list(read_ledger(self.ledger))

    def workspace(self) -> Workspace:
        """The channels of Slack as they are now: messages, replies, edits, metadata."""
        return read_workspace(self.ledger)

    def accepted(self) -> list[str]:
        """The notice ids of the calls that took effect, in order."""
        sent = [row["id"] for row in self.rows() if row["accepted"] and row["method"] in _SENDING]
        return [own_id for own_id in sent if own_id is not None]  # the rest are lines of threads, and digests

    def calls(self) -> int:
        """How many calls were made, whatever became of them."""
        return sum(row["method"] in _SENDING for row in self.rows())

    def log_tail(self) -> str:
        return self._log.read_text("utf-8", errors="replace")[-2_000:] if self._log.exists() else ""


_SENDING = ("chat.postMessage", "POST")
