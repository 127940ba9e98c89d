"""The daemon and its receivers besides Slack's API: mail, Apprise, an incoming webhook, and a webhook that is dead."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from slamon.demo.ports import free_port
from slamon.demo.standins.script import Act, Reply
from tests.fakes.http_receiver import HttpReceiver
from tests.fakes.mail_server import MailServer
from tests.integration.daemon.waiting import until
from tests.integration.daemon.world import Plan, World, event, now, promise

pytestmark = [pytest.mark.kafka]


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    made = MailServer()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def posts(tmp_path: Path) -> AsyncIterator[dict[str, HttpReceiver]]:
    made = {
        name: HttpReceiver(tmp_path / f"{name}.posts", lambda _: "it", answer="ok") for name in ("slack", "apprise")
    }
    for receiver in made.values():
        await receiver.start()
    yield made
    for receiver in made.values():
        await receiver.stop()


async def test_each_gets_the_notice_in_its_own_form_and_a_dead_one_delays_none(
    bootstrap: str, tmp_path: Path, mail: MailServer, posts: dict[str, HttpReceiver]
) -> None:
    mail.script.push(Reply(Act.SERVER_ERROR), Reply(Act.RATE_LIMITED))
    notify = {
        "slack": {"webhook_url": f"{posts['slack'].url}/services/T/B/x"},
        "smtp": {
            "host": "127.0.0.1",
            "port": mail.port,
            "security": "none",
            "sender": "slamon@example.org",
            "to": ["sales@example.org"],
            "managers": {"m-1": "anna@example.org"},
        },
        "apprise": {"url": posts["apprise"].url.replace("http", "json", 1)},
        "webhooks": {"dead": {"url": f"http://127.0.0.1:{free_port()}/"}},
    }
    plan = Plan(promise("PT2S", "PT0S"), receivers=(), more={"notify": notify})
    async with World(bootstrap, tmp_path, plan) as world:
        worker = await world.worker()
        await world.tell([event("o-1", "SUBMITTED", now(), manager_id="m-1", client_name="<b>Bad & Co</b>")])

        async def asked() -> dict[str, dict[str, Any]]:
            found = await worker.notices(order_id="o-1", kind="breached")
            return {d["receiver"]: d for notice in found for d in notice["deliveries"]}

        def others_are_sent(found: dict[str, dict[str, Any]]) -> bool:
            return {name for name, d in found.items() if d["state"] == "sent"} == {"slack", "smtp", "apprise"}

        deliveries = await until(asked, others_are_sent, what="all but the dead one have it")
        assert deliveries["dead"]["state"] in {"pending", "sending"}
        assert deliveries["smtp"]["attempts"] == 3
        (recipients, message), (notice,) = mail.taken[0], await worker.notices(order_id="o-1", kind="breached")
        assert recipients == ["sales@example.org", "anna@example.org"]
        assert message["Message-ID"] == f"<{notice['notice_id']}@example.org>"
        html = message.get_body(("html",))
        assert html is not None
        assert "&lt;b&gt;Bad &amp; Co&lt;/b&gt;" in html.get_content()
        assert len(mail.taken) == 1
        (posted,) = posts["slack"].rows()
        assert posted["path"] == "/services/T/B/x"
        assert "&lt;b&gt;Bad &amp; Co&lt;/b&gt;" in posted["request"]["text"]
        (posted,) = posts["apprise"].rows()
        assert "<b>Bad & Co</b>" in posted["request"]["title"]
