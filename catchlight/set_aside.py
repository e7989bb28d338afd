"""Somebody on whose photo our own software fails is set aside: the others go on, and IT finds out why."""

import logging
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from catchlight.errors import OutsideError
from catchlight.private import private_file

if TYPE_CHECKING:  # workers are to start before this process has loaded what developing needs
    from catchlight.develop import Development, Order

CRASHED = "photo.crashed"
_NOTE = "This photo made the picture software fail; save it anew as a JPEG or send another."
_MANY = 3  # so many of those who were developed together, and more than came out well: it is no photo's fault
_log = logging.getLogger("catchlight.darkroom")


@dataclass(slots=True)
class Tally:
    """How many people a worker developed, how many were set aside, and what the last of these failed with."""

    log: Path
    made: int = 0
    failed: int = 0
    why: str = ""

    def set_aside(self, order: "Order", preset: str, failed: str) -> "Development":
        """Return what is told of somebody; why goes into the log, beside the recipe.

        ``preset`` is the name of the run's, for who has none of their own; ``failed`` a traceback.
        """
        from catchlight.develop import without_portrait  # noqa: PLC0415

        self.failed, self.why = self.failed + 1, _last(failed)
        with private_file(self.log).open("a", encoding="utf-8") as file:
            file.write(f"recipe {order.recipe}:\n{failed.strip()}\n")
        _log.error(
            "recipe %s: the picture software failed (%s), one person is set aside; see %s",
            order.recipe,
            self.why,
            self.log,
        )
        name = order.preset.name if order.preset else preset
        return without_portrait(order, name, CRASHED, _NOTE)

    def check(self) -> None:
        """Raise OutsideError where the software failed on most: nobody is to send another photo for that."""
        if self.failed >= _MANY and self.failed > self.made:
            message = (
                f"the picture software failed on {self.failed} of {self.failed + self.made} people"
                f" ({self.why}); see {self.log}"
            )
            raise OutsideError(message)


def _last(failed: str) -> str:
    """Return what stands below a traceback's last line of code, in one line."""
    lines = reversed(failed.strip().splitlines())
    return " ".join(reversed([*takewhile(lambda line: not line.startswith((" ", "Traceback")), lines)]))
