"""The files that portraits are published as: each made once, marked, signed last of all, and found again."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from catchlight.credentials import ROOM, Credentials
from catchlight.cropping import Place
from catchlight.delivery import QUALITY, Print, Size, printed
from catchlight.print_book import PrintBook
from catchlight.vault import digest_of


class Prints:
    """Makes the files of portraits, each once: what was made is found again in the book."""

    def __init__(
        self, keep: Callable[[bytes], str], book: PrintBook, credentials: Credentials | None = None
    ) -> None:
        """Store files by ``keep``, find them again in ``book``; sign them by ``credentials``."""
        self._keep, self._book, self._credentials = keep, book, credentials
        self._key = f"signed {credentials.key}" if credentials else ""
        self._digest = lru_cache(256)(self._digested)

    def of(
        self, picture: str, sizes: Iterable[Size], place: Place | None = None, rung: str = ""
    ) -> list[Print]:
        """Return the files of a portrait (vault digest of its JPEG), in the order of ``sizes``.

        ``place`` is where the head lies on it, which cropped sizes need, ``rung`` how far it was changed. Raises
        OutsideError when the portrait is lost, PhotoError when it cannot be read, or not be signed.
        """
        wanted = list(sizes)
        recipes = self._recipes(wanted, place, rung)
        known = self._book.files(picture)
        if not known.keys() >= set(recipes.values()):
            with self._book.held(picture):
                known = self._completed(picture, recipes, place, rung)
        return [known[recipes[size]] for size in wanted]

    def ready(
        self, picture: str, sizes: Iterable[Size], place: Place | None = None, rung: str = ""
    ) -> list[Print]:
        """Return what :meth:`of` would, if all of it was made before; else KeyError."""
        wanted = list(sizes)
        recipes, known = self._recipes(wanted, place, rung), self._book.files(picture)
        return [known[recipes[size]] for size in wanted]

    def _recipes(self, sizes: Iterable[Size], place: Place | None, rung: str) -> dict[Size, str]:
        """Return the digest of what decides each file; where nothing is cropped it is the same for everybody."""
        return {size: self._digest(size, place if size.crop else None, rung) for size in sizes}

    def _completed(
        self, picture: str, recipes: dict[Size, str], place: Place | None, rung: str
    ) -> dict[str, Print]:
        """Make what is still missing; return all files of the portrait."""
        known = self._book.files(picture)
        missing = [size for size, recipe in recipes.items() if recipe not in known]
        files = list(self._make(picture, missing, place, rung))
        made = {recipes[size]: one for size, (one, _) in zip(missing, files, strict=True)}
        if made:
            self._book.add(picture, made)
        for _, data in files:
            self._keep(data)
        return known | made

    def _digested(self, size: Size, place: Place | None, rung: str) -> str:
        """Return the digest of all that decides a file of a portrait; a head's ``place`` only where it is cropped."""
        crop = f"{size.crop!r} {place}" if size.crop else ""
        told = f"print 3 {size.name} {size.height} {size.max_bytes} {crop} {QUALITY} {rung} {self._key}"
        return digest_of(told.encode())

    def _make(
        self, picture: str, sizes: list[Size], place: Place | None, rung: str
    ) -> Iterator[tuple[Print, bytes]]:
        asked = [self._with_room(size) for size in sizes]
        files = printed(self._book.vault.get(picture), asked, place, rung) if sizes else ()
        for size, (made, data) in zip(sizes, files, strict=True):
            yield self._signed(made, data, size, rung)

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
