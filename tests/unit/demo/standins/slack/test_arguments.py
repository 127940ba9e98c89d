"""A call's arguments and token."""

from typing import Any

import pytest
from aiohttp.test_utils import make_mocked_request

from slamon.demo.standins.slack.arguments import read_arguments, read_token


class _Request:
    """What is read of a request: a query, a body of some type, headers."""

    def __init__(self, content_type: str, body: Any, query: dict[str, str]) -> None:
        self.content_type, self.query, self._body = content_type, query, body

    async def text(self) -> str:
        return str(self._body)

    async def post(self) -> dict[str, Any]:
        return dict(self._body)


JSON, FORM = "application/json", "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("content_type", "body", "query", "read"),
    [
        (JSON, '{"channel": "C1", "blocks": []}', {}, {"channel": "C1", "blocks": []}),
        (JSON, '{"channel": "C1"}', {"channel": "C2", "limit": "5"}, {"channel": "C1", "limit": "5"}),
        (JSON, "not json", {"limit": "5"}, {"limit": "5"}),
        (JSON, "[1]", {}, {}),
        (FORM, {"text": "[1]", "blocks": "[1]"}, {}, {"text": "[1]", "blocks": [1]}),
        (FORM, {"metadata": '{"event_type"', "view": "{}"}, {}, {"metadata": '{"event_type"', "view": {}}),
        (FORM, {}, {"metadata": "{}"}, {"metadata": {}}),
    ],
)
async def test_where_arguments_come_from(content_type: str, body: Any, query: dict[str, str], read: object) -> None:
    request: Any = _Request(content_type, body, query)
    assert await read_arguments(request) == read


@pytest.mark.parametrize(
    ("header", "arguments", "token"),
    [
        ("Bearer xoxb-1", {}, "xoxb-1"),
        ("Bearer xoxb-1", {"token": "xoxb-2"}, "xoxb-1"),
        ("", {"token": "xoxb-2"}, "xoxb-2"),
        ("", {}, None),
    ],
)
def test_where_the_token_is(header: str, arguments: dict[str, Any], token: str | None) -> None:
    request = make_mocked_request("POST", "/", headers={"Authorization": header} if header else {})
    assert read_token(request, arguments) == token
