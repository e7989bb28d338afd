"""Where people can be shown, as they are told of it: what each destination is for, and what is there of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from catchlight.consents import PURPOSES, Consent, against, last_words
from catchlight.journal import standing_since
from catchlight.place import FILES
from catchlight.records import Receipt


@dataclass(frozen=True, slots=True)
class Showplace:
    """One destination: what IT calls it, what receipts call it, and what it is for.

    What people do themselves has a purpose alone.
    """

    name: str
    place: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Showplaces:
    """All destinations of a company, the purposes that need a person's own yes, and where people publish themselves."""

    places: tuple[Showplace, ...] = ()
    opt_in: tuple[str, ...] = ()
    own: tuple[str, ...] = ()

    def purpose_of(self, place: str) -> str:
        """Return what a destination of a receipt is for; "" for one that is not named any more.

        A folder needs no name: without one it is the intranet's.
        """
        unnamed = FILES.consent if place.startswith("folder:") else ""
        return next((one.purpose for one in self.places if one.place == place), unnamed)

    def name_of(self, place: str) -> str:
        """Return what IT calls a destination of a receipt; of a folder without a name, its path."""
        named = (one.name for one in self.places if one.name and one.place == place)
        return next(named, place.removeprefix("folder:"))


@dataclass(frozen=True, slots=True)
class Shown:
    """One purpose to choose: its destinations, whether it is on, and since when something is there ("" for nothing).

    ``own`` says that it needs a yes of its own.
    """

    purpose: str
    names: tuple[str, ...]
    on: bool
    own: bool
    since: str = ""


def shown_at(
    places: Showplaces, consents: Iterable[Consent], receipts: Iterable[Receipt]
) -> tuple[Shown, ...]:
    """Return the purposes that a person can choose: of the destinations there are, and those they spoke of before."""
    said, there = list(consents), _since(places, receipts)
    spoken = last_words(said)
    found = []
    for purpose in PURPOSES:
        here = [one for one in places.places if one.purpose == purpose]
        if here or purpose in spoken or purpose in there:
            own = purpose in places.opt_in
            on = not against(said, purpose, opt_in=own)
            names = tuple(one.name for one in here if one.name)
            found.append(Shown(purpose, names, on, own, there.get(purpose, "")))
    return tuple(found)


def _since(places: Showplaces, receipts: Iterable[Receipt]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for receipt in standing_since(receipts):
        purpose = places.purpose_of(receipt.destination)
        found[purpose] = min(found.get(purpose, receipt.at), receipt.at)
    return found
