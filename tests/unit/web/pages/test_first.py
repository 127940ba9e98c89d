from urllib.parse import urljoin

from slamon.web.pages.first import first_page
from tests.fakes.orders_api import FakeWorker, order_head
from tests.fakes.sites import Served
from tests.pages import Read


def test_what_comes_from_elsewhere_is_escaped() -> None:
    page = Read(first_page(version="<b>", ready=False, checks={"<script>": 'x"><img src=y onerror=z>'}))
    assert {"script", "b"} & page.tags == set()
    assert not [name for name, _ in page.attributes if name == "onerror"]
    assert "Not ready" in page.text


async def test_no_link_is_a_dead_end() -> None:
    async with Served(FakeWorker([order_head("o")])) as served:
        status, headers, text = await served.ask("GET", "/")
        assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        targets = Read(text).links
        assert "./orders" in targets
        assert len(targets) >= 12
        for target in targets:
            path = urljoin("http://x/", target).removeprefix("http://x").partition("#")[0]
            assert (await served.ask("GET", path))[0] == 200, target
