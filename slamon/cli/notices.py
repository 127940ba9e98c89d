"""`slamon notices`: what was decided and done about it, from a running daemon; and answers to it."""

import getpass
from typing import Annotated, Any
from urllib.parse import quote

import typer

from slamon.cli.daemon import Config, Daemon, Url
from slamon.cli.orders import AsFormat
from slamon.cli.output import USAGE, Format, cell, emit, fail, json_line, screen
from slamon.cli.shown import moment, notices_table

notices = typer.Typer(invoke_without_command=True, help="List notices, the newest first; or answer one.")

_PATH = "/api/v1/notices"

NoticeId = Annotated[str, typer.Argument(metavar="ID", help="The notice's id.")]
By = Annotated[str | None, typer.Option("--by", help="Who answers; default: your login name.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Why, for the record.")]
OrderId = Annotated[str | None, typer.Option("--order-id", help="The order it is about; saves the daemon a search.")]


@notices.callback()
def list_notices(
    context: typer.Context,
    *,
    order_id: Annotated[str | None, typer.Option("--order-id", help="Only notices about this order.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Only these kinds, e.g. breached.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Rows at most.")] = 50,
    url: Url = None,
    config: Config = None,
    as_format: AsFormat = Format.TABLE,
) -> None:
    """List notices, the newest first, with their deliveries and answers; or answer one."""
    if context.invoked_subcommand is not None:
        context.obj = (url, config, order_id)
        return
    query = [("order_id", order_id)] if order_id else []
    query += [("kind", one) for one in kind or ()]
    answer = Daemon(url, config).list(_PATH, "notices", query, limit)
    if as_format is Format.JSON:
        emit(json_line(answer))
        return
    console = screen()
    console.print(notices_table(answer["notices"], console.width, deliveries=True))
    more = ", more with a greater --limit" if answer.get("next") else ""
    console.print(f"{len(answer['notices'])} notices as of {moment(answer.get('as_of')) or 'an unknown time'}{more}")


@notices.command("ack")
def acknowledge(
    context: typer.Context,
    notice_id: NoticeId,
    *,
    by: By = None,
    reason: Reason = None,
    order_id: OrderId = None,
    url: Url = None,
    config: Config = None,
    as_format: AsFormat = Format.TABLE,
) -> None:
    """Acknowledge a notice: you see to it. Exit code 3 when there is none."""
    _give(context, "acknowledge", notice_id, by=by, reason=reason, order_id=order_id, at=(url, config), as_=as_format)


@notices.command("snooze")
def snooze(
    context: typer.Context,
    notice_id: NoticeId,
    *,
    until: Annotated[str, typer.Option("--until", help="Until when, RFC 3339: 2027-01-31T09:00:00Z.")],
    by: By = None,
    reason: Reason = None,
    order_id: OrderId = None,
    url: Url = None,
    config: Config = None,
    as_format: AsFormat = Format.TABLE,
) -> None:
    """Leave an order alone for a while: only its breaches are told before. Exit code 3 when there is none."""
    more = {"until": until, "by": by, "reason": reason, "order_id": order_id}
    _give(context, "snooze", notice_id, **more, at=(url, config), as_=as_format)


@notices.command("promise")
def promise(
    context: typer.Context,
    notice_id: NoticeId,
    *,
    promised_at: Annotated[str, typer.Option("--promised-at", help="The new date, RFC 3339: 2027-01-31T17:00:00Z.")],
    by: By = None,
    reason: Reason = None,
    order_id: OrderId = None,
    url: Url = None,
    config: Config = None,
    as_format: AsFormat = Format.TABLE,
) -> None:
    """Promise a new date for the order of a notice. Exit code 3 when there is none."""
    more = {"promised_at": promised_at, "by": by, "reason": reason, "order_id": order_id}
    _give(context, "promise", notice_id, **more, at=(url, config), as_=as_format)


@notices.command("told")
def told(
    context: typer.Context,
    notice_id: NoticeId,
    *,
    by: By = None,
    reason: Reason = None,
    order_id: OrderId = None,
    url: Url = None,
    config: Config = None,
    as_format: AsFormat = Format.TABLE,
) -> None:
    """Note that the customer was told. Exit code 3 when there is no such notice."""
    _give(context, "told", notice_id, by=by, reason=reason, order_id=order_id, at=(url, config), as_=as_format)


@notices.command("not-ours")
def not_ours(
    context: typer.Context,
    notice_id: NoticeId,
    *,
    by: By = None,
    reason: Reason = None,
    order_id: OrderId = None,
    url: Url = None,
    config: Config = None,
    as_format: AsFormat = Format.TABLE,
) -> None:
    """Say that a notice is not for you. Exit code 3 when there is none."""
    _give(context, "not_ours", notice_id, by=by, reason=reason, order_id=order_id, at=(url, config), as_=as_format)


def _give(
    context: typer.Context,
    action: str,
    notice_id: str,
    *,
    at: tuple[str | None, str | None],
    as_: Format,
    **stated: str | None,
) -> None:
    """Post an answer and show its record; what stands before the command counts where it is not repeated behind."""
    outer: tuple[str | None, str | None, str | None] = context.obj or (None, None, None)
    daemon = Daemon(at[0] or outer[0], at[1] or outer[1])
    stated["order_id"] = stated["order_id"] or outer[2]
    body: dict[str, object] = {name: value for name, value in stated.items() if value is not None}
    body |= {"by": stated["by"] or _login_name(), "via": "cli"}
    path = f"{_PATH}/{quote(notice_id, safe='')}/{action}"
    record = daemon.post(path, body, f"notice {notice_id} is not known at {daemon.url}")
    if as_ is Format.JSON:
        emit(json_line(record))
    else:
        screen().print(cell(_said(record)))


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # an account without a name, as in a container
        fail("--by: this account has no login name; say who answers", USAGE)


def _said(record: dict[str, Any]) -> str:
    about = f"order {record['order_id']}" if record.get("order_id") else f"notice {record.get('notice_id')}"
    date = record.get("until") or record.get("promised_at")
    words = f"{str(record.get('action')).replace('_', ' ')} by {record.get('by')} for {about}"
    return words + (f", {moment(date)}" if date else "")
