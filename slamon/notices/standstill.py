"""What an open order waits for right now: which queue holds it, or that none does. Pure."""

from collections.abc import Sequence
from typing import Any

from slamon.lag.held_up import Queues
from slamon.lag.waiting import Wait
from slamon.notices.words import UNKNOWN, date_words, name, span_words
from slamon.orders.event import Instant, rfc3339, seconds
from slamon.sla.causes import Cause, Interval

_STRONGER = (Cause.HOLD, Cause.SERVICE)
_WAITS = {
    Cause.HOLD: "it is on hold{}",
    Cause.SERVICE: "{} is down",
    Cause.MESSAGE: "a message of {} is missing",
    Cause.PERSON: "it waits for {}, a person",
    Cause.WORK: "it is worked on{}",
}


def standstill(
    intervals: Sequence[Interval], order_id: str, queues: Queues, own: str, now: Instant
) -> dict[str, Any] | None:
    """What an open order's last interval says, with the queues as they are: `{cause, who, since, queues, text}`.

    `queues` is null where not all of them are known; slamon's `own` group is none that an order waits behind, but what
    it has not read it does not know. None of an order whose time does not run.
    """
    if not intervals or intervals[-1].until < now:
        return None
    last = intervals[-1]
    waits = queues.waits.get(order_id, [])
    behind = [wait for wait in waits if wait.group != own]
    cause, who, since = last.cause, last.who, last.since
    if behind and cause not in _STRONGER:
        cause, who, since = Cause.QUEUE, behind[0].group, behind[0].since
    is_known = queues.complete or bool(behind)
    return {
        "cause": str(cause),
        "who": who,
        "since": rfc3339(since),
        "queues": [_wait_json(wait) for wait in behind] if is_known else None,
        "slamon_behind_seconds": None if queues.behind is None else seconds(queues.behind),
        "text": " ".join(_sentences(last, behind, queues, is_unread=len(behind) < len(waits))),
    }


def _sentences(last: Interval, behind: Sequence[Wait], queues: Queues, *, is_unread: bool) -> list[str]:
    at = "" if last.status is None else f" at stage {last.status}"
    if behind and last.cause in _STRONGER:
        own = _own_words(last)
        said = [f"{own[0].upper()}{own[1:]}{at}.", _queue_words(behind)]
    elif behind:
        said = [_queue_words(behind)]
    elif last.cause is Cause.QUEUE:
        said = []  # it was read since the last look
    elif queues.complete:
        said = [f"No queue holds it: {_own_words(last)}{at}."]
    else:
        said = []
    if is_unread:
        said.append("slamon has not read all that was written about it.")
    if queues.behind is not None:
        said.append(f"slamon itself is {span_words(queues.behind)} behind: the order may stand elsewhere by now.")
    return said


def _own_words(last: Interval) -> str:
    who = name(last.who)
    words = _WAITS[last.cause]
    if last.cause is Cause.HOLD:
        return words.format("" if who is None else f" ({who})")
    if last.cause is Cause.WORK:
        return words.format("" if who is None else f" by {who}")
    return words.format(who or UNKNOWN)


def _queue_words(behind: Sequence[Wait]) -> str:
    first, more = behind[0], len(behind) - 1
    place = f"{name(first.topic) or UNKNOWN}, partition {first.partition}, offset {first.offset}"
    ahead = "as the next one" if not first.ahead else f"with {first.ahead} records before it"
    others = "" if not more else f" (and behind {more} more)"
    return (
        f"Waiting behind group {name(first.group) or UNKNOWN}{others} since {date_words(first.since)}: "
        f"its record ({place}) is unread, {ahead}."
    )


def _wait_json(wait: Wait) -> dict[str, object]:
    return {
        "group": wait.group,
        "topic": wait.topic,
        "partition": wait.partition,
        "offset": wait.offset,
        "since": rfc3339(wait.since),
        "ahead": wait.ahead,
    }
