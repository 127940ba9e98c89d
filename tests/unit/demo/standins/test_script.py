"""What a stand-in was told to do."""

import pytest

from slamon.demo.standins.script import GOOD_SERVICE, Act, Call, Reply, Rule, Script


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


LIMITED, BROKEN, HANGS = Reply(Act.RATE_LIMITED), Reply(Act.SERVER_ERROR), Reply(Act.HANG, seconds=1)
POST = Call("chat.postMessage", frozenset({"C1", "late", "#late"}))
READ = Call("conversations.history", frozenset({"C1", "late", "#late"}), changes=False)


def acts(rule: Rule, count: int, call: Call = POST) -> str:
    script = Script()
    script.rule(rule)
    letters = {Act.SERVE: ".", Act.RATE_LIMITED: "4", Act.SERVER_ERROR: "5", Act.HANG: "h"}
    return "".join(letters[script.next(call).act] for _ in range(count))


@pytest.mark.parametrize(
    ("rule", "call", "told"),
    [
        (Rule((LIMITED, BROKEN, HANGS)), POST, "45h45h"),
        (Rule((LIMITED, Reply())), POST, "4.4.4."),
        (Rule((LIMITED,), after=2, times=3), POST, "..444."),
        (Rule((LIMITED,), times=0), POST, "......"),
        (Rule((LIMITED,), share=0), POST, "......"),
        (Rule((LIMITED,)), READ, "......"),
        (Rule((LIMITED,), methods=frozenset({"conversations.history"})), READ, "444444"),
        (Rule((LIMITED,), methods=frozenset({"chat.update"})), POST, "......"),
        (Rule((LIMITED,), channels=frozenset({"#late"})), POST, "444444"),
        (Rule((LIMITED,), channels=frozenset({"C2"})), POST, "......"),
    ],
)
def test_a_rule_treats_what_it_is_for(rule: Rule, call: Call, told: str) -> None:
    assert acts(rule, 6, call) == told


def test_a_share_of_the_calls() -> None:
    told = acts(Rule((BROKEN,), share=0.5), 1_000)
    assert 400 < told.count("5") < 600
    assert told == acts(Rule((BROKEN,), share=0.5), 1_000), "the same every time"


def test_a_rule_ends_with_its_time() -> None:
    script = Script()
    script.rule(Rule((BROKEN,), seconds=2), now=1_000_000)
    assert [script.next(POST, now).act for now in (1_000_000, 2_999_999, 3_000_000)] == [
        Act.SERVER_ERROR,
        Act.SERVER_ERROR,
        Act.SERVE,
    ]


def test_the_queue_comes_before_rules_and_the_first_rule_before_others() -> None:
    script = Script(HANGS)
    script.rule(Rule((LIMITED,), times=1), Rule((BROKEN,)))
    assert [script.next(POST).act for _ in range(3)] == [Act.HANG, Act.RATE_LIMITED, Act.SERVER_ERROR]
    script.clear()
    assert script.next(POST) is GOOD_SERVICE


def test_a_call_that_changes_nothing_leaves_the_queue_alone() -> None:
    script = Script(HANGS)
    assert script.next(READ) is GOOD_SERVICE
    assert len(script) == 1


def test_a_rule_is_read_from_json() -> None:
    content = {"replies": [{"act": "hang", "seconds": 5}], "methods": ["chat.update"], "channels": ["#c"], "times": 2}
    expected = Rule((Reply(Act.HANG, seconds=5),), frozenset({"chat.update"}), frozenset({"#c"}), times=2)
    assert Rule.parse(content) == expected


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"replies": []},
        {"replies": [{"act": "explode"}]},
        {"replies": [{"act": "hang"}], "often": 3},
        {"replies": [{"act": "hang"}], "methods": "chat.update"},
        {"replies": [{"act": "hang"}], "channels": [5]},
        {"replies": [{"act": "hang"}], "times": "3"},
    ],
)
def test_a_rule_that_is_none_is_refused(content: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        Rule.parse(content)


def test_only_some_acts_take_the_call() -> None:
    taking = {act for act in Act if Reply(act).accepts}
    assert taking == {Act.SERVE, Act.ACCEPT_THEN_HANG, Act.ACCEPT_THEN_RESET}
