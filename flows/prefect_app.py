"""Prefect's server as our commands start it: loaded without the garbage collector, ended without a last look for garbage."""

import atexit
import gc
from typing import TYPE_CHECKING

from catchlight.loading import loading

if TYPE_CHECKING:
    from fastapi import FastAPI


def create() -> "FastAPI":
    """Return Prefect's own application."""
    with loading():
        from prefect.server.api.server import create_app  # noqa: PLC0415  slow to import

        app = create_app()
    atexit.register(gc.freeze)
    return app
