"""Durations as ISO 8601 writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from slamon.orders.event import DAY, SECOND
from slamon.settings.duration import Duration


class Holder(BaseModel):
    length: Duration


@pytest.mark.parametrize(
    ("text", "days", "time"),
    [
        ("P21D", 21, 0),
        ("P3W", 21, 0),
        ("P0D", 0, 0),
        ("PT30M", 0, 1800 * SECOND),
        ("PT36H", 0, 36 * 3600 * SECOND),
        ("P1DT4H", 1, 4 * 3600 * SECOND),
        ("P1DT4H30M10S", 1, (4 * 3600 + 30 * 60 + 10) * SECOND),
        ("PT0.5S", 0, SECOND // 2),
        ("PT1,25S", 0, SECOND * 5 // 4),
        ("PT0.000001S", 0, 1),
        ("P36525D", 36525, 0),
    ],
)
def test_reads(text: str, days: int, time: int) -> None:
    assert Duration.parse(text) == Duration(days, time)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "is no duration"),
        ("P", "is no duration"),
        ("PT", "is no duration"),
        ("P1DT", "is no duration"),
        ("21D", "is no duration"),
        ("p21d", "is no duration"),
        ("P21", "is no duration"),
        ("P1W2D", "is no duration"),
        ("P1H", "is no duration"),
        ("PT1D", "is no duration"),
        ("PT1M1H", "is no duration"),
        (" P1D", "is no duration"),
        ("P1D\n", "is no duration"),
        ("P٣D", "is no duration"),
        ("P1" + "0" * 40 + "D", "is no duration"),
        ("PT1.1234567S", "is no duration"),
        ("P1M", "months or years"),
        ("P1Y", "months or years"),
        ("P1Y2DT3H", "months or years"),
        ("-P1D", "is negative"),
        ("P1.5D", "decimals outside the seconds"),
        ("PT1.5H", "decimals outside the seconds"),
        ("P36526D", "longer than 100 years"),
        ("P36525DT1S", "longer than 100 years"),
    ],
)
def test_refuses_and_says_what_is_allowed(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint) as refused:
        Duration.parse(text)
    assert "allowed is" in str(refused.value)


@given(st.integers(0, 36_524), st.integers(0, DAY - 1))
def test_text_reads_back(days: int, time: int) -> None:
    duration = Duration(days, time)
    assert Duration.parse(str(duration)) == duration
    assert duration.span == days * DAY + time
    assert duration.seconds == duration.span / 1e6


@pytest.mark.parametrize(
    ("text", "shown"),
    [("P3W", "P21D"), ("PT90M", "PT1H30M"), ("PT0S", "PT0S"), ("P1DT0.10S", "P1DT0.1S"), ("PT24H", "PT24H")],
)
def test_is_written_the_shortest_way(text: str, shown: str) -> None:
    assert str(Duration.parse(text)) == shown


def test_is_a_field_of_a_model() -> None:
    held = Holder.model_validate({"length": "PT30M"})
    assert held.length == Duration(0, 1800 * SECOND)
    assert Holder(length=Duration(1, 0)).model_dump(mode="json") == {"length": "P1D"}
    assert Holder.model_json_schema()["properties"]["length"]["type"] == "string"


@pytest.mark.parametrize("value", [21, 1.5, None, True, ["P1D"], {}])
def test_is_text_and_nothing_else(value: object) -> None:
    with pytest.raises(ValidationError, match="is no duration"):
        Holder.model_validate({"length": value})
