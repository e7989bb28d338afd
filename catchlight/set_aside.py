"""Somebody on whose photo our own software fails is set aside: the others go on, and IT finds out why."""

import logging
import traceback
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING

from catchlight.errors import CatchlightError
from catchlight.records import Render

if TYPE_CHECKING:  # workers are to start before this process has loaded what developing needs
    from catchlight.develop import Development, Order

CRASHED = "photo.crashed"
NO_PHOTOS_FAULT = (CatchlightError, OSError, MemoryError, ImportError, BrokenProcessPool)
_NOTE = "This photo made the picture software fail; save it anew as a JPEG or send another."
_log = logging.getLogger("catchlight.darkroom")


def set_aside(order: "Order", preset: str) -> "Development":
    """Return what is told of them; ``preset`` is the name of the run's, for who has none of their own."""
    from catchlight.develop import Development  # noqa: PLC0415

    name = order.preset.name if order.preset else preset
    render = Render(order.employee, order.recipe, "", preset=name, reason=CRASHED, note=_NOTE)
    return Development(order.photos, render)


def tell(error: Exception, order: "Order", log: Path) -> None:
    """Write what the software failed with into a log that names no person, and say where it is."""
    with log.open("a", encoding="utf-8") as file:
        file.write(f"recipe {order.recipe}:\n{''.join(traceback.format_exception(error))}")
    _log.error("%s (%s): one person is set aside; see %s", type(error).__name__, error, log)
