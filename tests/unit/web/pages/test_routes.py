from urllib.parse import urljoin

import pytest

from slamon.web.pages.assets import ASSETS
from slamon.web.site import Limits
from tests.fakes.orders_api import FakeWorker, order_head
from tests.fakes.sites import Served, pair, refusing
from tests.fakes.told_orders import NOW, SENT, ToldWorker, shop_events
from tests.pages import Read

HTML = "text/html; charset=utf-8"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def shop() -> Served:
    return at_now(Served(ToldWorker(shop_events(), extra={"2026-03-00417": SENT})))


def at_now(served: Served) -> Served:
    served.now = NOW
    return served


async def page(served: Served, path: str, status: int = 200) -> Read:
    got, headers, text = await served.ask("GET", path)
    assert (got, headers["Content-Type"]) == (status, HTML), (path, text)
    return Read(text)


async def test_late_orders_the_most_overdue_first() -> None:
    async with shop() as served:
        text = (await page(served, "/orders")).text
        places = [text.index(order_id) for order_id in ("B2B/77 #3", "2026-03-00417", "2026-03-00533")]
        assert places == sorted(places)
        assert "2026-03-00200" not in text
        assert "2026-03-00200" in (await page(served, "/orders?verdict=broken")).text
        assert "2026-03-00777" in (await page(served, "/orders?q=00777")).text
        assert "2 orders, that is all." in (await page(served, "/orders?manager_id=m-anna")).text
        assert "1 order, that is all." in (await page(served, "/orders?client=c-2")).text


async def test_every_link_of_every_page_leads_on() -> None:
    async with shop() as served:
        seen, waiting = set[str](), ["/", "/orders", "/orders?limit=1", "/orders/none"]
        while waiting:
            path = waiting.pop()
            status, headers, text = await served.ask("GET", path)
            assert status == (404 if path.startswith("/orders/none") else 200), path
            if not headers["Content-Type"].startswith("text/html"):
                continue
            told = Read(text)
            for link in told.links:
                target, _, anchor = urljoin(f"http://x{path}", link).removeprefix("http://x").partition("#")
                assert not link.startswith("#") or anchor in told.ids, (path, link)
                if target not in seen and len(seen) < 150:
                    seen.add(target)
                    waiting.append(target)
    assert {"/orders/2026-03-00417", "/orders/B2B%2F77%20%233", "/api/v1/orders/2026-03-00417/explain"} <= seen
    assert any("cursor=" in path for path in seen)


async def test_paging_shows_every_order_once() -> None:
    heads = [order_head(f"o-{number}", verdict="breached", due_at=NOW - number) for number in range(1, 121)]
    async with at_now(Served(FakeWorker(heads, as_of=NOW))) as served:
        path, seen = "/orders", list[str]()
        while path:
            told = await page(served, path)
            seen += [link.removeprefix("./orders/") for link in told.links if link.startswith("./orders/")]
            following = [link for link in told.links if link.startswith("./orders?") and "cursor=" in link]
            path = following[0].removeprefix(".") if following else ""
    assert seen == [f"o-{number}" for number in range(120, 0, -1)]


async def test_any_worker_shows_the_orders_of_all() -> None:
    events = shop_events()
    async with pair(ToldWorker(events, local=[0, 1]), ToldWorker(events, local=[2, 3])) as (first, second):
        for served in (at_now(first), at_now(second)):
            assert "3 orders, that is all." in (await page(served, "/orders")).text
            for order_id in ("2026-03-00417", "2026-03-00533", "B2B%2F77%20%233"):
                told = await page(served, f"/orders/{order_id}")
                assert "Breached" in told.text or "At risk" in told.text
                assert "can't be asked" not in told.text


