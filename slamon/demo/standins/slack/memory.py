"""The channels as the ledger tells of them: what a restarted stand-in still knows, and what tests look at."""

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from slamon.demo.standins.ledger import read_ledger
from slamon.demo.standins.slack.channels import Workspace, microseconds
from slamon.orders.event import instant

POST, UPDATE, SAY = "chat.postMessage", "chat.update", "say"


def read_workspace(ledger: Path) -> Workspace:
    """The final state of all channels: messages, replies, metadata, and edits with what stood there before."""
    workspace = Workspace()
    replay(read_ledger(ledger), workspace)
    return workspace


def replay(rows: Iterable[Mapping[str, Any]], workspace: Workspace) -> None:
    """Do again what the rows tell of; messages get the ts and channels the id that they had."""
    for row in rows:
        if row["accepted"] and row["method"] in {POST, UPDATE, SAY}:
            _do(row, workspace)


def _do(row: Mapping[str, Any], workspace: Workspace) -> None:
    arguments, ts = row["request"], row["ts"]
    channel = workspace.remembers(row["channel"], str(arguments["channel"]))
    match row["method"]:
        case "chat.postMessage":
            workspace.post({**arguments, "channel": channel.channel_id}, microseconds(ts))
        case "chat.update":
            workspace.update(arguments, instant(dt.datetime.fromisoformat(row["at"])))
        case _:
            workspace.say(channel.channel_id, arguments["text"], microseconds(ts), arguments["user"])
