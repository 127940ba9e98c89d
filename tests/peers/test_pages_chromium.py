"""The pages in Debian's Chromium: on a phone and on a desk, with names that would break out, by click and by form."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from yarl import URL

from slamon.orders.event import OrderEvent
from tests.builders import day, order_event, promised
from tests.fakes.sites import Served
from tests.fakes.told_orders import NOW, SENT, ToldWorker, shop_events
from tests.peers.browser import Page, browser

PHONE, NARROW, DESK = (375, 800), (320, 640), (1280, 900)
LONG_ID = "o" * 128
HIT = "window.hit = (window.hit || 0) + 1"
NASTY = (
    f"<script>{HIT}</script>",
    f'"><img src=x onerror="{HIT}">',
    f"</title></style></textarea><svg onload='{HIT}'>",
    f"javascript:{HIT}",
    "\u202eevil\u2066",
    "W" * 1000,
    "M_" * 500,
)


def nasty_events() -> list[OrderEvent]:
    """Late orders whose every text tries something."""
    events: list[OrderEvent] = []
    for number, text in enumerate(NASTY):
        order_id = text[:128] if number < 4 else LONG_ID if number == 4 else f"nasty-{number}"
        names: dict[str, Any] = dict.fromkeys(
            ("client_id", "client_name", "manager_id", "channel", "reason", "actor"), text
        )
        events += [
            order_event(order_id=order_id, **names),
            order_event(text, day(1), order_id=order_id, system=text, **names),
            promised(day(20), day(2), order_id=order_id, **names),
        ]
    return events


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """One worker with the shop's orders and the nasty ones."""
    events = [*shop_events(), *nasty_events()]
    extra = {"2026-03-00417": SENT}
    async with Served(ToldWorker(events, extra=extra)) as running:
        running.now = NOW
        yield running


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """A browser for this test."""
    async with browser() as opened:
        yield opened


def order_paths(served: Served) -> list[str]:
    return [f"/orders/{quote(order_id, safe='')}" for order_id in served.worker.rows]


@pytest.mark.slow
async def test_no_page_is_wider_than_the_screen(served: Served, page: Page, tmp_path: Path) -> None:
    paths = ["/", "/orders", "/orders?verdict=broken&manager_id=m-oleg", "/orders?q=nobody", *order_paths(served)]
    pictures = list[int]()
    for width, height in (PHONE, NARROW, DESK):
        await page.size(width, height)
        for number, path in enumerate(paths):
            assert await page.open(served.url + path) == 200, path
            assert await page.overflow() == [], (path, width)
            if width != NARROW[0]:
                pictures.append(await page.picture(tmp_path / f"{number:02}-{width}.png"))
    assert page.complaints == []
    assert {status for status in page.statuses.values() if status != 200} == set()
    assert min(pictures) > 5_000  # bytes: none is blank


async def test_the_style_is_applied_in_light_and_dark(served: Served, page: Page) -> None:
    colours = set[str]()
    for dark in (False, True):
        await page.size(*PHONE, dark=dark)
        await page.open(f"{served.url}/orders")
        colours.add(await page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(colours) == 2
    assert await page.evaluate("getComputedStyle(document.querySelector('.late tr')).display") == "grid"
    await page.size(*DESK)
    assert await page.evaluate("getComputedStyle(document.querySelector('.late tbody tr')).display") == "table-row"


async def test_what_names_try_to_do_does_not_happen(served: Served, page: Page) -> None:
    await page.size(*PHONE)
    for path in (
        "/orders",
        f"/orders?q={quote(NASTY[0])}",
        f"/orders?manager_id={quote(NASTY[1])}",
        *order_paths(served),
    ):
        await page.open(served.url + path)
        assert await page.evaluate("window.hit") is None, path
        assert (
            await page.evaluate("document.querySelectorAll('script, svg:not(.bar), img:not([alt=\"\"])').length") == 0
        )
    await page.open(f"{served.url}/orders")
    text = await page.evaluate("document.body.innerText")
    assert NASTY[0] in text
    assert "\u202e" not in text
    assert page.dialogs == 0
    assert page.complaints == []


async def test_a_script_could_not_run_even_if_it_came_in(served: Served, page: Page) -> None:
    await page.open(f"{served.url}/orders")
    await page.evaluate(f"document.body.insertAdjacentHTML('beforeend', `<img src=x onerror='{HIT}'>`)")
    await page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'hit = 1'}))"
    )
    await page.complained("Content Security Policy", 2)
    assert await page.evaluate("window.hit") is None


async def test_every_link_of_the_pages_leads_somewhere(served: Served, page: Page) -> None:
    links = set[str]()
    for path in ("/", "/orders", "/orders?verdict=broken&limit=1", *order_paths(served)):
        await page.open(served.url + path)
        links |= set(await page.evaluate("[...document.links].map(a => a.href)"))
        assert (
            await page.evaluate(
                "[...document.querySelectorAll('a[href^=\"#\"]')]"
                ".filter(a => !document.getElementById(decodeURIComponent(a.hash.slice(1)))).map(a => a.hash)"
            )
            == []
        )
    assert {link for link in links if not link.startswith(served.url + "/")} == set()
    async with aiohttp.ClientSession() as session:
        for link in links:
            async with session.get(URL(link, encoded=True)) as response:
                assert response.status == 200, link
    assert len(links) > 50


async def test_a_manager_finds_her_orders_by_the_form_and_comes_back(served: Served, page: Page) -> None:
    await page.size(*PHONE)
    await page.open(f"{served.url}/orders")
    await page.evaluate("document.querySelector('details').open = true")
    await page.evaluate("document.querySelector('[name=manager_id]').value = 'm-anna'")
    await page.follow("document.querySelector('form').requestSubmit()")
    ids = "[...document.querySelectorAll('.who a')].map(a => a.textContent)"
    assert await page.evaluate(ids) == ["2026-03-00417", "2026-03-00533"]
    assert await page.evaluate("[...document.querySelectorAll('[name=verdict]:checked')].map(c => c.value)") == [
        "breached",
        "at_risk",
    ]
    await page.follow("document.querySelector('.who a').click()")
    assert "Order 2026-03-00417" in await page.evaluate("document.querySelector('h1').textContent")
    await page.follow("document.querySelector('nav a[href$=\"/orders\"]').click()")
    assert len(await page.evaluate(ids)) == 3 + len(NASTY)


async def test_the_list_goes_on_behind_its_first_page(served: Served, page: Page) -> None:
    await page.open(f"{served.url}/orders?limit=4")
    seen = list[str]()
    for _ in range(10):
        seen += await page.evaluate("[...document.querySelectorAll('.who a')].map(a => a.textContent)")
        if not await page.evaluate("!!document.querySelector('[rel=next]')"):
            break
        await page.follow("document.querySelector('[rel=next]').click()")
    assert len(seen) == len(set(seen)) == 3 + len(NASTY)


async def test_the_link_to_explain_opens_there(served: Served, page: Page) -> None:
    await page.size(*PHONE)
    await page.open(f"{served.url}/orders/2026-03-00417#explain")
    top = await page.evaluate("document.getElementById('explain').getBoundingClientRect().top")
    assert 0 <= top < PHONE[1]


async def test_an_unknown_order_is_a_page_with_a_way_back(served: Served, page: Page) -> None:
    await page.size(*PHONE)
    assert await page.open(f"{served.url}/orders/unknown") == 404
    assert await page.overflow() == []
    await page.evaluate("document.querySelector('[name=q]').value = '00417'")
    await page.follow("document.querySelector('form').requestSubmit()")
    assert "1 order, that is all." in await page.evaluate("document.body.innerText")
