"""Every place where something of ours stands, also those that cannot be opened: a disk that is not mounted, a table that is gone."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from catchlight.desk import Desk, open_desk
from catchlight.errors import CatchlightError, OutsideError
from catchlight.place import Place, Purpose, Takes
from flows.destinations import destinations, kind_of, place_named, sets_own, takes_of
from flows.erasing import places


def desks_and_why(home: Path) -> Iterator[tuple[Desk, str]]:
    """Yield a desk for each place, and why the place cannot be opened ("" where it can).

    Where people publish themselves, from their own page, nobody else can do anything: those are left out.
    """
    for name in places(home):
        if not sets_own(kind_of(name)):
            place, why = _opened(name, home)
            yield open_desk(home, place), why


def _opened(name: str, home: Path) -> tuple[Place, str]:
    try:
        return place_named(name, home), ""
    except CatchlightError as error:
        return _shut(name, home, str(error)), str(error)


def _shut(name: str, home: Path, why: str) -> Place:
    """Return a place of which one can only tell who stands there, and for what purpose."""

    def fail(*_: object) -> NoReturn:
        raise OutsideError(why)

    return Place(name, look=fail, put=fail, remove=fail, takes=Takes(consent=_purpose(name, home)))


def _purpose(name: str, home: Path) -> Purpose:
    with suppress(CatchlightError):
        for one in destinations(home).values():
            if one.place == name:
                return one.purpose
    return takes_of(kind_of(name)).consent
