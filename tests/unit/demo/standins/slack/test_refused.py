"""How Slack says no."""

from slamon.demo.standins.slack.refused import Refused


def test_a_bare_code() -> None:
    assert Refused("no_text").content == {"ok": False, "error": "no_text"}


def test_a_code_with_its_reasons() -> None:
    assert Refused("invalid_blocks", "must be an array [json-pointer:/blocks]").content == {
        "ok": False,
        "error": "invalid_blocks",
        "errors": ["must be an array [json-pointer:/blocks]"],
        "response_metadata": {"messages": ["[ERROR] must be an array [json-pointer:/blocks]"]},
    }
