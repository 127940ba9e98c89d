"""The evidence for a verdict: every rule with what it saw, the one that decided, the samples."""

from slamon.lag.explaining import explained, rules_of
from slamon.lag.observation import Place, Reason, Unknown
from slamon.lag.policy import LagPolicy
from slamon.lag.verdict import RULES, Case, judge
from tests.builders import HOUR, MINUTE, T0
from tests.fakes.lag import FakeBroker, FakeGroup, FakeLog, Followed

A0, A1 = Place("a", 0), Place("a", 1)


def stuck() -> Followed:
    broker = FakeBroker(mes=FakeGroup({A0: 1, A1: 1}))
    broker.logs = {A0: FakeLog([T0, T0, T0]), A1: FakeLog([T0])}
    followed = Followed(broker)
    for _ in range(6):
        followed.cycle(MINUTE)
    return followed


def test_the_rule_that_decided_and_the_numbers_that_it_saw() -> None:
    followed = stuck()
    found = explained(followed.track.groups["mes"], followed.now)
    assert (found["status"], found["rule"], found["at_rest"]) == ("STUCK", 6, 1)
    (partition,) = found["partitions"]
    assert (partition["partition"], partition["formula"]) == (0, "3 - 1 = 2")
    (decided,) = [rule for rule in partition["rules"] if rule["decides"]]
    assert (decided["rule"], decided["status"], decided["holds"]) == (6, "STUCK", True)
    assert decided["saw"] == {
        "lag": 2, "is_late": True, "age_at_least_seconds": 360, "stood_seconds": 300, "watched_seconds": 300,
    }  # fmt: skip
    assert [rule["saw"] for rule in partition["rules"] if rule["status"] == "REWOUND"] == [{"rewind": "none"}]
    assert partition["samples"][0] == {"at": "2026-03-02T09:01:00Z", "position": 1, "end": 3}


def test_phantom_lag_says_that_nothing_of_it_is_readable() -> None:
    broker = FakeBroker(mes=FakeGroup({A0: 1}))
    broker.logs[A0] = FakeLog([T0, T0], unreadable=frozenset({1}))
    followed = Followed(broker)
    followed.cycle()
    (partition,) = explained(followed.track.groups["mes"], followed.now)["partitions"]
    assert partition["formula"] == "2 - 1 = 1, none of it readable"


def test_what_was_never_read_says_why() -> None:
    broker = FakeBroker(mes=FakeGroup({A0: 1}))
    broker.logs[A0] = FakeLog([T0])
    broker.faults[A0] = Unknown(Reason.NO_LEADER)
    followed = Followed(broker)
    followed.cycle()
    found = explained(followed.track.groups["mes"], followed.now)
    assert found["never_read"] == [{"topic": "a", "partition": 0, "reason": "no_leader"}]
    assert found["status"] == "UNKNOWN"


def test_an_age_that_can_not_be_asked_says_why() -> None:
    broker = FakeBroker(mes=FakeGroup({A0: 1}))
    broker.logs[A0] = FakeLog([T0, T0])
    followed = Followed(broker)
    track = followed.track
    track.observe(broker.observation(T0))
    asked = track.lookups.time_questions(T0, 9)
    track.lookups.take_times(asked, dict.fromkeys(asked, Unknown(Reason.REFUSED)), T0)
    track.conclude(T0)
    (partition,) = explained(followed.track.groups["mes"], followed.now)["partitions"]
    assert partition["age_unknown"] == "refused"


def test_the_rules_are_told_as_they_are_judged() -> None:
    policy, case = LagPolicy(), Case(lag=3, read_ago=0, waited=HOUR, watched=HOUR)
    told = rules_of(case, policy)
    assert [rule["rule"] for rule in told] == [rule.number for rule in RULES]
    assert [rule["rule"] for rule in told if rule["decides"]] == [judge(case, policy).rule]
