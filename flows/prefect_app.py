"""Prefect's server as our commands start it: loaded without the garbage collector, ended without a last look for garbage."""

import atexit
import gc
import os

from catchlight.loading import loading
from flows.own_browsers import OwnBrowsers

PAGES = "PREFECT_SERVER_UI_API_URL"  # what Prefect's pages ask, where a proxy stands in front


def create() -> OwnBrowsers:
    """Return Prefect's own application behind what keeps other sites' pages out."""
    with loading():
        from prefect.server.api.server import create_app  # noqa: PLC0415  slow to import

        app = create_app()
    atexit.register(gc.freeze)
    return OwnBrowsers(app, os.environ.get(PAGES, ""))
