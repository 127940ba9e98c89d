"""First sentences read aloud: what two systems say differently. The other kinds stand whole in test_text.py."""

from typing import Any

import pytest

from slamon.notices.case import Case
from slamon.notices.headlines import headline
from slamon.notices.notice import NoticeKind
from tests.samples import NOW, order_json

SINCE = "2026-04-29T12:00:00Z"
WHO = "Order A-1001 for ACME GmbH (c-1): "

TOLD: dict[str, tuple[tuple[str, str, str], dict[str, str | None], str]] = {
    "behind": (
        ("mes", "behind", "MANUFACTURING_STARTED"),
        {"status": "PRICE_CALCULATED", "hop": "crm->mes"},
        (
            "mes has not reported MANUFACTURING_STARTED, although the order was that far on 29 Apr 2026, 12:00 UTC. "
            "Most likely the message about MANUFACTURING_STARTED was lost between crm and mes."
        ),
    ),
    "lost": (
        ("mes", "lost", "PRICE_CALCULATED"),
        {"status": None, "hop": "crm->mes"},
        (
            "mes has never mentioned it, although it has to report PRICE_CALCULATED and the order was that far on "
            "29 Apr 2026, 12:00 UTC. Most likely the message about PRICE_CALCULATED was lost between crm and mes."
        ),
    ),
    "lost, with a step of its own": (
        ("shop", "lost", "SUBMITTED"),
        {"status": None, "hop": "shop->shop"},
        (
            "shop has never mentioned it, although it has to report SUBMITTED and the order was that far on "
            "29 Apr 2026, 12:00 UTC. Most likely the message of shop about SUBMITTED was lost."
        ),
    ),
    "ahead": (
        ("shop", "ahead", "PRICE_CALCULATED"),
        {"status": "PRICE_CALCULATED", "hop": "mes->shop"},
        (
            "shop has reported PRICE_CALCULATED since 29 Apr 2026, 12:00 UTC, but mes, which makes that step, has not. "
            "Either the message of mes about it was lost, or shop is wrong."
        ),
    ),
    "regressed": (
        ("mes", "regressed", "PACKAGING"),
        {"status": "MANUFACTURING_STARTED", "hop": "mes->mes"},
        (
            "mes went back from PACKAGING to MANUFACTURING_STARTED on 29 Apr 2026, 12:00 UTC. "
            "Most likely an old message of mes was delivered late."
        ),
    ),
    "regressed, by another's step": (
        ("mes", "regressed", "PACKAGING"),
        {"status": "MANUFACTURING_APPROVED", "hop": "crm->mes"},
        (
            "mes went back from PACKAGING to MANUFACTURING_APPROVED on 29 Apr 2026, 12:00 UTC. "
            "Most likely an old message from crm to mes was delivered late."
        ),
    ),
    "contradicting": (
        ("mes", "contradicting", "CANCELLED"),
        {"status": "SHIPPED", "hop": "mes->mes"},
        (
            "mes went on to SHIPPED on 29 Apr 2026, 12:00 UTC, after another system had cancelled it. "
            "Most likely the cancellation never reached mes."
        ),
    ),
}

OVER = {
    "behind": "mes had not reported PACKAGING; they agree on it again.",
    "lost": "mes had never mentioned it; they agree on it again.",
    "ahead": "mes had reported PACKAGING before the system that makes that step; they agree on it again.",
    "regressed": "mes had gone back from PACKAGING; they agree on it again.",
    "contradicting": "mes went on after another system had cancelled it; they agree on it again.",
}


def _headline(apart: tuple[str, str, str], rows: list[dict[str, Any]]) -> str:
    order = order_json(divergences=rows)
    return headline(Case(NoticeKind.DIVERGENCE, order, None, None, NOW, NOW, apart=apart))


@pytest.mark.parametrize("scenario", TOLD)
def test_a_divergence_names_who_what_and_the_message_that_is_missing(scenario: str) -> None:
    apart, facts, expected = TOLD[scenario]
    row = {**dict(zip(("system", "kind", "expected"), apart, strict=True)), "since": SINCE, **facts}
    assert WHO + expected == _headline(apart, [row])


@pytest.mark.parametrize("kind", OVER)
def test_a_divergence_that_is_over_says_so(kind: str) -> None:
    assert WHO + OVER[kind] == _headline(("mes", kind, "PACKAGING"), [])


def test_names_from_outside_can_not_format_the_sentence() -> None:
    assert _headline(("{1}", "behind", "{0}"), []) == WHO + "{1} had not reported {0}; they agree on it again."
