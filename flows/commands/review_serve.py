"""``catchlight review serve``: the pages on which people look at their portraits and answer."""

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import HOME, HomeOption
from flows.commands.publish_words import say
from flows.terminal import told


def serve(
    home: HomeOption = HOME,
    host: Annotated[str, typer.Option("--host", help="Listen at this address; else as in review.toml.")] = "",
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="0 takes any free one.")
    ] = None,
    cert: Annotated[
        Path | None, typer.Option("--cert", help="Certificate for https, with its chain (PEM).")
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", help="Its key (PEM), readable by you alone.")] = None,
    redo: Annotated[
        bool,
        typer.Option("--redo/--no-redo", help="Make other tries in the background, as people ask for them."),
    ] = True,
) -> None:
    """Serve the pages on which people see their portraits and answer, until Ctrl-C or SIGTERM.

    Who may enter, under which address and how people are asked is set in review.toml in the home
    folder; without it people enter by personal links, from this machine alone. Other machines reach
    it over https only: with --cert and --key, or through a reverse proxy.

    Exit code 0: it was told to stop. 2: it could not start, and the message says why.
    """
    with told():
        from flows import review_server as server  # noqa: PLC0415  loads all that the pages need

        server.serve(server.Options(home, host, port, cert, key, redo), say)
