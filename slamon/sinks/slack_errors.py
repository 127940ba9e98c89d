"""What Slack's answers mean: its error codes turned into our reasons. Pure."""

import re
from typing import Any

from slack_sdk.errors import SlackApiError

from slamon.errors import SinkError
from slamon.orders.event import Instant
from slamon.sinks.failure import FailureReason, refusal
from slamon.sinks.retry import retry_after_seconds

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
    invalid_arg_name
    cant_update_message message_not_found edit_window_closed update_failed thread_not_found
    invalid_array_arg invalid_charset invalid_form_data invalid_post_type missing_post_type
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


def refused(error: SlackApiError, now: Instant) -> SinkError:
    """The error that an answer other than ok stands for."""
    # An AsyncSlackResponse, or the bare aiohttp response where the body was no JSON
    response = error.response
    status = getattr(response, "status_code", None) or getattr(response, "status", None)
    headers = getattr(response, "headers", None) or {}
    retry_after = retry_after_seconds(headers.get("Retry-After"), now)
    content: Any = getattr(response, "data", None)
    code = text_of(content.get("error")) if isinstance(content, dict) else None
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


def text_of(value: object) -> str | None:
    """A text out of an answer; None for anything else."""
    return value if isinstance(value, str) and value else None
