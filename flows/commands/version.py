"""``catchlight version``."""

import typer

import catchlight

app = typer.Typer()


@app.command("version")
def version() -> None:
    """Print the version."""
    typer.echo(catchlight.__version__)
