"""Whether a place that is empty is one whose disk is not mounted: files of ours should stand there."""

from collections.abc import Collection
from contextlib import suppress
from itertools import islice

from catchlight.errors import CatchlightError, OutsideError
from catchlight.journal import stacks
from catchlight.place import LIST, Place
from catchlight.register import Register

_A_FEW = 3


def must_be_mounted(place: Place, register: Register) -> None:
    """Refuse a place at which nothing at all is, though files of ours stand there; OutsideError.

    A place that cannot be asked now says so itself when there is work for it.
    """
    nothing = _nothing_is_at(place)
    standing = stacks(register.receipts(place.name)) if nothing is not False else {}
    if standing and (nothing or _none_is_at(place, standing)):
        message = (
            f"{place.name}: it is empty, though {len(standing)} files of ours stand there; is the disk mounted? "
            f"If somebody emptied it on purpose, put a file called {LIST} there, and run again"
        )
        raise OutsideError(message)


def _nothing_is_at(place: Place) -> bool | None:
    if place.bare is None:
        return False
    with suppress(CatchlightError):
        return place.bare()
    return False


def _none_is_at(place: Place, standing: Collection[str]) -> bool:
    """Whether neither our list nor the first few of our files are at a place that cannot be listed."""
    with suppress(CatchlightError):
        return all(place.look(target) is None for target in (LIST, *islice(standing, _A_FEW)))
    return False
