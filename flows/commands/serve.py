"""``catchlight serve``: everything on one machine, nothing to install first."""

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import HOME, HomeOption
from flows.commands.publish_words import say
from flows.terminal import told

app = typer.Typer()


@app.command("serve")
def serve(
    home: HomeOption = HOME,
    job: Annotated[
        list[Path] | None,
        typer.Option(
            "--job", help="Job file (.toml) to offer, and to run by its schedule; give it again for more."
        ),
    ] = None,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Of the pages to start and watch flows; 0: any.")
    ] = 4200,
    status_port: Annotated[
        int, typer.Option("--status-port", min=0, max=65535, help="Of health and figures; 0: any.")
    ] = 8481,
    review: Annotated[
        bool,
        typer.Option("--review/--no-review", help="Serve the review pages, when there is a review.toml."),
    ] = True,
) -> None:
    """Serve everything on this machine: forms and schedules, the process that runs them, and the review pages.

    Prefect's server keeps its database in the home folder. A job file that has a schedule is refreshed by
    itself, in the time zone that it names. All listens on loopback; put a proxy with TLS and sign-on in front
    for other machines. A part that ends is started again. Ctrl-C or SIGTERM stops everything; a refresh that is
    under way goes on where it was when it is started again.

    Exit code 0: it was told to stop. 2: it could not start, and the message says why.
    """
    with told():
        from flows import serving  # noqa: PLC0415  loads what the parts need

        serving.serve(serving.Options(home, tuple(job or ()), port, status_port, review), say)
