"""`python -m slamon.demo.standins slack|webhook`: a stand-in in a process of its own, until SIGTERM."""

import argparse
import asyncio
import json
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from slamon.demo.standins.slack import SlackStandIn
from slamon.demo.standins.slack.delivery import RequestUrl
from slamon.demo.standins.webhook import WebhookStandIn


def main(argv: Sequence[str] | None = None) -> int:
    """Run one stand-in; its URLs come as one JSON line on stdout once it listens."""
    options = _parser().parse_args(argv)
    asyncio.run(_serve(_stand_in(options), options.port, options.host))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m slamon.demo.standins", description=__doc__)
    parser.add_argument("kind", choices=["slack", "webhook"])
    parser.add_argument("--ledger", type=Path, required=True, help="append-only JSONL of every call")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 in a container")
    slack = parser.add_argument_group("slack")
    slack.add_argument("--token", help="the only token that is let in; default any")
    slack.add_argument("--channel", action="append", default=[], help="known channel; default any")
    slack.add_argument("--app-token", help="the only token that may open Socket Mode; default any xapp-…")
    slack.add_argument("--per-second", type=float, help="pace of chat.* per channel; default any")
    slack.add_argument("--burst", type=int, default=3, help="chat.* calls that may follow one another")
    slack.add_argument("--reads-per-minute", type=int, help="pace of each conversations.* method; default any")
    slack.add_argument("--interactions-url", help="where pressed buttons are posted; default Socket Mode")
    slack.add_argument("--signing-secret", default="slamon-demo", help="signs those posts")
    webhook = parser.add_argument_group("webhook")
    webhook.add_argument("--secret", default="whsec_c2xhbW9uLWRlbW8tc2VjcmV0", help="whsec_… or plain text")
    return parser


def _stand_in(options: argparse.Namespace) -> SlackStandIn | WebhookStandIn:
    if options.kind == "webhook":
        return WebhookStandIn(options.ledger, clock=_now, secret=options.secret)
    url = options.interactions_url
    return SlackStandIn(
        options.ledger,
        clock=_now,
        token=options.token,
        app_token=options.app_token,
        channels=tuple(options.channel),
        per_second=options.per_second,
        burst=options.burst,
        reads_per_minute=options.reads_per_minute,
        interactions=RequestUrl(url, options.signing_secret) if url else None,
    )


async def _serve(stand_in: SlackStandIn | WebhookStandIn, port: int, host: str) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    url = await stand_in.start(port, host)
    endpoint = stand_in.api_url if isinstance(stand_in, SlackStandIn) else stand_in.hook_url
    sys.stdout.write(json.dumps({"url": url, "endpoint": endpoint}) + "\n")
    sys.stdout.flush()
    await stopped.wait()
    await stand_in.stop()


def _now() -> int:
    return time.time_ns() // 1_000


if __name__ == "__main__":
    sys.exit(main())
