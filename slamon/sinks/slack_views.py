"""Opens dialogues in Slack by `views.open`."""

import logging
import re
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from slamon.errors import SinkError
from slamon.sinks.failure import FailureReason, interruption
from slamon.sinks.session import SessionHolder

_SECONDS = 2.0
"""Slack gives 3 s for the press and the dialogue together."""

_log = logging.getLogger("slamon.sinks.slack_views.sdk")
_log.setLevel(logging.WARNING)  # slack_sdk's debug lines hold URLs and payloads


class SlackViews:
    """Opens views with the bot's token."""

    def __init__(self, token: str, api_url: str) -> None:
        """Open nothing yet: the session comes with the first call."""
        self._token, self._api_url = token, api_url
        self._session = SessionHolder(api_url, _SECONDS)

    def __repr__(self) -> str:
        return "SlackViews()"

    async def open(self, trigger_id: str, view: dict[str, Any]) -> None:
        """Show a dialogue to whoever pressed. Raises SinkError."""
        client = AsyncWebClient(
            token=self._token,
            base_url=self._api_url,
            session=self._session.get(),
            logger=_log,
            retry_handlers=[],
        )
        client.proxy = None  # the session decides
        try:
            await client.views_open(trigger_id=trigger_id, view=view)
        except SlackApiError as error:
            failure = _refused(error)
        except Exception as error:  # noqa: BLE001 - slack_sdk lets out whatever it trips over in an answer
            failure = interruption(error)
        else:
            return
        raise failure  # outside of the except: nothing that knows the token hangs on it as context

    async def close(self) -> None:
        """Close the session."""
        await self._session.close()


def _refused(error: SlackApiError) -> SinkError:
    content: Any = getattr(error.response, "data", None)
    code = content.get("error") if isinstance(content, dict) else None
    known = isinstance(code, str) and re.fullmatch(r"[a-z0-9_]{1,64}", code) is not None
    said = f"Slack said {code}" if known else "Slack refused, without saying why"
    return SinkError(FailureReason.REJECTED, said, permanent=True)
