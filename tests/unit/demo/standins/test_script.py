"""What a stand-in was told to do."""

import pytest

from slamon.demo.standins.script import GOOD_SERVICE, Act, Reply, Script


def test_replies_come_in_order_and_then_good_service() -> None:
    script = Script(Reply(Act.HANG))
    script.push(Reply(Act.RESET), Reply(Act.REFUSE, status=410))
    assert len(script) == 3
    assert [script.next().act for _ in range(4)] == [Act.HANG, Act.RESET, Act.REFUSE, Act.SERVE]


def test_a_cleared_script_serves() -> None:
    script = Script(Reply(Act.HANG))
    script.clear()
    assert script.next() is GOOD_SERVICE


def test_a_reply_is_read_from_json() -> None:
    content = {"act": "rate_limited", "retry_after": "30"}
    assert Reply.parse(content) == Reply(Act.RATE_LIMITED, retry_after="30")


@pytest.mark.parametrize("content", [{"act": "explode"}, {"act": "hang", "for": 5}, {}])
def test_a_reply_that_is_none_is_refused(content: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        Reply.parse(content)


def test_only_some_acts_take_the_call() -> None:
    taking = {act for act in Act if Reply(act).accepts}
    assert taking == {Act.SERVE, Act.ACCEPT_THEN_HANG, Act.ACCEPT_THEN_RESET}
