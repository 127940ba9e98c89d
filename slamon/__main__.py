"""`python -m slamon`, and what the installed command `slamon` calls."""

from slamon.cli import app


def main() -> None:
    """Run the command line; ends the process with its exit code."""
    app(prog_name="slamon")


if __name__ == "__main__":
    main()
