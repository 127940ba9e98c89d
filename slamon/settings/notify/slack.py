"""`notify.slack`: where messages go, as whom, how fast, and how presses of their buttons come back."""

from typing import Annotated

from pydantic import AfterValidator, Field, Strict

from slamon.settings.duration import Duration
from slamon.settings.fields import (
    Allowed,
    PositiveSpan,
    Secret,
    SecretFile,
    SecretUrl,
    Section,
    Url,
    Word,
    whole,
)
from slamon.settings.notify.routes import Person


def _with_slash(url: str) -> str:
    return url if url.endswith("/") else url + "/"


class Slack(Section):
    """Notices as Slack messages."""

    token: Annotated[Secret | None, Field(description="Bot token; without it and webhook_url nothing is sent")] = None
    token_file: Annotated[SecretFile | None, Field(description="File that holds the bot token")] = None
    webhook_url: Annotated[
        SecretUrl | None,
        Field(description="Incoming webhook, where there is no token: plain posts, no edits, one channel"),
    ] = None
    webhook_url_file: Annotated[SecretFile | None, Field(description="File that holds that URL")] = None
    api_url: Annotated[Url, AfterValidator(_with_slash), Field(description="Where the Web API is")] = (
        "https://slack.com/api/"
    )
    signing_secret: Annotated[Secret | None, Field(description="Proves that button presses are Slack's")] = None
    signing_secret_file: Annotated[SecretFile | None, Field(description="File that holds it")] = None
    app_token: Annotated[
        Secret | None, Field(description="App token (xapp-): button presses come by Socket Mode, without a public URL")
    ] = None
    app_token_file: Annotated[SecretFile | None, Field(description="File that holds it")] = None
    channel: Annotated[Word | None, Field(description="Channel that gets the notices, by name or id")] = None
    per_second: Annotated[
        float,
        Strict(),
        Field(ge=0.01, le=100, allow_inf_nan=False, description="Calls a second and channel at most"),
        Allowed("a number from 0.01 to 100"),
    ] = 1.0
    digest_above: Annotated[
        int,
        Strict(),
        Field(ge=0, le=100_000, description="More notices a minute than this become one digest; 0: never"),
        whole(0, 100_000),
    ] = 10
    acknowledged_for: Annotated[
        PositiveSpan, Field(description="An acknowledgement lasts so long; then there is a reminder if it still stands")
    ] = Duration.parse("P1D")
    managers: Annotated[
        dict[Word, Person],
        Allowed("a mapping of manager ids to {user, channel, hours}"),
    ] = Field(default_factory=dict, description="Where each manager_id is reached")
