"""The result of a replay on stdout: a stream of JSON, or tables for people with the late orders first."""

import heapq
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from rich.console import Console
from rich.table import Table
from rich.text import Text

from slamon.cli.output import cell, json_line, screen, table, write_pieces
from slamon.cli.shown import moment, notices_table, orders_table, span, verdict
from slamon.orders.event import Instant, rfc3339

_LATE = {"breached": 0, "broken": 1, "at_risk": 2}


class Replayed(Protocol):
    """What a replay came to; orders and notices are judged as they are asked for."""

    rejected: list[dict[str, object]]

    @property
    def at(self) -> Instant:
        """The instant of the verdicts."""

    @property
    def summary(self) -> dict[str, object]:
        """Counts and ratios."""

    def orders(self) -> Iterator[dict[str, object]]:
        """Every order in the shape of CONTRACT §5."""

    def notices(self) -> Iterator[dict[str, object]]:
        """The standing notices in the shape of CONTRACT §5."""


def write_json(result: Replayed) -> None:
    """One JSON object, written piece by piece: it may be far larger than memory should hold."""
    write_pieces(_pieces(result))


def write_json_lines(result: Replayed) -> None:
    """One JSON object a line: orders, notices, rejected lines, the summary."""
    write_pieces(_lines(result))


def _pieces(result: Replayed) -> Iterator[bytes]:
    yield b'{"at":' + json_line(_at(result)).rstrip()
    for name, rows in (
        ("orders", result.orders()),
        ("notices", result.notices()),
        ("rejected", result.rejected),
    ):
        yield f',"{name}":['.encode()
        for number, row in enumerate(rows):
            yield (b"," if number else b"") + json_line(row).rstrip()
        yield b"]"
    yield b',"summary":' + json_line(result.summary).rstrip() + b"}\n"


def _lines(result: Replayed) -> Iterator[bytes]:
    for kind, rows in (
        ("order", result.orders()),
        ("notice", result.notices()),
        ("rejected", result.rejected),
    ):
        yield from (json_line({"type": kind, **row}) for row in rows)
    yield json_line({"type": "summary", "at": _at(result), **result.summary})


def _at(result: Replayed) -> str | None:
    """The time of the verdicts; null where no event was read and none was asked for."""
    return rfc3339(result.at) if result.at or result.summary["orders"] else None


@dataclass(frozen=True, slots=True)
class Digest:
    """What the tables show of a replay."""

    at: str | None
    late: list[Mapping[str, Any]]
    late_in_all: int
    notices: list[Mapping[str, Any]]
    kinds: Counter[str]
    rejected: list[Mapping[str, Any]]
    rejected_in_all: int
    summary: Mapping[str, Any]


def digest(result: Replayed, rows: int) -> Digest:
    """Judge everything, and keep `rows` each of the most urgent orders, latest notices, first bad lines."""
    late, late_in_all = _latest(result.orders(), rows)
    last: deque[Mapping[str, Any]] = deque(maxlen=rows)
    kinds: Counter[str] = Counter()
    for notice in result.notices():
        last.append(notice)
        kinds[str(notice["kind"])] += 1
    return Digest(
        at=_at(result),
        late=late,
        late_in_all=late_in_all,
        notices=list(last),
        kinds=kinds,
        rejected=list(result.rejected[:rows]),
        rejected_in_all=len(result.rejected),
        summary=result.summary,
    )


def write_table(found: Digest) -> None:
    """Late orders and those at risk, notices, rejected lines, the summary."""
    console = screen()
    shown = orders_table(found.late, found.at, console.width)
    _block(console, f"Late and at risk: {found.late_in_all}", shown, found.late_in_all)
    shown = notices_table(found.notices, console.width, deliveries=False)
    _block(console, f"Notices: {found.kinds.total()}", shown, found.kinds.total())
    _block(console, f"Rejected lines: {found.rejected_in_all}", _rejected(found.rejected), found.rejected_in_all)
    _heading(console, f"Summary at {moment(found.at) or 'no time'}")
    console.print(_summary(found.summary, found.kinds))


def _latest(orders: Iterable[Mapping[str, Any]], rows: int) -> tuple[list[Mapping[str, Any]], int]:
    """The orders to look at first: open and late, finished late, at risk, the longest overdue first."""
    count = 0

    def concerned() -> Iterator[Mapping[str, Any]]:
        nonlocal count
        for order in orders:
            if order["verdict"] in _LATE:
                count += 1
                yield order

    def urgency(order: Mapping[str, Any]) -> tuple[int, float, str, str]:
        due_at = (order.get("promise") or {}).get("due_at") or ""
        return _LATE[order["verdict"]], -(order.get("overdue_seconds") or 0), due_at, order["order_id"]

    urgent = heapq.nsmallest(max(rows, 1), concerned(), key=urgency)  # of 0 it would not even count
    return urgent[:rows], count


def _heading(console: Console, title: str) -> None:
    console.print()
    console.print(Text(title, style="bold"))


def _block(console: Console, title: str, shown: Table, in_all: int) -> None:
    rows = shown.row_count
    _heading(console, title if rows == in_all else f"{title}, {rows} shown; more with --rows")
    if rows:
        console.print(shown)


def _rejected(lines: Iterable[Mapping[str, Any]]) -> Table:
    made = table("file", "line", "reason", right=("line",))
    for line in lines:
        made.add_row(cell(line.get("source")), cell(line.get("line")), cell(line.get("reason")))
    return made


def _summary(summary: Mapping[str, Any], kinds: Mapping[str, int]) -> Table:
    ratio = summary.get("promise_kept_ratio")
    made = Table.grid(padding=(0, 2))
    made.add_row(cell("orders"), cell(summary.get("orders")))
    for word, count in summary.get("by_verdict", {}).items():
        made.add_row(Text("  ") + verdict(word), cell(count))
    made.add_row(cell("promise kept"), cell(None if ratio is None else f"{ratio:.1%}"))
    made.add_row(cell("lead time, half / 95 %"), cell(_lead_times(summary)))
    calibration = summary.get("calibration") or {}
    if calibration.get("forecasts"):
        made.add_row(cell("forecasts scored"), cell(calibration["forecasts"]))
        made.add_row(cell("  Brier score, 0 is perfect"), cell(f"{calibration['brier']:.3f}"))
    for kind, count in sorted(kinds.items()):
        made.add_row(cell(f"notices: {kind.replace('_', ' ')}"), cell(count))
    if summary.get("after_at"):
        made.add_row(cell("events left out, after --at"), cell(summary["after_at"]))
    return made


def _lead_times(summary: Mapping[str, Any]) -> str | None:
    half, most = (span(summary.get(f"lead_time_{which}_seconds")) for which in ("p50", "p95"))
    return None if half is None else f"{half} / {most}"
