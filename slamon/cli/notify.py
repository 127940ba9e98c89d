"""`slamon notify test`: one sample of each kind to a receiver, or what would be sent."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from slamon.cli.configuration import loaded
from slamon.cli.output import USAGE, WRONG, emit, fail, json_line, say
from slamon.logs import configure_logs
from slamon.settings import LogLevel

if TYPE_CHECKING:
    from slamon.app.notify_test import Trial

notify = typer.Typer(no_args_is_help=True)


@notify.callback()
def _notify() -> None:  # without it typer would take `test`, the only command, for `notify` itself
    """Try the receivers of notices."""


@notify.command("test")
def try_out(
    receiver: Annotated[str, typer.Argument(metavar="RECEIVER", help="slack, smtp, … or a webhook's name.")],
    *,
    config: Annotated[str, typer.Option("--config", envvar="SLAMON_CONFIG", help="The configuration.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print each call's JSON, a line each; send nothing.")
    ] = False,
) -> None:
    """Send one sample of each kind. Exit code 1 when it does not take one, 2 for a wrong configuration or name."""
    from slamon.app import notify_test  # noqa: PLC0415 - loads the engine, which other commands need not
    from slamon.app.clock import wall_clock  # noqa: PLC0415 - the same

    settings = loaded(config).settings
    configure_logs(level=LogLevel.WARNING, libraries=LogLevel.ERROR, console=False, secrets=settings.secrets())
    try:
        trial = notify_test.Trial(settings, receiver, wall_clock)
    except notify_test.NoSuchReceiverError as unknown:
        known = ", ".join(unknown.names)
        fail(f"{receiver} is no configured receiver, allowed are: {known or 'none, notify configures none'}", USAGE)
    if dry_run:
        count = 0
        for payload in trial.payloads():
            emit(json_line(payload))
            count += 1
        say(f"{receiver}: {count} calls, nothing was sent")
    elif not asyncio.run(_sent(trial, receiver)):
        raise typer.Exit(WRONG)


async def _sent(trial: "Trial", receiver: str) -> bool:
    """Send all, and say what became of each and of all."""
    accepted = failed = 0
    async for outcome in trial.send():
        if outcome.skipped:
            say(f"{receiver}: {outcome.kind}: not for this receiver")
        elif outcome.problem is None:
            accepted += 1
            say(f"{receiver}: {outcome.kind}: accepted")
        else:
            failed += 1
            say(f"{receiver}: {outcome.kind}: {outcome.problem}")
    say(f"{receiver}: {accepted} accepted, {failed} failed")
    return not failed
