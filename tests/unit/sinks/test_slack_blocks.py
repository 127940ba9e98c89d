"""The parts of Slack messages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.demo.standins.slack.content import checked_content
from slamon.orders.event import DAY, SECOND
from slamon.sinks.slack_blocks import button, context, link, local_time, section, with_local_times
from tests.samples import NOW

MARKED = "<!date^1777896000^{date_short_pretty}, {time}|4 May 2026, 12:00 UTC>"


def test_a_section_may_have_an_id_that_slack_takes() -> None:
    assert section("x") == {"type": "section", "text": {"type": "mrkdwn", "text": "x", "verbatim": True}}
    assert section("x", "digest:1")["block_id"] == "digest:1"
    checked_content({"blocks": [section("x", "i" * 900)]})


def test_small_print_has_ten_parts_at_most() -> None:
    made = context([f"part {number}" for number in range(30)])
    assert [part["text"] for part in made["elements"]] == [f"part {number}" for number in range(10)]
    checked_content({"blocks": [made]})


def test_a_button_names_what_it_is_about() -> None:
    plain = button("told", "Customer told", "n-1")
    assert plain == {
        "type": "button",
        "action_id": "told",
        "text": {"type": "plain_text", "text": "Customer told"},
        "value": "n-1",
    }
    assert button("told", "Customer told", "n-1", style="primary") == plain | {"style": "primary"}


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://slamon/orders/A%2F1?a=1&b=2", "<https://slamon/orders/A%2F1?a=1&amp;b=2|order>"),
        ("https://slamon/<!channel>", "<https://slamon/&lt;!channel&gt;|order>"),
        ("https://slamon/" + "a" * 1_500, ""),
    ],
)
def test_a_link_is_harmless_or_none_at_all(url: str, shown: str) -> None:
    assert link(url, "order") == shown


def test_an_instant_is_shown_in_the_readers_zone() -> None:
    assert local_time(NOW) == MARKED


def test_the_times_of_a_text_are_shown_so_while_there_is_room() -> None:
    text = "Due 4 May 2026, 12:00 UTC, then 4 May 2026, 12:00 UTC."
    assert with_local_times(text, 2_800) == f"Due {MARKED}, then {MARKED}."
    assert with_local_times(text, len(text) + 75) == f"Due {MARKED}, then 4 May 2026, 12:00 UTC."
    assert with_local_times(text, len(text) + 10) == text


@pytest.mark.parametrize("text", ["31 Feb 2026, 12:00 UTC", "4 May 2026, 25:00 UTC", "4 Mai 2026, 12:00 UTC", "12:00"])
def test_what_is_no_time_stays_as_it_is(text: str) -> None:
    assert with_local_times(text, 2_800) == text


@given(st.lists(st.integers(0, 40_000 * DAY // SECOND).map(lambda s: s * SECOND), max_size=60), st.integers(0, 2_800))
def test_marked_times_never_make_a_text_longer_than_its_limit(times: list[int], limit: int) -> None:
    plain = " ".join(local_time(at).rpartition("|")[2].rstrip(">") for at in times)
    assert len(with_local_times(plain, limit)) <= max(limit, len(plain))
