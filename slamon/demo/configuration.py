"""slamon's configuration for a demo: three weeks in the demo's tempo, three sources, two receivers."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from slamon.demo.people import MANAGERS, MARKETPLACE
from slamon.demo.ports import LOOPBACK
from slamon.demo.systems import PARTITIONS, SYSTEMS
from slamon.demo.tempo import Tempo, iso_duration
from slamon.demo.topics import Topics

SECRET = "whsec_c2xhbW9uLWRlbW8tc2VjcmV0"  # noqa: S105 - the stand-in's own, known to everybody
SIGNING_SECRET = "slamon-demo"  # noqa: S105 - as the other
CHANNEL = "#late-orders"
WEBHOOK = "sales"
DIGEST_ABOVE = 70
"""A channel has fewer notices a minute while all goes its usual way, and more when a system is down."""
_MARKETPLACE_CHANNEL = "#marketplace"

_HEADER = "# Written by `slamon demo`: three weeks take {promise:.0f} seconds, the rest in proportion.\n"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where slamon finds what it works with, and where it listens."""

    bootstrap: str
    slack_api: str
    webhook: str
    host: str
    port: int

    @property
    def pages(self) -> str:
        """Where its pages are, as a browser on this machine reaches them."""
        return f"http://{LOOPBACK}:{self.port}"


def configuration(tempo: Tempo, topics: Topics, addresses: Addresses, folder: Path) -> dict[str, Any]:
    """The configuration as a mapping; `folder` is for slamon's own files."""
    return {
        "kafka": {
            "bootstrap_servers": addresses.bootstrap,
            "app_id": topics.app_id,
            "partitions": PARTITIONS,
        },
        "sources": {
            system.name: {
                "topics": [topics.of(system)],
                "system": system.name,
                "status_map": system.status_map,
            }
            for system in SYSTEMS
        },
        "sla": {
            "promise": {
                "duration": iso_duration(tempo.promise),
                "warn_before": iso_duration(tempo.warn_before),
            },
            "stages": [
                {"from": stage.start, "to": stage.to, "budget": iso_duration(stage.budget)} for stage in tempo.stages
            ],
        },
        "notify": _receivers(addresses),
        "web": {"host": addresses.host, "port": addresses.port, "public_url": addresses.pages},
        "data_dir": str(folder),
        "shutdown_grace": "PT10S",
    }


def write_configuration(path: Path, content: Mapping[str, Any], tempo: Tempo) -> None:
    """Writes it as people would."""
    header = _HEADER.format(promise=tempo.promise / 1_000_000)
    path.write_text(header + yaml.safe_dump(dict(content), sort_keys=False, allow_unicode=True), "utf-8")


def _receivers(addresses: Addresses) -> dict[str, Any]:
    return {
        "slack": {
            "token": "xoxb-demo",
            "api_url": addresses.slack_api,
            "channel": CHANNEL,
            "signing_secret": SIGNING_SECRET,
            "per_second": 50,  # three weeks' notices in a minute
            "digest_above": DIGEST_ABOVE,
            "managers": {
                manager: {"user": f"U{number:04}", "channel": f"#{manager.replace('.', '-')}"}
                for number, manager in enumerate(MANAGERS, start=1)
            },
        },
        "webhooks": {WEBHOOK: {"url": addresses.webhook, "secret": SECRET}},
        "rules": [
            {
                "channels": [MARKETPLACE.channel],
                "receivers": ["slack", WEBHOOK],
                "slack_channel": _MARKETPLACE_CHANNEL,
            },
            {"receivers": ["slack", WEBHOOK]},
        ],
    }
