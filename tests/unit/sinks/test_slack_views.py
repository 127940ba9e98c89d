"""Dialogues opened at the stand-in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from slamon.demo.standins.slack import SlackStandIn
from slamon.demo.standins.slack.triggers import new_trigger
from slamon.errors import SinkError
from slamon.notices.answers import Action
from slamon.sinks.slack_dialogue import dialogue
from slamon.sinks.slack_press import Press
from slamon.sinks.slack_views import SlackViews
from tests.fakes.sites import refusing
from tests.samples import NOW

VIEW = dialogue(Press(Action.PROMISE, "n-1", "o-1", "U7", "7.1"), NOW)


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[SlackStandIn]:
    stand_in = SlackStandIn(tmp_path / "ledger", clock=lambda: NOW, token="xoxb-1")
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


async def test_it_is_opened(slack: SlackStandIn) -> None:
    views = SlackViews("xoxb-1", slack.api_url)
    await views.open(new_trigger(NOW), VIEW)
    await views.close()
    (opened,) = slack.views.opened.values()
    assert opened["callback_id"] == "promise"


@pytest.mark.parametrize(
    ("token", "trigger", "said"), [("xoxb-2", "", "invalid_auth"), ("xoxb-1", "nonsense", "invalid_trigger")]
)
async def test_slacks_no_is_told_without_the_token(slack: SlackStandIn, token: str, trigger: str, said: str) -> None:
    views = SlackViews(token, slack.api_url)
    with pytest.raises(SinkError, match=said) as refused:
        await views.open(trigger, VIEW)
    await views.close()
    assert token not in f"{refused.value!r} {views!r}"


async def test_nobody_there() -> None:
    with refusing() as url:
        views = SlackViews("xoxb-1", f"{url}/api/")
        with pytest.raises(SinkError):
            await views.open("t", VIEW)
        await views.close()
