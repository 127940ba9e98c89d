"""`slamon route test`: where a given notice would go, when, and which rule decides."""

from typing import Annotated

import typer

from slamon.cli.configuration import loaded
from slamon.cli.output import Format, cell, emit, json_line, say, screen, table
from slamon.cli.replay import moment_of
from slamon.notices.notice import SYSTEM_KINDS, DeliveryState, NoticeKind, severity_of
from slamon.notices.routing import SLACK, Basis, Choice, Parties, Routing
from slamon.orders.event import Instant, rfc3339
from slamon.settings import Settings
from slamon.settings.notify.routing import able_receivers, named_receivers, routing_of

route = typer.Typer(no_args_is_help=True)


@route.callback()
def _route() -> None:  # without it typer would take `test`, the only command, for `route` itself
    """Ask the routes of a configuration."""


@route.command("test")
def where(
    *,
    config: Annotated[str, typer.Option("--config", metavar="FILE", help="The configuration.")],
    kind: Annotated[NoticeKind, typer.Option(help="Kind of the notice.")] = NoticeKind.BREACHED,
    channel: Annotated[str | None, typer.Option(help="Channel of the order.")] = None,
    client: Annotated[str | None, typer.Option(help="Client of the order, by id.")] = None,
    manager: Annotated[str | None, typer.Option(help="Manager of the order, by id.")] = None,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="When it is decided; default: now.")] = None,
    as_format: Annotated[Format, typer.Option("--format", help="table or json.")] = Format.TABLE,
) -> None:
    """Tell where a notice would go, when, and which rule decides. Exit code 2 for a wrong configuration."""
    if kind is NoticeKind.RETRACTED:
        raise typer.BadParameter("a withdrawal goes where the notice went: ask for that one", param_hint="--kind")
    decided_at = moment_of(at)
    settings = loaded(config).settings
    parties = Parties() if kind in SYSTEM_KINDS else Parties(channel, client, manager)
    found = _answer(settings, kind, parties, _now() if decided_at is None else decided_at)
    if as_format is Format.JSON:
        emit(json_line(found))
    else:
        _write_table(found)


def _now() -> Instant:
    from slamon.app.clock import wall_clock  # noqa: PLC0415 - loads the engine, which the rest of the command need not

    return wall_clock()


def _answer(settings: Settings, kind: NoticeKind, parties: Parties, now: Instant) -> dict[str, object]:
    notify = settings.notify
    able = able_receivers(notify)
    for name in named_receivers(notify):
        if name not in able:
            say(f"{name}: lacks what it needs to send, gets nothing")
    routing = routing_of(notify, settings.sla.core_calendars(), able)
    choice = routing.choose(kind, parties)
    return {
        "kind": str(kind),
        "severity": str(severity_of(kind)),
        **parties._asdict(),
        "at": rfc3339(now),
        "by": str(choice.basis),
        "rule": choice.rule,
        "matched": dict(choice.met),
        "why": _why(choice),
        "routes": _routes(routing, kind, parties, now),
    }


def _routes(routing: Routing, kind: NoticeKind, parties: Parties, now: Instant) -> list[dict[str, object]]:
    mention = routing.mention(parties.manager_id)
    return [
        {
            "receiver": receiver,
            "slack_channel": (channel or routing.channel) if receiver == SLACK else None,
            "mention": list(mention) if receiver == SLACK else [],
            "state": str(DeliveryState.PENDING if not_before is None else DeliveryState.HELD),
            "not_before": None if not_before is None else rfc3339(not_before),
        }
        for receiver, channel, not_before in routing.routes(kind, parties, now)
    ]


def _why(choice: Choice) -> str:
    if choice.basis is Basis.RULE:
        met = ", ".join(f"{key}: {value}" for key, value in choice.met.items())
        return f"notify.rules.{choice.rule} ({met or 'matches every notice'})"
    return {
        Basis.EVERYBODY: "no rules: every receiver that takes such notices",
        Basis.FALLBACK: "no rule matches: notify.fallback",
        Basis.UNNAMED: "no rule matches, no fallback: the receivers that no rule names",
    }[choice.basis]


def _write_table(found: dict[str, object]) -> None:
    console = screen()
    console.print(cell(f"{found['kind']} ({found['severity']}): {found['why']}"))
    routes = found["routes"]
    assert isinstance(routes, list)  # noqa: S101 - as `_answer` makes it
    if not routes:
        console.print("It goes to nobody.")
        return
    made = table("receiver", "slack channel", "mentions", "when", whole=("receiver", "slack channel", "when"))
    for told in routes:
        when = told["not_before"] or "at once"
        made.add_row(
            cell(told["receiver"]), cell(told["slack_channel"]), cell(", ".join(told["mention"]) or None), cell(when)
        )
    console.print(made)
