import pytest

from slamon.web.pages.failure import failure_page
from tests.pages import Read


@pytest.mark.parametrize(
    ("status", "title"),
    [
        (400, "That question has a mistake in it"),
        (404, "Not found"),
        (405, "This page is only for reading"),
        (500, "Something went wrong here"),
        (503, "Not known just now"),
        (413, "Something went wrong here"),
    ],
)
def test_it_says_what_is_wrong_and_leads_back(status: int, title: str) -> None:
    page = Read(failure_page(status, "limit: 'x' is none", ".."))
    assert page.title == f"{title} – slamon"
    assert "Limit: 'x' is none." in page.text
    assert {"../orders", "../"} <= set(page.links)
    assert page.forms == ["../orders"]
    assert ("" in page.links) is (status == 503)


def test_what_the_sentence_quotes_is_inert() -> None:
    page = Read(failure_page(400, "q: <script>alert(1)</script>", "."))
    assert "script" not in page.tags
    assert "<script>alert(1)</script>" in page.text
