"""The files that portraits are published as: each made once, marked, signed last of all, and found again."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, replace
from typing import Any

from catchlight.credentials import ROOM, Credentials
from catchlight.cropping import Place
from catchlight.delivery import QUALITY, Print, Size, printed
from catchlight.ledger import Recipes
from catchlight.vault import Vault, digest_of


class Prints:
    """Makes the files of portraits, each once: what was made is found again in the vault."""

    def __init__(
        self,
        keep: Callable[[bytes], str],
        vault: Vault,
        made: Recipes,
        credentials: Credentials | None = None,
    ) -> None:
        """Store files by ``keep``, find them in ``vault``, and remember them in ``made``; sign them by ``credentials``."""
        self._keep, self._vault, self._made, self._credentials = keep, vault, made, credentials
        self._key = f"signed {credentials.key}" if credentials else ""

    def of(
        self, picture: str, sizes: Iterable[Size], place: Place | None = None, rung: str = ""
    ) -> list[Print]:
        """Return the files of a portrait (vault digest of its JPEG), in the order of ``sizes``.

        ``place`` is where the head lies on it, which cropped sizes need, ``rung`` how far it was changed. Raises
        OutsideError when the portrait is lost, PhotoError when it cannot be read, or not be signed.
        """
        wanted = list(sizes)
        recipes = {size: f"{_recipe(picture, size, place)} {rung} {self._key}".strip() for size in wanted}
        known = {size: self._recall(recipe) for size, recipe in recipes.items()}
        missing = [size for size, found in known.items() if found is None]
        for size, made in zip(missing, self._make(picture, missing, place, rung), strict=True):
            known[size] = made
            self._made.remember(digest_of(recipes[size].encode()), asdict(made))
        return [found for found in map(known.get, wanted) if found]

    def _recall(self, recipe: str) -> Print | None:
        found: dict[str, Any] | None = self._made.recall(digest_of(recipe.encode()))
        if not found or not self._vault.has(found["digest"]):
            return None
        return Print(**found | {"box": tuple(found["box"])})

    def _make(self, picture: str, sizes: list[Size], place: Place | None, rung: str) -> Iterator[Print]:
        asked = [self._with_room(size) for size in sizes]
        files = printed(self._vault.get(picture), asked, place, rung) if sizes else ()
        for size, (made, data) in zip(sizes, files, strict=True):
            finished, last = self._signed(made, data, size, rung)
            self._keep(last)
            yield finished

    def _with_room(self, size: Size) -> Size:
        """Return a size that leaves the signature its bytes."""
        signs = self._credentials and size.max_bytes and size.max_bytes >= 2 * ROOM
        return replace(size, max_bytes=size.max_bytes - ROOM) if signs and size.max_bytes else size

    def _signed(self, made: Print, data: bytes, size: Size, rung: str) -> tuple[Print, bytes]:
        """Sign a file, last of all; what has no room for a signature says so."""
        if self._credentials is None:
            return made, data
        if size.max_bytes and size.max_bytes < 2 * ROOM:
            unsigned = f"not signed: {size.max_bytes} bytes have no room for it"
            return replace(made, note="; ".join(filter(None, (made.note, unsigned)))), data
        data = self._credentials.signed(data, rung)
        return replace(made, bytes=len(data), digest=digest_of(data)), data


def _recipe(picture: str, size: Size, place: Place | None) -> str:
    """Return all that decides a file's pixels; a head's place does so only where it is cropped."""
    crop = f"{size.crop!r} {place}" if size.crop else ""
    return f"print 3 {picture} {size.name} {size.height} {size.max_bytes} {crop} {QUALITY}"
