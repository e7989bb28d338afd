"""The ``catchlight`` command."""

import os

# Before Prefect is imported: errors are told once, by us, and nobody is told that we are at work.
os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")

import typer

import catchlight
from flows.commands import models, preset, publish, review
from flows.commands.demo import demo
from flows.commands.refresh import refresh

app = typer.Typer(
    name="catchlight",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Refresh every headshot of a company on the company's own machines.",
)
app.command("demo")(demo)
app.command("refresh")(refresh)
app.add_typer(review.app, name="review")
app.add_typer(publish.app, name="publish")
app.add_typer(preset.app, name="preset")
app.add_typer(models.app, name="models")


@app.command("version")
def version() -> None:
    """Print the version."""
    typer.echo(catchlight.__version__)


def main() -> None:
    """Run the command."""
    app()


if __name__ == "__main__":
    main()
