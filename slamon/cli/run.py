"""`slamon run` and `slamon demo`: the daemon, and the whole system on this machine."""

from typing import Annotated

import structlog
import typer

from slamon.cli.configuration import loaded
from slamon.cli.output import WRONG
from slamon.logs import configure_logs
from slamon.settings import LogFormat


def run(
    config: Annotated[str, typer.Option("--config", envvar="SLAMON_CONFIG", help="The configuration.")],
) -> None:
    """Run the daemon until SIGTERM or SIGINT. Exit code 0 stopped, 1 crashed, 2 bad configuration."""
    right = loaded(config)
    settings = right.settings
    configure_logs(
        level=settings.log.level,
        libraries=settings.log.libraries,
        console=settings.log.format is LogFormat.CONSOLE,
        secrets=settings.secrets(),
    )
    log = structlog.get_logger("slamon.cli")
    for remark in right.remarks:
        log.warning("configuration.remarked", remark=remark)
    try:
        from slamon.app import run_daemon  # noqa: PLC0415 - loads the engine, which other commands need not

        code = run_daemon(settings)
    except Exception:
        log.exception("daemon.crashed")
        code = WRONG
    raise typer.Exit(code)


def demo(
    seconds: Annotated[
        int | None,
        typer.Option(min=25, help="End after so long, and check what was sent; default: until Ctrl-C."),
    ] = None,
    *,
    kafka: Annotated[str | None, typer.Option(help="Use this broker (host:port) instead of starting one.")] = None,
    host: Annotated[str, typer.Option(help="Address that the pages listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of slamon's own pages; 0: any free one.")] = 0,
    slack_port: Annotated[int, typer.Option(help="Port of the Slack stand-in; 0: any free one.")] = 0,
    seed: Annotated[int | None, typer.Option(help="Play the same story again.")] = None,
) -> None:
    """Run the whole system on this machine with simulated orders; Ctrl-C stops all of it."""
    from slamon.demo.run import main  # noqa: PLC0415 - loads the broker's launcher, which other commands need not

    raise typer.Exit(main(seconds, kafka=kafka, host=host, port=port, slack_port=slack_port, seed=seed))
