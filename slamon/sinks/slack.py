"""The Slack sink: one `chat.postMessage` through slack_sdk per call, its answers turned into our errors."""

import logging
import re
from dataclasses import dataclass, field
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from slamon.errors import SinkError
from slamon.orders.event import Instant
from slamon.sinks.failure import FailureReason, interruption, refusal
from slamon.sinks.message import OutgoingNotice, Receipt
from slamon.sinks.retry import retry_after_seconds
from slamon.sinks.session import SessionHolder
from slamon.sinks.slack_message import slack_message

_OK = 200
_AUTH = """
    invalid_auth not_authed account_inactive token_revoked token_expired missing_scope no_permission
    access_denied not_allowed_token_type ekm_access_denied enterprise_is_restricted two_factor_setup_required
    team_access_not_granted access_not_granted
"""
_NO_CHANNEL = """
    channel_not_found not_in_channel is_archived messages_tab_disabled restricted_action
    restricted_action_read_only_channel
"""
_REJECTED = """
    invalid_blocks invalid_blocks_format invalid_metadata_format invalid_metadata_schema metadata_too_large
    metadata_must_be_sent_from_app msg_too_long msg_blocks_too_long no_text too_many_attachments
    markdown_text_conflict attachment_payload_limit_exceeded cannot_reply_to_message invalid_arguments
    invalid_arg_name invalid_array_arg invalid_charset invalid_form_data invalid_post_type missing_post_type
    method_deprecated deprecated_endpoint
"""
_PERMANENT = {
    code: reason
    for codes, reason in (
        (_AUTH, FailureReason.AUTH),
        (_NO_CHANNEL, FailureReason.NOT_FOUND),
        (_REJECTED, FailureReason.REJECTED),
    )
    for code in codes.split()
}
_LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})


@dataclass(frozen=True, slots=True)
class SlackTarget:
    """Where and as whom to post. The token never shows in a representation."""

    token: str = field(repr=False)
    channel: str
    api_url: str = field(default="https://slack.com/api/", repr=False)
    timeout: float = 10.0
    """Seconds for one attempt."""


class SlackSink:
    """Posts notices to one Slack channel."""

    name = "slack"

    def __init__(self, target: SlackTarget) -> None:
        """Open nothing yet: the session comes with the first call."""
        self._target = target
        self._session = SessionHolder(target.api_url, target.timeout)
        self.channel = f"slack|{target.channel}"

    def __repr__(self) -> str:
        return f"SlackSink({self.channel!r})"

    async def send(self, notice: OutgoingNotice, *, now: Instant) -> Receipt:
        """Post once. Raises SinkError for everything that is not Slack's ok."""
        message = slack_message(notice, self._target.channel)
        try:
            answer = await self._client().chat_postMessage(**message)
        except SlackApiError as error:
            failure = _refused(error, now)
        except Exception as error:  # noqa: BLE001 - slack_sdk lets out whatever it trips over in an answer
            failure = interruption(error)
        else:
            return Receipt(_text(answer.get("ts")), _text(answer.get("channel")))
        raise failure  # outside of the except: nothing that knows the URL hangs on it as context

    def payload(self, notice: OutgoingNotice, *, now: Instant) -> dict[str, Any]:
        """Give the arguments of `chat.postMessage`."""
        del now
        return slack_message(notice, self._target.channel)

    async def close(self) -> None:
        """Close the session."""
        await self._session.close()

    def _client(self) -> AsyncWebClient:
        client = AsyncWebClient(
            token=self._target.token,
            base_url=self._target.api_url,
            session=self._session.get(),
            logger=_quiet(),
            retry_handlers=[],  # one attempt; the dispatcher repeats
        )
        client.proxy = None  # the session decides; slack_sdk would send loopback through HTTPS_PROXY too
        return client


def _quiet() -> logging.Logger:
    """Give slack_sdk a logger that keeps its debug lines (URLs, payloads, proxies) off."""
    logger = logging.getLogger("slamon.sinks.slack.sdk")
    logger.setLevel(logging.WARNING)
    return logger


def _refused(error: SlackApiError, now: Instant) -> SinkError:
    # An AsyncSlackResponse, or the bare aiohttp response where the body was no JSON
    response = error.response
    status = getattr(response, "status_code", None) or getattr(response, "status", None)
    headers = getattr(response, "headers", None) or {}
    retry_after = retry_after_seconds(headers.get("Retry-After"), now)
    content: Any = getattr(response, "data", None)
    code = _text(content.get("error")) if isinstance(content, dict) else None
    if code is not None:
        return _judge(code, retry_after)
    if isinstance(status, int) and status != _OK:
        return refusal(status, retry_after)
    return SinkError(FailureReason.BAD_ANSWER, "Slack's answer could not be read", permanent=False)


def _judge(code: str, retry_after: float | None) -> SinkError:
    said = code if re.fullmatch(r"[a-z0-9_]{1,64}", code) else "an error without a proper name"
    reason, permanent = _meaning(code)
    return SinkError(reason, f"Slack said {said}", permanent=permanent, retry_after=retry_after)


def _meaning(code: str) -> tuple[FailureReason, bool]:
    if code in _PERMANENT:
        return _PERMANENT[code], True
    if code in _LIMITED:
        return FailureReason.RATE_LIMITED, False
    # internal_error, fatal_error, service_unavailable, … and words that Slack may yet invent: a notice is
    # rather repeated in vain than lost
    return FailureReason.SERVER_ERROR, False


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
