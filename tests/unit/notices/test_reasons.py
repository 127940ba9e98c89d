"""Why an order is late, and what is forecast of it, in a sentence each."""

from typing import Any

import pytest

from slamon.notices.case import Case
from slamon.notices.notice import NoticeKind
from slamon.notices.reasons import outlook, why
from slamon.sla.forecast.watching import Foretold
from tests.samples import NOW, PROMISED, order_json

FORECAST: dict[str, Any] = {
    "finish_at": "2026-05-06T09:00:00Z",
    "probability_late": 0.834,
    "suggested_due_at": "2026-05-08T09:00:00Z",
}


def _case(kind: NoticeKind = NoticeKind.BREACHED, foretold: Foretold | None = None, **changes: Any) -> Case:
    return Case(kind, order_json(**changes), None, PROMISED, PROMISED, NOW, foretold=foretold)


def _part(cause: str, share: object, who: str | None = None) -> dict[str, object]:
    return {"cause": cause, "who": who, "share": share, "seconds": 1}


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (_part("hold", 0.5), "on hold 50 %"),
        (_part("hold", 0.5, "client sends a drawing"), "on hold (client sends a drawing) 50 %"),
        (_part("service", 0.25), "a service that was down 25 %"),
        (_part("service", 0.25, "mes"), "mes was down 25 %"),
        (_part("queue", 1.0), "waiting in a queue 100 %"),
        (_part("queue", 1.0, "mes"), "waiting behind mes 100 %"),
        (_part("message", 0.3, "crm"), "a message of crm is missing 30 %"),
        (_part("message", 0.3), "a message that is missing 30 %"),
        (_part("person", 0.3, "seller"), "waiting for a seller 30 %"),
        (_part("person", 0.3), "waiting for a person 30 %"),
        (_part("work", 0.3, "mes"), "work at mes 30 %"),
        (_part("work", 0.3), "work 30 %"),
        (_part("weather", 0.3), "weather 30 %"),
        (_part("weather", 0.3, "a storm"), "a storm 30 %"),
    ],
)
def test_what_the_time_went_to_in_words(part: dict[str, object], words: str) -> None:
    assert why(_case(causes=[part])) == f"Its time went to: {words}."


def test_the_three_greatest_are_told() -> None:
    parts = [_part("hold", 0.4), _part("queue", 0.3), _part("work", 0.2), _part("person", 0.1)]
    assert why(_case(causes=parts)) == "Its time went to: on hold 40 %, waiting in a queue 30 %, work 20 %."


@pytest.mark.parametrize("causes", [None, [], "hold", [_part("hold", 0.049)], [_part("hold", None)], [{}]])
def test_what_is_small_or_unknown_is_not_told(causes: object) -> None:
    assert why(_case(causes=causes)) == ""


def test_a_withdrawal_gives_no_reasons() -> None:
    assert why(_case(NoticeKind.RETRACTED, causes=[_part("hold", 0.5)])) == ""


def test_a_name_from_outside_is_cut_and_stays_on_its_line() -> None:
    told = why(_case(causes=[_part("service", 0.5, "a\nb" + "x" * 500)]))
    assert "\n" not in told
    assert len(told) < 150


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {},
            (
                "Forecast: finishes about 6 May 2026, 09:00 UTC, 83 % likely to be late. "
                "8 May 2026, 09:00 UTC would be kept with 90 % certainty."
            ),
        ),
        ({"suggested_due_at": None}, "Forecast: finishes about 6 May 2026, 09:00 UTC, 83 % likely to be late."),
        (
            {"probability_late": None, "suggested_due_at": None},
            "Forecast: finishes about 6 May 2026, 09:00 UTC.",
        ),
        ({"finish_at": None}, ""),
    ],
)
def test_the_forecast_of_an_open_order(changes: dict[str, Any], said: str) -> None:
    assert outlook(_case(forecast=FORECAST | changes)) == said


@pytest.mark.parametrize(
    "changes",
    [
        {"forecast": None},
        {"forecast": FORECAST, "finished_at": "2026-05-03T09:00:00Z"},
        {"forecast": FORECAST, "verdict": "cancelled"},
        {"forecast": FORECAST, "foretold": Foretold(834, PROMISED, PROMISED)},
    ],
    ids=["thin data", "finished", "cancelled", "the headline says it"],
)
def test_where_there_is_nothing_to_foretell_nothing_is_said(changes: dict[str, Any]) -> None:
    assert outlook(_case(**changes)) == ""
