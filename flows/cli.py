"""The ``catchlight`` command."""

import os

os.environ.setdefault("PREFECT_LOGGING_LEVEL", "ERROR")  # before Prefect is imported: the bar speaks, not the log

import typer

import catchlight
from flows.commands import models
from flows.commands.refresh import refresh

app = typer.Typer(
    name="catchlight",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Refresh every headshot of a company on the company's own machines.",
)
app.add_typer(models.app, name="models")
app.command("refresh")(refresh)


@app.command("version")
def version() -> None:
    """Print the version."""
    typer.echo(catchlight.__version__)


def main() -> None:
    """Run the command."""
    app()


if __name__ == "__main__":
    main()
