"""Texts, ids, options and confirmations."""

from collections.abc import Callable

import pytest

from slamon.demo.standins.slack.objects import (
    PLAIN,
    check_confirm,
    check_optional,
    check_options,
    check_string,
    check_strings,
    check_text,
    items,
    json_object,
)
from slamon.demo.standins.slack.refused import Refused


def plain(length: int) -> dict[str, object]:
    return {"type": "plain_text", "text": "x" * length}


def mrkdwn(length: int) -> dict[str, object]:
    return {"type": "mrkdwn", "text": "x" * length}


CONFIRM = {"title": plain(100), "text": mrkdwn(300), "confirm": plain(30), "deny": plain(30)}
OPTION = {"text": plain(75), "value": "x" * 150}


@pytest.mark.parametrize(
    ("check", "told", "place"),
    [
        (lambda: json_object([], "/p"), "must provide an object", "/p"),
        (lambda: items({}, "/p", 3), "must be an array", "/p"),
        (lambda: items([1] * 4, "/p", 3), "no more than 3 items allowed", "/p"),
        (lambda: items([], "/p", 3), "no fewer than 1 items allowed", "/p"),
        (lambda: check_string(5, "/p", 3), "must be a string", "/p"),
        (lambda: check_string("", "/p", 3), "must be more than 0 characters", "/p"),
        (lambda: check_string("xxxx", "/p", 3), "must be less than 4 characters", "/p"),
        (lambda: check_text("bare", "/p", 3), "must provide an object", "/p"),
        (lambda: check_text(mrkdwn(1), "/p", 3, PLAIN), "unsupported type: mrkdwn", "/p/type"),
        (lambda: check_text(mrkdwn(4), "/p", 3), "must be less than 4 characters", "/p/text"),
        (
            lambda: check_optional({"hint": plain(4)}, "/p", {"hint": 3}),
            "must be less than 4 characters",
            "/p/hint/text",
        ),
        (lambda: check_strings({"url": "xxxx"}, "/p", {"url": 3}), "must be less than 4 characters", "/p/url"),
        (
            lambda: check_options([OPTION, {**OPTION, "value": ""}], "/p", 2),
            "must be more than 0 characters",
            "/p/1/value",
        ),
        (
            lambda: check_options([{**OPTION, "text": plain(76)}], "/p", 2),
            "must be less than 76 characters",
            "/p/0/text/text",
        ),
        (
            lambda: check_confirm({**CONFIRM, "title": plain(101)}, "/p"),
            "must be less than 101 characters",
            "/p/title/text",
        ),
        (
            lambda: check_confirm({**CONFIRM, "text": mrkdwn(301)}, "/p"),
            "must be less than 301 characters",
            "/p/text/text",
        ),
    ],
)
def test_each_refusal_points_at_its_place(check: Callable[[], object], told: str, place: str) -> None:
    with pytest.raises(Refused) as refused:
        check()
    assert (refused.value.error, refused.value.messages) == ("invalid_blocks", (f"{told} [json-pointer:{place}]",))


def test_within_the_limits() -> None:
    assert list(items(["a", "b"], "/p", 2)) == [("a", "/p/0"), ("b", "/p/1")]
    assert check_string("xxx", "/p", 3) == "xxx"
    check_text(mrkdwn(3), "/p", 3)
    check_optional({}, "/p", {"hint": 3})
    check_strings({"url": None}, "/p", {"url": 3})
    check_options([OPTION, OPTION], "/p", 2)
    check_confirm(CONFIRM, "/p")
