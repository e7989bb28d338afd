"""How far a person's photo may be changed: the lowest of what the person, their jurisdiction and the preset allow."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from catchlight.records import Employee, Rung

ELSEWHERE = "*"  # in a preset's [rungs]: whoever's country no other key names
_PART = re.compile(r"([a-z]{2})-[a-z0-9]{1,3}")  # ISO 3166-2: a part of a country, such as us-il


@dataclass(frozen=True, slots=True)
class Cap:
    """No change beyond ``rung``; ``by`` says for whom or by whom ("" when nobody set a cap)."""

    rung: Rung = Rung.GENERATE
    by: str = ""


NO_CAP = Cap()


def fold(country: str) -> str:
    """Return a country so that case, blanks and Unicode form do not tell it apart."""
    return " ".join(unicodedata.normalize("NFKC", country).casefold().split())


def part_of(country: str) -> str:
    """Return the country that a folded name is a part of (``us`` for ``us-il``), else the name itself."""
    part = _PART.fullmatch(country)
    return part[1] if part else country


def _each_once(rungs: dict[str, Rung]) -> dict[str, Rung]:
    """Refuse two caps for one country."""
    keys = {fold(key): key for key in rungs}
    for key in rungs:
        if keys[fold(key)] != key:
            message = f"{key} and {keys[fold(key)]} are the same country; keep one"
            raise ValueError(message)
    return rungs


Rungs = Annotated[
    dict[Annotated[str, StringConstraints(pattern=r"\S")], Rung], AfterValidator(_each_once)
]  # by country, as the list calls it


def lowest(*caps: Cap) -> Cap:
    """Return the cap that allows least, the first of equals."""
    return min(caps, key=lambda cap: tuple(Rung).index(cap.rung), default=NO_CAP)


def cap_of(person: Employee, rungs: Mapping[str, Rung]) -> Cap:
    """Return the cap of one person; ``rungs`` are the caps per jurisdiction, by name as the preset has it."""
    own = [Cap(Rung(person.rung), "for this person")] if person.rung else []
    return lowest(*own, *(Cap(rungs[key], _for(key, person)) for key in _keys(person.country, rungs)))


def findings(people: Iterable[Employee], rungs: Mapping[str, Rung]) -> list[dict[str, str]]:
    """Return what may leave a cap of a jurisdiction without effect: a name that no row has, a row without one."""
    countries = [person.country for person in people]
    held = {key for country in set(countries) for key in _keys(country, rungs)}
    found, unused = [], [key for key in rungs if key not in held | {ELSEWHERE}]
    if unused:
        names = ", ".join(unused)
        sentence = (
            f"[rungs] of the preset names {names}, but no row of the list does: the cap holds for nobody."
        )
        found.append({"kind": "cap_for_nobody", "sentence": sentence})
    if rungs and ELSEWHERE not in rungs and "" in countries:
        sentence = (
            f"{countries.count('')} of {len(countries)} people have no country in the list, so no cap of [rungs] holds "
            'for them; fill it in, or cap everyone else with "*" in [rungs].'
        )
        found.append({"kind": "no_country", "sentence": sentence})
    return found


def _keys(country: str, rungs: Mapping[str, Rung]) -> list[str]:
    """Return the keys that name a country or the country that it is a part of; else the one for elsewhere."""
    place = fold(country)
    named = [key for key in rungs if fold(key) in {place, part_of(place)}]
    return named or [key for key in rungs if key == ELSEWHERE]


def _for(key: str, person: Employee) -> str:
    if key != ELSEWHERE:
        return f"for {key}"
    return f"for {person.country}" if person.country else "where no country is given"
