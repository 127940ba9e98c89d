"""Names from outside, end to end: whatever clients are called, Slack takes the message and nobody is misled."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.daemon.storms import settled, writes
from tests.integration.daemon.world import SECOND, Plan, World, event, now, promise

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

NAMES = [
    "<!channel>",
    "<!here|everybody>",
    "<@U0ANN> and <#C0LATE|late>",
    "<https://evil.example|your bank>",
    "https://evil.example/login",
    "&lt;!channel&gt;",
    "```code``` `x` *bold* _it_ ~no~",
    "*",
    "A" * 40_000,
    "<!channel>" * 4_000,
    "&" * 40_000,
    "line\r\none\x00two\x1b[31m\x7f\u2028three\u0085",
    "\u202edetrevni\u202c \u2066isolate\u2069 \u200e\u200f\u061c",
    "zero\u200bwidth\ufeff",
    "lone \ud800 surrogate",
    "|> quoted ~ :rotating_light: @channel @here #late-orders",
    "👩‍👩‍👧" * 500,
    "",
    " ",
]
OURS = re.compile(
    r"<!date\^[0-9]+\^\{date_short_pretty\}, \{time\}\|[^<>|]*>"
    r"|<http://127\.0\.0\.1:[0-9]+/orders[^<>|\s]*\|[^<>|]*>"
)
"""What slamon marks up itself: dates, and links to its own pages."""
MARKUP = re.compile(r"<[^>]*>?|>")
CONTROLS = r"\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029"
HIDDEN = re.compile(rf"[{CONTROLS}\u200b\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]")


def texts(message: dict[str, Any]) -> Iterator[str]:
    """Every text that Slack would format."""
    yield message["text"]
    waiting: list[Any] = [message["blocks"]]
    while waiting:
        here = waiting.pop()
        if isinstance(here, list):
            waiting += here
        elif isinstance(here, dict):
            if here.get("type") == "mrkdwn":
                assert here["verbatim"] is True
                yield here["text"]
            waiting += here.values()


@pytest.mark.parametrize("digest_above", [0, 3])
async def test_names_do_no_harm(bootstrap: str, tmp_path: Path, digest_above: int) -> None:
    """As messages of their own and in a digest: taken by Slack, no markup but our own, nothing hidden."""
    plan = Plan(promise("PT2S", "PT0S"), receivers=("slack",), slack={"digest_above": digest_above})
    async with World(bootstrap, tmp_path, plan) as world:
        await world.worker()
        at = now() - 5 * SECOND
        said = [
            event(
                f"o-{number}", "SUBMITTED", at, system="shop", client_name=name, client_id=name, manager_id=name[:500]
            )
            for number, name in enumerate(NAMES)
        ]
        said += [event(name, "SUBMITTED", at, system="shop") for name in NAMES[:5]]
        await world.tell(json.dumps(one).encode() for one in said)
        usable = len(said) - 1  # the one with a surrogate is no UTF-8
        deliveries = await settled(world, usable, within=60)
        assert any(d["digest_id"] for d in deliveries.values()) == bool(digest_above)
        assert {row["error"] for row in world.slack.rows()} == {None}
        parsed = {(row["request"]["parse"], row["request"]["link_names"]) for row in writes(world.slack)}
        assert parsed == {("none", False)}
        channel = world.slack.workspace().channel("late-orders")
        messages = channel.messages
        for version in (version for message in messages for version in channel.versions(message["ts"])):
            for text in texts(version):
                assert not MARKUP.findall(OURS.sub("", text)), text[:300]
                assert not HIDDEN.search(text), ascii(text[:300])
        shown = "".join(text for message in messages for text in texts(message))
        assert "&lt;!channel&gt;" in shown
        assert "&amp;lt;!channel&amp;gt;" in shown
