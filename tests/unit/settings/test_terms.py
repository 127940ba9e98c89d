"""Terms of the configuration as the core takes them."""

from typing import Any

import pytest

from slamon.orders.event import SECOND
from slamon.orders.lifecycle import DEFAULT_LIFECYCLE, Lifecycle, Step
from slamon.settings.duration import Duration
from slamon.settings.policies import Policy, Promise, Stage
from slamon.settings.sla import Sla
from slamon.settings.terms import Terms, canonical, length
from slamon.sla import book
from slamon.sla.calendar import ALWAYS, Length
from slamon.sla.policy import (
    DEFAULT_STAGES,
    ApplyTo,
    HoldTerms,
    OnRegress,
    PromiseTerms,
    Rounding,
    SlaPolicy,
    StageBudget,
    StopFrom,
    When,
)
from tests.calendars import workshop

WORKSHOP = workshop()
TERMS = Terms(DEFAULT_LIFECYCLE, {"workshop": WORKSHOP, "always": ALWAYS})
HOUR = 3600 * SECOND


def _policy(**told: Any) -> Policy:
    return Policy.model_validate({"name": "rush"} | told)


def _for_some(policy: Policy, promise: Promise | None = None) -> SlaPolicy:
    return TERMS.for_some(policy, promise or Promise(), Sla().stages)


def test_days_stay_days() -> None:
    assert length(Duration.parse("P1DT4H")) == Length(1, 4 * HOUR)
    assert length(Duration.parse("PT24H")) == Length(0, 24 * HOUR)


def test_what_holds_for_all_by_default_is_the_cores_default() -> None:
    assert TERMS.for_all(Promise(), Sla().stages) == SlaPolicy()


def test_what_holds_for_all() -> None:
    stage = Stage.model_validate({"from": "SUBMITTED", "to": "SHIPPED", "budget": "P2D", "calendar": "workshop"})
    policy = TERMS.for_all(Promise(calendar="workshop", round=Rounding.END_OF_DAY, max_extensions=2), (stage,))
    assert policy == SlaPolicy(
        promise=PromiseTerms(calendar=WORKSHOP, round=Rounding.END_OF_DAY, max_extensions=2),
        stages=(StageBudget("SUBMITTED", "SHIPPED", Length(2), WORKSHOP),),
    )


def test_a_policy_without_anything_is_what_holds_for_all_under_a_name() -> None:
    policy = _for_some(_policy(), Promise(duration=Duration(5, 0)))
    assert policy == SlaPolicy(name="rush", promise=PromiseTerms(duration=Length(5)), stages=DEFAULT_STAGES)


def test_everything_that_a_policy_may_give() -> None:
    policy = _for_some(
        _policy(
            when={
                "channels": ["b2b", "b2g"],
                "clients": ["c-1"],
                "attributes": {"rush": True, "a": [1, {"z": 1, "b": 2}]},
            },
            promise={
                "start": "MANUFACTURING_APPROVED",
                "stop": ["SHIPPED"],
                "stop_from": "owner",
                "duration": "P5DT1H",
                "calendar": "workshop",
                "warn_before": "P1D",
                "round": "end_of_day",
                "max_extensions": 1,
                "max_extension": "P2D",
            },
            stages=[
                {
                    "from": "MANUFACTURING_APPROVED",
                    "to": "MANUFACTURING_STARTED",
                    "budget": "PT4H",
                    "calendar": "workshop",
                },
                {"from": "PACKAGING", "to": "SHIPPED", "budget": "PT4H", "calendar": None},
            ],
            holds={"pause": ["promise", "stages"], "statuses": ["PACKAGING"]},
            on_regress="ignore",
            apply_to="open",
        )
    )
    assert policy == SlaPolicy(
        name="rush",
        when=When(
            channels=frozenset({"b2b", "b2g"}),
            clients=frozenset({"c-1"}),
            attributes=(("a", '[1,{"b":2,"z":1}]'), ("rush", "true")),
        ),
        promise=PromiseTerms(
            start="MANUFACTURING_APPROVED",
            stop=frozenset({"SHIPPED"}),
            stop_from=StopFrom.OWNER,
            duration=Length(5, HOUR),
            calendar=WORKSHOP,
            warn_before=Length(1),
            round=Rounding.END_OF_DAY,
            max_extensions=1,
            max_extension=Length(2),
        ),
        stages=(
            StageBudget("MANUFACTURING_APPROVED", "MANUFACTURING_STARTED", Length(0, 4 * HOUR), WORKSHOP),
            StageBudget("PACKAGING", "SHIPPED", Length(0, 4 * HOUR), ALWAYS),
        ),
        holds=HoldTerms(pauses_promise=True, pauses_stages=True, statuses=frozenset({"PACKAGING"})),
        on_regress=OnRegress.IGNORE,
        apply_to=ApplyTo.OPEN,
    )


@pytest.mark.parametrize(("pause", "promise", "stages"), [([], 0, 0), (["promise"], 1, 0), (["stages"], 0, 1)])
def test_holds_pause_what_they_are_told_to(pause: list[str], promise: int, stages: int) -> None:
    holds = _for_some(_policy(holds={"pause": pause})).holds
    assert (holds.pauses_promise, holds.pauses_stages) == (bool(promise), bool(stages))


def test_stages_of_a_policy_replace_the_others_as_a_whole() -> None:
    assert _for_some(_policy(stages=[])).stages == ()
    assert _for_some(_policy(stages=None)).stages == DEFAULT_STAGES


def test_the_lifecycle_is_in_every_policy() -> None:
    short = Lifecycle((Step("A", "x"), Step("B", "y")))
    terms = Terms(short, {"always": ALWAYS})
    promise = Promise(start="A", stop=("B",))
    assert terms.for_all(promise, ()).lifecycle == terms.for_some(_policy(), promise, ()).lifecycle == short


def test_the_order_in_which_things_are_written_changes_no_revision() -> None:
    one = _policy(when={"channels": ["a", "b"], "attributes": {"x": {"k": 1, "l": 2}, "y": 1}})
    other = _policy(when={"attributes": {"y": 1, "x": {"l": 2, "k": 1}}, "channels": ["b", "a", "b"]})
    assert _for_some(one).revision == _for_some(other).revision
    assert _for_some(one).revision != _for_some(_policy(when={"channels": ["a", "b"]})).revision


@pytest.mark.parametrize("value", [None, True, 1, 1.5, "ä\n", [1, "b"], {"b": [], "a": {"d": 1, "c": None}}])
def test_values_are_written_as_the_core_compares_them(value: object) -> None:
    assert canonical(value) == book.canonical(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [float("-inf")]])
def test_what_is_no_json_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical(value)
