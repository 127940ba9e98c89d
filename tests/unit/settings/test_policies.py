"""`sla.promise`, `sla.stages` and `sla.policies` as they are written; most mistakes are in tests/testdata/config."""

import pytest
from pydantic import ValidationError

from slamon.settings.duration import Duration
from slamon.settings.policies import Holds, Policy, PolicyPromise, Promise, Stage, When
from slamon.sla.policy import ApplyTo, OnRegress, Rounding, StopFrom
from tests.configurations import problems_beside, settings_of

TWO_DAYS = Duration(2, 0)


def test_a_policy_without_anything_changes_nothing() -> None:
    policy = Policy(name="usual")
    assert policy.promise.given() == {}
    assert policy.promise.over(Promise()) == Promise()
    assert (policy.when, policy.stages, policy.holds) == (When(), None, Holds())
    assert (policy.on_regress, policy.apply_to) == (OnRegress.CONTINUE, ApplyTo.NEW)


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("start", "PRICE_CALCULATED", "PRICE_CALCULATED"),
        ("stop", ["SHIPPED"], ("SHIPPED",)),
        ("stop_from", "owner", StopFrom.OWNER),
        ("duration", "P2D", TWO_DAYS),
        ("warn_before", "PT0S", Duration(0, 0)),
        ("calendar", "workshop", "workshop"),
        ("round", "end_of_day", Rounding.END_OF_DAY),
        ("max_extensions", 0, 0),
        ("max_extension", "P2D", TWO_DAYS),
    ],
)
def test_what_a_policy_gives_takes_the_place_of_what_holds_for_all(key: str, text: object, value: object) -> None:
    own = PolicyPromise.model_validate({key: text})
    assert own.given() == {key: value}
    everybody = Promise(max_extensions=3, warn_before=Duration(1, 0))
    assert own.over(everybody) == everybody.model_copy(update={key: value})


def test_a_policy_can_change_every_key_of_the_promise() -> None:
    assert list(PolicyPromise.model_fields) == list(Promise.model_fields)


def test_null_keeps_what_holds_for_all() -> None:
    own = PolicyPromise.model_validate(dict.fromkeys(PolicyPromise.model_fields))
    assert own.over(Promise(duration=TWO_DAYS, max_extensions=1)) == Promise(duration=TWO_DAYS, max_extensions=1)


def test_policies_are_the_same_from_file_and_by_name_of_their_keys() -> None:
    [policy] = settings_of(
        "sla:\n"
        "  policies:\n"
        "    - name: rush\n"
        "      when: {channels: [b2b], clients: [c-1], attributes: {rush: true, size: {w: 1.5}}}\n"
        "      stages: [{from: SUBMITTED, to: SHIPPED, budget: P2D}]\n"
        "      holds: {pause: [stages], statuses: [PACKAGING]}\n"
        "      on_regress: new_cycle\n"
        "      apply_to: all\n"
    ).sla.policies
    assert policy == Policy(
        name="rush",
        when=When(channels=("b2b",), clients=("c-1",), attributes={"rush": True, "size": {"w": 1.5}}),
        stages=(Stage.model_validate({"from": "SUBMITTED", "to": "SHIPPED", "budget": TWO_DAYS}),),
        holds=Holds(pause=("stages",), statuses=("PACKAGING",)),
        on_regress=OnRegress.NEW_CYCLE,
        apply_to=ApplyTo.ALL,
    )


@pytest.mark.parametrize(("text", "stages"), [("[]", ()), ("null", None)])
def test_no_stages_are_not_the_same_as_the_stages_for_all(text: str, stages: tuple[Stage, ...] | None) -> None:
    policy = settings_of(f"sla: {{policies: [{{name: rush, stages: {text}}}]}}\n").sla.policies[0]
    assert policy.stages == stages


def test_policies_do_not_change_once_they_are_read() -> None:
    policy = Policy(name="rush")
    with pytest.raises(ValidationError, match="frozen"):
        policy.name = "usual"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("policy", "keys"),
    [
        ("{}", ["name"]),
        ('{name: ""}', ["name"]),
        ("{name: 5}", ["name"]),
        ("{name: a, when: {channels: b2b}}", ["when.channels"]),
        ("{name: a, when: {clients: [5]}}", ["when.clients.0"]),
        ("{name: a, when: {attributes: [rush]}}", ["when.attributes"]),
        ("{name: a, when: {channel: [b2b]}}", ["when.channel"]),
        ("{name: a, promise: {stop: []}}", ["promise.stop"]),
        ("{name: a, promise: {stop: SHIPPED}}", ["promise.stop"]),
        ("{name: a, promise: {duration: PT0S}}", ["promise.duration"]),
        ("{name: a, promise: {round: up}}", ["promise.round"]),
        ("{name: a, promise: {max_extensions: -1}}", ["promise.max_extensions"]),
        ("{name: a, promise: {max_extensions: true}}", ["promise.max_extensions"]),
        ("{name: a, promise: {max_extension: PT0S}}", ["promise.max_extension"]),
        ("{name: a, stages: {from: SUBMITTED}}", ["stages"]),
        ("{name: a, stages: [{from: SUBMITTED, to: SHIPPED}]}", ["stages.0.budget"]),
        ("{name: a, stages: [{from: SUBMITTED, to: SHIPPED, budget: PT0S}]}", ["stages.0.budget"]),
        ("{name: a, holds: {pause: promise}}", ["holds.pause"]),
        ("{name: a, holds: {pause: [clock]}}", ["holds.pause.0"]),
        ("{name: a, on_regress: stop, apply_to: none}", ["apply_to", "on_regress"]),
    ],
)
def test_what_the_schema_refuses(policy: str, keys: list[str]) -> None:
    found = problems_beside(f"sla: {{policies: [{policy}]}}\n")
    assert [line.split(": ")[1] for line in found] == [f"sla.policies.0.{key}" for key in keys]
    assert all("allowed" in line for line in found)
