"""The policy and its revision."""

from dataclasses import replace

import pytest

from slamon.orders.lifecycle import DEFAULT_LIFECYCLE, Lifecycle, Step
from slamon.sla.calendar import Length
from slamon.sla.policy import (
    ApplyTo,
    DivergenceTerms,
    ForecastTerms,
    PromiseTerms,
    SlaPolicy,
    SlaTerms,
    StageBudget,
    StopFrom,
)
from tests.builders import MINUTE, policy


def test_the_defaults_are_those_of_the_contract() -> None:
    """CONTRACT §3: 21 days, warned 3 days before, five stages."""
    default = SlaPolicy()
    assert default.promise == PromiseTerms(
        "SUBMITTED", frozenset({"SHIPPED", "CLOSED"}), StopFrom.ANY, Length(21), Length(3)
    )
    assert [(stage.start, stage.to, stage.budget) for stage in default.stages] == [
        ("SUBMITTED", "PRICE_CALCULATED", Length(0, 30 * MINUTE)),
        ("PRICE_CALCULATED", "MANUFACTURING_APPROVED", Length(2)),
        ("MANUFACTURING_APPROVED", "MANUFACTURING_STARTED", Length(1)),
        ("MANUFACTURING_STARTED", "MANUFACTURING_COMPLETED", Length(10)),
        ("MANUFACTURING_COMPLETED", "SHIPPED", Length(2)),
    ]


def test_equal_policies_have_equal_revisions() -> None:
    """On every machine: the revision is a hash of the content."""
    assert SlaPolicy().revision == SlaPolicy().revision == "54afe40a3e60"


@pytest.mark.parametrize(
    "other",
    [
        replace(SlaPolicy(), name="rush"),
        replace(SlaPolicy(), lifecycle=Lifecycle((*DEFAULT_LIFECYCLE.steps, Step("RETURNED", "shop")))),
        policy(duration=Length(1)),
        policy(warn_before=Length(1)),
        policy(start="MANUFACTURING_APPROVED"),
        policy(stop=frozenset({"CLOSED"})),
        policy(stop_from=StopFrom.OWNER),
        policy(StageBudget("SUBMITTED", "PRICE_CALCULATED", Length(1))),
    ],
)
def test_whatever_decides_a_verdict_changes_the_revision(other: SlaPolicy) -> None:
    """A row folded under another policy has to be folded anew."""
    assert other.revision != SlaPolicy().revision


def test_equal_terms_have_equal_revisions_and_hashes() -> None:
    """The hash costs no walk over everything: it is asked for at every event."""
    one, other = SlaTerms((replace(SlaPolicy(), name="rush"), SlaPolicy())), SlaTerms((SlaPolicy(),))
    again = SlaTerms((replace(SlaPolicy(), name="rush"), SlaPolicy()))
    assert (one, one.revision, hash(one)) == (again, again.revision, hash(again))
    assert one.revision != other.revision


@pytest.mark.parametrize(
    "other",
    [
        SlaTerms((SlaPolicy(name="rush"), SlaPolicy())),
        SlaTerms((replace(SlaPolicy(), apply_to=ApplyTo.OPEN),)),
        SlaTerms(divergence=DivergenceTerms(allowed_skew=0)),
        SlaTerms(enforce_from=0),
    ],
)
def test_whatever_decides_about_an_order_changes_the_revision_of_the_terms(other: SlaTerms) -> None:
    """Whom a policy applies to as well: it decides by which terms an order under way is judged."""
    assert other.revision != SlaTerms().revision


def test_what_decides_about_delivery_alone_is_in_no_revision() -> None:
    assert SlaTerms(hold_at_most=0, forecast=ForecastTerms(notify=True)).revision == SlaTerms().revision
