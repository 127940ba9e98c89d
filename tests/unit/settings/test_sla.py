"""`sla`."""

from slamon.settings.sla import Sla
from slamon.sla.calendar import Length
from slamon.sla.policy import ApplyTo, OnRegress, SlaPolicy, StopFrom
from tests.configurations import problems_beside, settings_of


def test_the_defaults_are_the_cores() -> None:
    assert settings_of().sla_policy() == SlaPolicy()
    assert settings_of().sla_policy().revision == SlaPolicy().revision


def test_what_is_configured_reaches_the_core() -> None:
    policy = settings_of(
        "sla:\n"
        "  promise: {start: INITIATED, stop: [CLOSED], stop_from: owner, duration: PT9M, warn_before: PT1M}\n"
        "  stages: [{from: SUBMITTED, to: SHIPPED, budget: P1DT1H}]\n"
    ).sla_policy()
    assert (policy.promise.start, policy.promise.stop) == ("INITIATED", frozenset({"CLOSED"}))
    assert policy.promise.stop_from is StopFrom.OWNER
    assert (policy.promise.duration, policy.promise.warn_before) == (Length(0, 540_000_000), Length(0, 60_000_000))
    assert [(stage.start, stage.to, stage.budget) for stage in policy.stages] == [
        ("SUBMITTED", "SHIPPED", Length(1, 3600 * 1_000_000))
    ]


def test_no_stages_at_all() -> None:
    assert settings_of("sla: {stages: []}\n").sla_policy().stages == ()


def test_a_promise_may_be_shorter_than_its_warning() -> None:
    assert problems_beside("sla: {promise: {duration: PT1S}}\n") == []


def test_the_name_of_a_stages_start_is_from_only() -> None:
    found = problems_beside("sla: {stages: [{from_: SUBMITTED, to: SHIPPED, budget: P1D}]}\n")
    assert [line.split(": ")[1] for line in found] == ["sla.stages.0.from", "sla.stages.0.from_"]


def test_defaults_of_later_keys() -> None:
    policy = settings_of("sla: {policies: [{name: rush}]}\n").sla.policies[0]
    assert (policy.on_regress, policy.apply_to) == (OnRegress.CONTINUE, ApplyTo.NEW)
    assert policy.holds.pause == ()
    assert Sla().hold_at_most.seconds == 3600
