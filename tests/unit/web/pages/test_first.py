from html.parser import HTMLParser

from slamon.web.pages.first import first_page
from tests.fakes.orders_api import FakeWorker, order_head
from tests.fakes.sites import Served


class Links(HTMLParser):
    """Collects the targets of a page and the tags it uses."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.targets += [value for name, value in attrs if name == "href" and value]


def test_what_comes_from_elsewhere_is_escaped() -> None:
    text = first_page(version="<b>", ready=False, checks={"<script>": 'x"><img src=y onerror=z>'})
    assert {"script", "img", "b"} & Links(text).tags == set()
    assert "Not ready" in text


async def test_no_link_is_a_dead_end() -> None:
    async with Served(FakeWorker([order_head("o")])) as served:
        status, headers, text = await served.ask("GET", "/")
        assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        targets = Links(text).targets
        assert len(targets) >= 8
        for target in targets:
            assert (await served.ask("GET", target))[0] == 200, target
