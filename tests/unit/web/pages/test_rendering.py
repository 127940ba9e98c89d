from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from slamon.web.pages import rendering, words
from slamon.web.pages.first import first_page
from slamon.web.pages.rendering import breakable, moment
from tests.pages import NASTY, Read


def test_a_time_says_its_zone_and_keeps_its_machine_form() -> None:
    page = Read(str(moment("2026-05-04T12:00:00Z")))
    assert (page.times, page.text) == (["2026-05-04T12:00:00Z"], "4 May 2026, 12:00 UTC")


@pytest.mark.parametrize("time", [None, "", "soon", "2026-05-04T12:00:00", 7, "<b>"])
def test_what_is_no_time_is_unknown(time: object) -> None:
    page = Read(str(moment(time)))
    assert (page.times, page.text) == ([], "unknown")


def test_names_of_statuses_may_break_behind_an_underscore() -> None:
    assert breakable("MANUFACTURING_STARTED<b>") == Markup("MANUFACTURING_<wbr>STARTED&lt;b&gt;")


@pytest.mark.parametrize("nasty", NASTY)
def test_a_nasty_text_is_inert_wherever_it_stands(nasty: str) -> None:
    text = first_page(version=nasty, ready=True, checks={nasty: nasty})
    harmless = Read(first_page(version="x", ready=True, checks={"x": "x"}))
    page = Read(text)
    assert page.tags == harmless.tags
    assert {name for name, _ in page.attributes} == {name for name, _ in harmless.attributes}
    assert page.links == harmless.links
    text.encode()
    assert not set("\x00\x1b\u202e\u2066\u200b\u2028\ufeff") & set(text)


@given(st.text(max_size=60))
def test_any_text_comes_back_as_what_is_visible_of_it(text: str) -> None:
    page = Read(first_page(version="1", ready=True, checks={"check": f"[{text}]"}))
    assert page.tags.isdisjoint({"script", "b", "style"})
    assert " ".join(words.shown(f"[{text}]").split()) in page.text


def test_a_value_that_a_template_misses_is_a_mistake() -> None:
    with pytest.raises(Exception, match="'title' is undefined"):
        rendering.render("failure.html", ".", sentence="x", missing=False, again=False)


def test_none_is_a_dash() -> None:
    checks: dict[str, Any] = {"kafka": None}
    assert f"Ready kafka {rendering.UNKNOWN}" in Read(first_page(version="1", ready=True, checks=checks)).text