async def test_what_another_worker_has_is_said_to_be_missing_while_it_is_away() -> None:
    worker = ToldWorker(shop_events(), local=[0, 1])
    with refusing() as nobody:
        worker.peers = {2: nobody, 3: nobody}
        async with at_now(Served(worker)) as served:
            told = await page(served, "/orders")
            assert "This list is not complete. 1 of 2 workers answered, for 2 of 4 partitions" in told.text
            elsewhere = next(event.order_id for event in shop_events() if event.order_id not in worker.rows)
            path = f"/orders/{elsewhere.replace('/', '%2F').replace(' ', '%20').replace('#', '%23')}"
            status, headers, text = await served.ask("GET", path)
            assert (status, headers["Retry-After"]) == (503, "5")
            assert "can't be asked now" in Read(text).text
            assert "Try again" in Read(text).text


async def test_one_order_whatever_its_id_looks_like() -> None:
    heads = [order_head(order_id) for order_id in ("..", ".", "a/b c?#", "<b>", "заказ")]
    async with Served(FakeWorker(heads)) as served:
        for path in ("/orders?order_id=..", "/orders?order_id=.", "/orders/a%2Fb%20c%3F%23", "/orders/%3Cb%3E"):
            assert "On track" in (await page(served, path)).text
        assert "заказ" in (await page(served, "/orders/%D0%B7%D0%B0%D0%BA%D0%B0%D0%B7?utm_source=x")).text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/orders/unknown", 404),
        ("/orders/" + "x" * 129, 404),
        ("/orders/a/b", 404),
        ("/orders/", 404),
        ("/orders?order_id=unknown", 404),
        ("/orders?verdict=late", 400),
        ("/orders?cursor=%00", 400),
        ("/orders?limit=none", 400),
    ],
)
async def test_what_is_not_there_is_a_page_with_a_way_back(path: str, status: int) -> None:
    async with shop() as served:
        told = await page(served, path, status)
        back = {urljoin(f"http://x{path}", link) for link in told.links}
        assert {"http://x/orders", "http://x/"} <= back


async def test_people_get_pages_and_programs_json() -> None:
    async with shop() as served:
        for path, form in (("/nowhere", "./orders"), ("/assets/other.css", "../orders")):
            status, headers, text = await served.ask("GET", path, headers=BROWSER)
            assert (status, headers["Content-Type"], Read(text).forms) == (404, HTML, [form])
            _, headers, _ = await served.ask("GET", path)
            assert headers["Content-Type"] == "application/json"
        for path in ("/api/v1/orders/none", "/-/none", "/metrics/none"):
            _, headers, _ = await served.ask("GET", path, headers=BROWSER)
            assert headers["Content-Type"] == "application/json"
        status, headers, _ = await served.ask("POST", "/orders")
        assert (status, headers["Allow"], headers["Content-Type"]) == (405, "GET,HEAD", HTML)


async def test_a_page_that_takes_too_long_is_given_up_as_a_page() -> None:
    class Stuck(FakeWorker):
        async def order(self, order_id: str) -> None:
            raise TimeoutError(order_id)

    async with Served(Stuck([order_head("o-1")]), Limits(request=5)) as served:
        status, headers, text = await served.ask("GET", "/orders/o-1")
    assert (status, headers["Retry-After"]) == (503, "5")
    assert "No answer in time" in Read(text).text


async def test_the_style_and_icon_are_served_as_what_they_are() -> None:
    async with shop() as served:
        for name, asset in ASSETS.items():
            status, headers, text = await served.ask("GET", f"/assets/{name}")
            assert (status, headers["Content-Type"]) == (200, f"{asset.media}; charset=utf-8")
            assert text == asset.content.decode()
        used = {value for _, value in Read((await served.ask("GET", "/orders/none"))[2]).attributes}
        assert {f"../assets/{name}" for name in ASSETS} <= used


async def test_pages_need_no_script_and_nothing_inline() -> None:
    async with shop() as served:
        for path in ("/", "/orders", "/orders/2026-03-00417", "/orders/none"):
            _, headers, text = await served.ask("GET", path)
            assert "script" not in headers["Content-Security-Policy"]
            told = Read(text)
            assert {"script", "style", "iframe", "object"} & told.tags == set()
            assert not [name for name, _ in told.attributes if name == "style" or name.startswith("on")]
