"""Prefect's server as our commands start it: loaded without the garbage collector, ended without a last look for garbage.

``python -m flows.prefect_app HOST PORT`` is the server alone, where the other parts are services of their own.
"""

import atexit
import gc
import os

import typer

from catchlight.errors import OutsideError
from catchlight.loading import loading
from flows import prefect_pages, prefect_password
from flows.children import claim_port
from flows.own_browsers import OwnBrowsers
from flows.terminal import told

PAGES = "PREFECT_SERVER_UI_API_URL"  # what Prefect's pages ask, where a proxy stands in front
_API = "PREFECT_API_URL"  # what workers and commands ask


def create() -> OwnBrowsers:
    """Return Prefect's own application behind what keeps other sites' pages out."""
    with loading():
        from prefect.server.api.server import create_app  # noqa: PLC0415  slow to import

        app = create_app()
    atexit.register(gc.freeze)
    return OwnBrowsers(app, *(os.environ.get(name, "") for name in (PAGES, _API)))


def main(host: str, port: int) -> None:
    """Serve until told to stop; with no password, or the example's, or where the port is taken, it does not begin."""
    import uvicorn  # noqa: PLC0415  the application alone needs none

    with told():
        prefect_password.needed()
        claim_port(host, port, "PORT")
        pages = os.environ.setdefault(PAGES, f"http://127.0.0.1:{port}/api")
        name, _, rule = prefect_pages.policy(pages).partition(":")
        try:
            uvicorn.run(
                create, factory=True, host=host, port=port, log_level="warning", headers=[(name, rule)]
            )
        except SystemExit as ended:
            message = "Prefect's server did not begin; what it said above tells why, most often its database does not answer"
            raise OutsideError(message) from ended


if __name__ == "__main__":
    typer.run(main)
