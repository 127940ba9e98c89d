"""The default lifecycle."""

import pytest

from slamon.orders.lifecycle import CANCELLED, DEFAULT_LIFECYCLE, Step


def test_the_default_lifecycle_is_that_of_the_contract() -> None:
    """CONTRACT §2: ten statuses in their order, each owned by a system; CANCELLED is none of them."""
    assert [(step.status, step.system) for step in DEFAULT_LIFECYCLE.steps] == [
        ("INITIATED", "shop"),
        ("FILE_UPLOADED", "shop"),
        ("SUBMITTED", "shop"),
        ("PRICE_CALCULATED", "mes"),
        ("MANUFACTURING_APPROVED", "crm"),
        ("MANUFACTURING_STARTED", "mes"),
        ("MANUFACTURING_COMPLETED", "mes"),
        ("PACKAGING", "mes"),
        ("SHIPPED", "mes"),
        ("CLOSED", "crm"),
    ]
    assert CANCELLED not in DEFAULT_LIFECYCLE.index
    assert [DEFAULT_LIFECYCLE.index[status] for status in DEFAULT_LIFECYCLE.statuses] == list(range(10))


@pytest.mark.parametrize(("status", "owner"), [("SHIPPED", "mes"), ("ON_FIRE", None), (CANCELLED, None)])
def test_a_step_has_an_owner(status: str, owner: str | None) -> None:
    """The system in which a step happens; nobody owns what is no step."""
    assert DEFAULT_LIFECYCLE.owner(status) == owner


@pytest.mark.parametrize(
    ("status", "following"),
    [
        ("FILE_UPLOADED", Step("SUBMITTED", "shop")),
        ("PRICE_CALCULATED", Step("MANUFACTURING_APPROVED", "crm", "seller")),
        ("CLOSED", None),
        ("ON_FIRE", None),
        (CANCELLED, None),
        (None, None),
    ],
)
def test_what_comes_after_a_status(status: str | None, following: Step | None) -> None:
    """Nothing comes after the last step, nor after what is none."""
    assert DEFAULT_LIFECYCLE.after(status) == following
