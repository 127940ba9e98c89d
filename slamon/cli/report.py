"""`slamon report`: what became of promises, from recorded events or a running daemon."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Annotated, Any

import typer

from slamon.cli.configuration import loaded
from slamon.cli.daemon import Daemon
from slamon.cli.output import emit, fail, json_line
from slamon.cli.progress import sign_of_life
from slamon.cli.replay import replayed
from slamon.cli.reported import write_table
from slamon.orders.event import DAY, Instant, instant
from slamon.reports.page import report_page
from slamon.reports.report import By, Report, Scope, calibrated
from slamon.reports.shape import report_json
from slamon.reports.tidy import report_csv
from slamon.settings.fields import parse_moment

_PATH = "/api/v1/orders"
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_ALLOWED = "allowed is a date such as 2027-01-31, or RFC 3339 with a zone such as 2027-01-31T09:00:00Z"


class ReportFormat(StrEnum):
    """How the report is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    HTML = "html"


def report(
    context: typer.Context,
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE]", help="Recorded events, as for replay; without a file a daemon is asked."),
    ] = None,
    *,
    url: Annotated[str | None, typer.Option("--url", envvar="SLAMON_URL", help="The daemon to ask.")] = None,
    config: Annotated[
        str | None,
        typer.Option("--config", envvar="SLAMON_CONFIG", help="Whose policy, for files; else to find the daemon."),
    ] = None,
    source: Annotated[str | None, typer.Option(help="Read the files as this source of the configuration.")] = None,
    since: Annotated[str | None, typer.Option("--from", help="Orders first promised for this time or later.")] = None,
    until: Annotated[
        str | None, typer.Option("--to", help="Orders first promised for a time before this one; a date is included.")
    ] = None,
    by: Annotated[By | None, typer.Option("--by", help="Group orders by this as well.")] = None,
    at: Annotated[str | None, typer.Option(help="Judge recorded events at this time; default: the last's.")] = None,
    as_format: Annotated[ReportFormat, typer.Option("--format", help="How to write it.")] = ReportFormat.TABLE,
    rows: Annotated[int, typer.Option(min=1, help="Groups in the table and in HTML at most.")] = 20,
) -> None:
    """Promises kept, lead times, stages, causes of orders that were promised for a time. Exit code 1: no answer."""
    scope = Scope(_instant(since, "--from"), _end(until), by)
    if scope.since is not None and scope.until is not None and scope.since >= scope.until:
        raise typer.BadParameter("lies before --from or at it", param_hint="--to")
    if files:
        told_by = context.get_parameter_source("url")  # the variable SLAMON_URL may stand there all the time
        if told_by is not None and told_by.name == "COMMANDLINE":
            raise typer.BadParameter("is for a report without files", param_hint="--url")
        shown = _from_files(files, config, source, at, scope)
    else:
        _refuse({"--source": source, "--at": at})
        shown = _from_daemon(Daemon(url, config), scope)
    _write(shown, as_format, rows)


def _from_files(
    files: list[str], config: str | None, source: str | None, at: str | None, scope: Scope
) -> dict[str, Any]:
    settings = None if config is None else loaded(config).settings
    result = replayed(files, settings, source, at)
    if settings is not None:
        scope = replace(scope, statuses=settings.orders.to_lifecycle().statuses)
    with sign_of_life("judging"):
        scored = result.calibration
        made = Report(scope, calibrated(scored), scored.brier)
        for order, causes in result.orders_with_causes():
            made.add(order, causes)
    return report_json(made, result.at or None)


def _from_daemon(daemon: Daemon, scope: Scope) -> dict[str, Any]:
    made = Report(scope)
    times: set[str] = set()
    with sign_of_life("asking"):
        for page in daemon.pages(_PATH, "orders", [("sort", "order_id")]):
            times.update(filter(None, [page.get("as_of")]))
            for order in page["orders"]:
                _add(made, order, daemon.url)
    return report_json(made, min(map(parse_moment, times), default=None))


def _add(made: Report, order: Any, url: str) -> None:
    try:
        made.add(order, order.get("causes") or {})
    except (ValueError, AttributeError) as error:
        fail(f"{url} answers something that is not slamon's API: {error}")


def _write(shown: Mapping[str, Any], as_format: ReportFormat, rows: int) -> None:
    match as_format:
        case ReportFormat.JSON:
            emit(json_line(shown))
        case ReportFormat.CSV:
            emit(report_csv(shown).encode())
        case ReportFormat.HTML:
            emit(report_page(shown, rows).encode() + b"\n")
        case ReportFormat.TABLE:
            write_table(shown, rows)


def _instant(text: str | None, option: str) -> Instant | None:
    """A date is its beginning in UTC."""
    if text is None:
        return None
    try:
        if _DATE.fullmatch(text):
            return instant(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC))
        return parse_moment(text)
    except ValueError:
        raise typer.BadParameter(f"is no time, {_ALLOWED}", param_hint=option) from None


def _end(text: str | None) -> Instant | None:
    """A date is included: it is the beginning of the next day."""
    at = _instant(text, "--to")
    return at + DAY if at is not None and text is not None and _DATE.fullmatch(text) else at


def _refuse(given: Mapping[str, str | None]) -> None:
    for option, value in given.items():
        if value is not None:
            raise typer.BadParameter("is for recorded events: name a file", param_hint=option)
