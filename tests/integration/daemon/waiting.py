"""Waiting for a condition: asks until the answer is good or the time is over, and says what was wrong last."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

Answer = TypeVar("Answer")

_PAUSE = 0.1


async def until(
    ask: Callable[[], Awaitable[Answer]],
    good: Callable[[Answer], bool] = bool,
    *,
    within: float = 60.0,
    what: str = "the condition",
    pause: float = _PAUSE,
) -> Answer:
    """The first good answer; AssertionError with the last one when there is none in time."""
    give_up = time.monotonic() + within
    while True:
        answer = await ask()
        if good(answer):
            return answer
        assert time.monotonic() < give_up, f"{what}: not within {within:g} s, at last {answer!r}"
        await asyncio.sleep(pause)


async def until_true(ask: Callable[[], bool], *, within: float = 60.0, what: str = "the condition") -> None:
    """The same for a question that needs no waiting for its answer."""

    async def asked() -> bool:
        return ask()

    await until(asked, within=within, what=what)
