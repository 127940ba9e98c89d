"""Asks other workers for their parts over HTTP; whatever goes wrong, there is simply no part."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, TypeVar

import aiohttp
import msgspec

from slamon.web.parts import (
    PEER_PATH,
    AnswerPart,
    Ask,
    LagPart,
    LearntPart,
    QueuesPart,
    RowsPart,
    StandingsPart,
    SummaryPart,
)

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

_MOST_BYTES: Final = 64 * 1024 * 1024
_CONNECT_SECONDS: Final = 2.0

P = TypeVar("P", RowsPart, SummaryPart, LearntPart, AnswerPart, LagPart, StandingsPart, QueuesPart)


class PeerClient:
    """Questions to other workers, each answered within `seconds` or not at all; failures are told.

    `session` is set while the application runs.
    """

    def __init__(self, *, seconds: float, failed: Callable[[], None]) -> None:
        self.session: aiohttp.ClientSession | None = None
        self._timeout = aiohttp.ClientTimeout(total=seconds, connect=min(seconds, _CONNECT_SECONDS))
        self._failed = failed

    async def ask(self, url: str, ask: Ask, part: type[P]) -> P | None:
        """The part of the worker at `url`; None when it can't be reached or understood."""
        try:
            return msgspec.json.decode(await self._post(url, msgspec.json.encode(ask)), type=part)
        except (aiohttp.ClientError, OSError, ValueError, msgspec.MsgspecError) as error:
            self._failed()
            logger.warning("peer.unreachable", extra={"peer": url, "error": type(error).__name__})
            return None

    async def _post(self, url: str, body: bytes) -> bytes:
        if self.session is None:
            raise OSError("the application is not started")
        async with self.session.post(
            url.rstrip("/") + PEER_PATH,
            data=body,
            headers={"Content-Type": "application/json"},
            timeout=self._timeout,
            allow_redirects=False,
            raise_for_status=True,
        ) as response:
            if response.status != 200:  # noqa: PLR2004  a redirect is no answer
                raise ValueError(response.status)
            chunks, size = [], 0
            async for chunk in response.content.iter_chunked(1 << 16):
                chunks.append(chunk)
                size += len(chunk)
                if size > _MOST_BYTES:
                    raise ValueError(size)
            return b"".join(chunks)
