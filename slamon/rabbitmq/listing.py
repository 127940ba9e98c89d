"""The queues of one virtual host, page by page, so that no answer grows with their number.

A queue that goes while pages are read moves one that stays to a page that was read already. So the pages have to add
up; if they do not, they are read again, and if they never do, what is absent from them is not known to be gone.
"""

from collections.abc import Mapping
from typing import Any, Final, Protocol
from urllib.parse import quote

import msgspec

from slamon.lag.observation import Reason, Unknown
from slamon.rabbitmq.api import NotAnswered
from slamon.rabbitmq.reading import COLUMNS

PAGE_SIZE: Final = 500
"""The most that RabbitMQ gives."""
_TRIES: Final = 3
_MOST_PAGES: Final = 2_000
_OUT_OF_RANGE: Final = 400
_UNSTEADY = Unknown(Reason.ERROR, "its queues come and go faster than they can be listed")
_ODD = Unknown(Reason.ERROR, "the list of its queues is of no form that is known")


class Api(Protocol):
    """What is asked."""

    async def get(self, path: str, query: Mapping[str, str]) -> Any:
        """The decoded JSON of an answer. Raises NotAnswered."""


class Listing(msgspec.Struct):
    """The queues that were read, by name. `fault` None: there are no others."""

    items: dict[str, dict[str, Any]] = {}
    fault: Unknown | None = None


class _Page(msgspec.Struct, frozen=True):
    items: list[Any]
    total: int
    pages: int


async def list_queues(api: Api, vhost: str, listing: Listing) -> None:
    """Fill `listing` with what there is; what was read stays in it when the caller's time is over."""
    for _ in range(_TRIES):
        try:
            listing.fault = await _read_all(api, vhost, listing.items)
        except NotAnswered as error:
            listing.fault = error.why
            return
        if listing.fault is not _UNSTEADY:
            return


async def _read_all(api: Api, vhost: str, items: dict[str, dict[str, Any]]) -> Unknown | None:
    found: set[str] = set()
    number, pages, total = 1, 1, None
    is_odd = False
    while number <= pages:
        page = await _page(api, vhost, number)
        if page is None:
            return _ODD
        if page is _SHRUNK or (total is not None and page.total != total) or page.pages > _MOST_PAGES:
            return _UNSTEADY
        total, pages = page.total, page.pages
        for item in page.items:
            name = item.get("name") if isinstance(item, dict) else None
            is_odd = is_odd or not isinstance(name, str)
            if isinstance(name, str):
                items[name] = item
                found.add(name)
        number += 1
    if is_odd:
        return _ODD
    for name in items.keys() - found:
        del items[name]  # it went between two readings
    return None if len(found) == total else _UNSTEADY


_SHRUNK = _Page([], 0, 0)


async def _page(api: Api, vhost: str, number: int) -> _Page | None:
    """One page; `_SHRUNK` where it lies behind the last one by now, None for an answer that is no list."""
    query = {"page": str(number), "page_size": str(PAGE_SIZE), "sort": "name", "columns": COLUMNS}
    try:
        answer = await api.get(f"queues/{quote(vhost, safe='')}", query)
    except NotAnswered as error:
        if number > 1 and error.status == _OUT_OF_RANGE:
            return _SHRUNK
        raise
    if isinstance(answer, list):  # one that knows no pages gives all at once
        return _Page(answer, len(answer), 1)
    if not isinstance(answer, dict):
        return None
    items, total, pages = answer.get("items"), _count(answer.get("filtered_count")), _count(answer.get("page_count"))
    if not isinstance(items, list) or total is None or pages is None:
        return None
    return _Page(items, total, pages)


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
