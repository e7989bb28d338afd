"""``catchlight status``: health, figures, contact sheets and presets, where ``catchlight serve`` is not used."""

from typing import Annotated

import typer

from flows.commands.options import HOME, HomeOption
from flows.commands.publish_words import say
from flows.terminal import told

app = typer.Typer()


@app.command("status")
def status(
    home: HomeOption = HOME,
    host: Annotated[str, typer.Option("--host", help="Listen at this address.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes any free one.")] = 8481,
) -> None:
    """Serve health, figures for Prometheus, contact sheets and presets, until Ctrl-C or SIGTERM.

    catchlight serve has this built in; on a server whose parts run apart it is a part of its own. Contact sheets
    are behind links that nobody can guess; a proxy passes /sheets and /presets on, and keeps /metrics to itself.

    Exit code 0: it was told to stop. 2: it could not start, and the message says why.
    """
    with told():
        from flows import status_server  # noqa: PLC0415  loads what the pages need

        status_server.serve(home, host, port, say)
