"""The command line: parses, asks, prints; everything it knows about orders comes from below (CONTRACT §1)."""

from typing import Annotated

import typer

from slamon import __version__
from slamon.cli.configuration import check_config, schema
from slamon.cli.explain import explain
from slamon.cli.lag import incidents, lag
from slamon.cli.notices import notices
from slamon.cli.notify import notify
from slamon.cli.orders import orders
from slamon.cli.policy import policy
from slamon.cli.replay import replay
from slamon.cli.report import report
from slamon.cli.route import route
from slamon.cli.run import demo, run

# Pretty tracebacks would show local variables, and with them secrets.
app = typer.Typer(
    name="slamon",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Which orders will break their promise, and what holds them up.",
)


def _print_version(asked: bool) -> None:  # noqa: FBT001 - typer calls it so
    if asked:
        typer.echo(f"slamon {__version__}")
        raise typer.Exit


@app.callback()
def slamon(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    """Take the options that stand before a command."""
    del version


app.command("run")(run)
app.command("check-config")(check_config)
app.command("replay")(replay)
app.command("report")(report)
app.add_typer(policy, name="policy")
app.command("demo")(demo)
app.add_typer(orders, name="orders")
app.command("explain")(explain)
app.add_typer(notices, name="notices")
app.command("lag")(lag)
app.command("incidents")(incidents)
app.add_typer(route, name="route")
app.add_typer(notify, name="notify")
app.command("schema")(schema)
