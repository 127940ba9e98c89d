"""A call's arguments and token as Slack reads them: query, form or JSON; JSON text inside a form is unpacked."""

import json
from typing import Any

from aiohttp import web

from slamon.demo.standins.slack.refused import Json

_JSON_IN_FORMS = ("blocks", "metadata", "view")


async def read_arguments(request: web.Request) -> Json:
    """Read all arguments; later sources win."""
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        content = _unpacked(await request.text())
        return arguments | content if isinstance(content, dict) else arguments
    arguments |= dict(await request.post())
    return arguments | {key: _unpacked(arguments[key]) for key in _JSON_IN_FORMS if key in arguments}


def read_token(request: web.Request, arguments: Json) -> str | None:
    """The token, wherever it is."""
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    return bearer or arguments.get("token")


def _unpacked(text: Any) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return text
