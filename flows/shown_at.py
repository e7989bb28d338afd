"""Every place where something of ours stands, also those that cannot be opened: a disk that is not mounted, a table that is gone."""

from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import NoReturn

from catchlight.desk import Desk, open_desk, open_register
from catchlight.errors import CatchlightError, OutsideError
from catchlight.journal import by_destination, stacks
from catchlight.place import Place, Purpose, Takes
from flows.destinations import destinations, kind_of, place_named, sets_own, takes_of


def desks_and_why(home: Path, employee: str = "") -> Iterator[tuple[Desk, str]]:
    """Yield a desk for each place of :func:`places`, and why the place cannot be opened ("" where it can).

    Where people publish themselves, from their own page, nobody else can do anything: those are left out.
    """
    for name in places(home, employee):
        if not sets_own(kind_of(name)):
            yield _opened(name, home)


def places(home: Path, employee: str = "") -> list[str]:
    """Return what receipts call the places where something of ours stands, of everybody's or of one person's."""
    with closing(open_register(home)) as register:
        receipts = register.receipts(**({"employee": employee} if employee else {}))
    return [name for name, sent in by_destination(receipts).items() if stacks(sent)]


def _opened(name: str, home: Path) -> tuple[Desk, str]:
    try:
        return open_desk(home, place_named(name, home)), ""
    except CatchlightError as error:
        return open_desk(home, _shut(name, home, str(error))), str(error)


def _shut(name: str, home: Path, why: str) -> Place:
    """Return a place of which one can only tell who stands there, and for what purpose."""

    def fail(*_: object) -> NoReturn:
        raise OutsideError(why)

    return Place(name, look=fail, put=fail, remove=fail, takes=Takes(consent=purpose_at(name, home)))


def purpose_at(name: str, home: Path) -> Purpose:
    """Return what people are shown for at what receipts call a place, also where no table names it any more."""
    with suppress(CatchlightError):
        for one in destinations(home).values():
            if one.place == name:
                return one.purpose
    return takes_of(kind_of(name)).consent
