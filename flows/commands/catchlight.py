"""``catchlight`` with all its commands."""

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
