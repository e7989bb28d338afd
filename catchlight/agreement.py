"""Whether the photos that several systems have of one person show one person.

Only photos of one person are compared, one to one, and only where a job allows this biometric check. What is kept
is whether two pictures agree, never what a face was described by.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from catchlight.alike import alike
from catchlight.config import load_preset
from catchlight.decoder import Decoder
from catchlight.errors import PhotoError
from catchlight.models import ModelStore
from catchlight.private import private_file
from catchlight.studio import Studio
from catchlight.subject import look
from catchlight.vault import Vault

Same = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Opinion:
    """Which sources show somebody else than most others do; ``tied``: which of them is right cannot be told."""

    odd: tuple[str, ...] = ()
    tied: bool = False


def opinion(photos: Mapping[str, str], same: Same) -> Opinion:
    """Return which photos (digest by source) do not agree with the others; ``same`` compares two digests."""
    groups: list[list[str]] = []
    for source, digest in photos.items():
        group = next((one for one in groups if same(photos[one[0]], digest)), None)
        if group is None:
            groups.append([source])
        else:
            group.append(source)
    if len(groups) < 2:
        return Opinion()
    most = max(map(len, groups))
    largest = [group for group in groups if len(group) == most]
    if len(largest) > 1:
        return Opinion(tuple(photos), tied=True)
    return Opinion(tuple(source for group in groups if group is not largest[0] for source in group))


class Faces:
    """Compares two pictures in the vault by the faces in them, and remembers what came of it."""

    def __init__(self, engine: str, models: ModelStore, vault: Vault, memory: Path) -> None:
        """Prepare; nothing is loaded before there are two different pictures to compare."""
        self._name, self._models, self._vault = engine, models, vault
        self._decoder = Decoder()
        self._known = sqlite3.connect(private_file(memory), isolation_level=None)
        self._known.execute(
            "create table if not exists pairs (a text, b text, same integer, primary key (a, b))"
        )

    def close(self) -> None:
        """Let go of everything."""
        self._decoder.close()
        self._known.close()

    def same(self, one: str, other: str, allowed: Callable[[], bool] = lambda: True) -> bool:
        """Whether two pictures show one person; a picture without a clear face disagrees with nothing.

        ``allowed`` is asked right before faces are compared. Where they may not be, nothing disagrees.
        """
        a, b = sorted((one, other))
        if a == b:
            return True
        known = self._known.execute("select same from pairs where a = ? and b = ?", (a, b)).fetchone()
        if known is None and alike_pictures(self._vault, a, b):
            known = self._keep(a, b, same=True)
        if (known and known[0]) or not allowed():
            return True
        if known is None:
            known = self._keep(a, b, same=self._compare(a, b))
        return bool(known[0])

    def _keep(self, a: str, b: str, *, same: bool) -> tuple[bool]:
        self._known.execute("insert or replace into pairs values (?, ?, ?)", (a, b, same))
        return (same,)

    def _compare(self, a: str, b: str) -> bool:
        try:
            described = [self._described(self._vault.get(digest)) for digest in (a, b)]
        except PhotoError:
            return True
        engine = self._studio.recogniser
        return bool(engine.distance(*described) < engine.SAME_BELOW)

    @cached_property
    def _studio(self) -> Studio:
        preset = load_preset("house")
        engines = preset.engines.model_copy(update={"likeness": self._name})
        return Studio(preset.model_copy(update={"engines": engines}), self._models)

    def _described(self, data: bytes) -> Any:
        subject = look(self._decoder.open(data), self._studio)
        return self._studio.recogniser.describe(subject.picture, subject.face.as_face)


def alike_pictures(vault: Vault, one: str, other: str) -> bool:
    """Whether two pictures in the vault are one picture, scaled or encoded anew; no face is compared."""
    return one == other or alike(vault.get(one), vault.get(other))


def swapped(
    odd: Sequence[tuple[str, str, str]], right: Mapping[str, str], vault: Vault
) -> list[tuple[str, str, str]]:
    """Return (source, person, other person) for odd pictures that are the other's right one, as pictures.

    ``odd`` is (person, source, digest), ``right`` a person's agreed picture by person.
    """
    return [
        (source, person, other)
        for person, source, digest in odd
        for other, _, _ in odd
        if other != person and other in right and alike_pictures(vault, digest, right[other])
    ]
