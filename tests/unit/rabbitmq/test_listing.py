"""The queues of a virtual host, page by page: complete, or known not to be."""

from collections.abc import Mapping
from typing import Any

import pytest

from slamon.lag.observation import Reason, Unknown
from slamon.rabbitmq.api import ManagementApi, NotAnswered
from slamon.rabbitmq.listing import PAGE_SIZE, Listing, list_queues
from tests.fakes.management_api import FakeManagementApi, queue, saying

UNSTEADY = Unknown(Reason.ERROR, "its queues come and go faster than they can be listed")
ODD = Unknown(Reason.ERROR, "the list of its queues is of no form that is known")


async def _listed(fake: FakeManagementApi, vhost: str = "/") -> Listing:
    listing = Listing()
    await fake.start()
    try:
        async with ManagementApi(fake.target()) as api:
            await list_queues(api, vhost, listing)
    finally:
        await fake.stop()
    return listing


def _queues(count: int, start: int = 0) -> list[dict[str, Any]]:
    return [queue(f"q{number:05}") for number in range(start, start + count)]


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (1, 1), (PAGE_SIZE, 1), (PAGE_SIZE + 1, 2), (10_000, 20)])
async def test_pages_are_read_to_the_last(count: int, pages: int) -> None:
    fake = FakeManagementApi()
    fake.vhosts["/"] = _queues(count)
    found = await _listed(fake)
    assert (len(found.items), found.fault, len(fake.asked)) == (count, None, pages)


async def test_only_the_columns_that_are_needed_are_asked_for() -> None:
    fake = FakeManagementApi(**{"a/b": [queue("orders")]})
    found = await _listed(fake, "a/b")
    assert (fake.asked, list(found.items)) == (["queues/a%2Fb"], ["orders"])
    assert "head_message_timestamp" in fake.queries[0]["columns"]
    assert "backing_queue_status" not in fake.queries[0]["columns"]


async def test_a_queue_that_goes_meanwhile_has_the_pages_read_again() -> None:
    fake = FakeManagementApi()
    fake.vhosts["/"] = _queues(PAGE_SIZE + 10)
    fake.between = iter([lambda: fake.vhosts["/"].pop(0)])
    found = await _listed(fake)
    assert (len(found.items), found.fault) == (PAGE_SIZE + 9, None)
    assert "q00000" not in found.items


async def test_a_last_page_that_is_gone_has_the_pages_read_again() -> None:
    fake = FakeManagementApi()
    fake.vhosts["/"] = _queues(PAGE_SIZE + 1)
    fake.between = iter([fake.vhosts["/"].pop])
    found = await _listed(fake)
    assert (len(found.items), found.fault, len(fake.asked)) == (PAGE_SIZE, None, 3)


async def test_where_the_pages_never_add_up_absence_says_nothing() -> None:
    fake = FakeManagementApi()
    fake.vhosts["/"] = _queues(PAGE_SIZE + 50)
    fake.between = iter(lambda: fake.vhosts["/"].pop, None)
    found = await _listed(fake)
    assert found.fault == UNSTEADY
    assert len(found.items) >= PAGE_SIZE


async def test_one_that_knows_no_pages_gives_all_at_once() -> None:
    fake = FakeManagementApi()
    fake.odd["queues/%2F"] = saying(200, [queue("a"), queue("b")])
    found = await _listed(fake)
    assert (sorted(found.items), found.fault) == (["a", "b"], None)


async def test_a_row_without_a_name_hides_no_other() -> None:
    fake = FakeManagementApi()
    fake.vhosts["/"] = [queue("a"), queue(None), queue("b"), "c"]  # type: ignore[arg-type, list-item]
    found = await _listed(fake)
    assert (sorted(found.items), found.fault) == (["a", "b"], ODD)


@pytest.mark.parametrize(
    "answer",
    [
        '"text"',
        {},
        {"items": {}, "filtered_count": 0, "page_count": 1},
        {"items": [], "filtered_count": "0", "page_count": 1},
        {"items": [], "filtered_count": 0, "page_count": None},
        {"items": [], "filtered_count": 0, "page_count": True},
    ],
)
async def test_a_list_of_no_known_form_is_no_empty_list(answer: Any) -> None:
    fake = FakeManagementApi()
    fake.odd["queues/%2F"] = saying(200, answer)
    found = await _listed(fake)
    assert (found.items, found.fault) == ({}, ODD)


async def test_pages_without_end_are_not_read() -> None:
    fake = FakeManagementApi()
    fake.odd["queues/%2F"] = saying(200, {"items": [queue("a")], "filtered_count": 10**9, "page_count": 10**9})
    assert (await _listed(fake)).fault == UNSTEADY
    assert len(fake.asked) == 3


async def test_what_is_refused_is_said() -> None:
    fake = FakeManagementApi()
    fake.odd["queues/%2F"] = saying(401, {"reason": "User not authorised to access virtual host"})
    found = await _listed(fake)
    assert found.fault == Unknown(Reason.REFUSED, "User not authorised to access virtual host")


async def test_what_was_read_before_it_broke_off_stays() -> None:
    class Breaking:
        async def get(self, path: str, query: Mapping[str, str]) -> Any:
            del path
            if query["page"] == "2":
                raise NotAnswered(AWAY)
            return {"items": _queues(2), "filtered_count": 3, "page_count": 2}

    listing = Listing()
    await list_queues(Breaking(), "/", listing)
    assert (len(listing.items), listing.fault) == (2, AWAY)


AWAY = Unknown(Reason.BROKER_AWAY, "no answer within 5 s")
