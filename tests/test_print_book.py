"""Files of portraits are made once, whoever asks for them, and go with the portrait that they were made of."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from catchlight import prints
from catchlight.cropping import Place
from catchlight.cuts import Delivery
from catchlight.delivery import STANDARD, Size, printed, size_named, sizes_named
from catchlight.errors import ConfigError, OutsideError
from catchlight.print_book import PrintBook, print_book
from catchlight.prints import Prints
from catchlight.vault import Vault
from tests.published_company import portrait

SIZES = [size_named("192@2x"), size_named("96")]
HEAD = Place(0.1, 0.35, 0.6, 0.5)


@pytest.fixture
def book(tmp_path: Path) -> PrintBook:
    """Return the book of an empty home."""
    return print_book(tmp_path)


def _cut(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the sizes that are cut from now on."""
    found: list[str] = []

    def counted(master: bytes, sizes: list[Size], place: Place | None, rung: str) -> object:
        found.extend(size.name for size in sizes)
        return printed(master, sizes, place, rung)

    monkeypatch.setattr(prints, "printed", counted)
    return found


def test_many_who_ask_at_once_get_the_same_files_made_once(
    book: PrintBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan that is drawn while a refresh still cuts files waits for them instead of making them, too."""
    cut, picture = _cut(monkeypatch), book.vault.put(portrait("p"))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: Prints(book.vault.put, book).of(picture, SIZES), range(8)))
    assert all(one == found[0] for one in found)
    assert sorted(cut) == ["192@2x", "96"]


def test_only_what_is_missing_is_cut(book: PrintBook, monkeypatch: pytest.MonkeyPatch) -> None:
    """A size that nobody asked for before comes beside the others; a file that was lost is made again."""
    cut, picture = _cut(monkeypatch), book.vault.put(portrait("p"))
    made = Prints(book.vault.put, book)
    large, small = made.of(picture, SIZES)
    book.vault.path(small.digest).unlink()
    assert made.of(picture, [*SIZES, size_named("128")])[:2] == [large, small]
    assert cut == ["192@2x", "96", "96", "128"]
    assert book.vault.has(small.digest)


def test_what_a_stopped_program_stored_is_known_to_be_theirs(book: PrintBook) -> None:
    """A disk that is full in the middle leaves no picture in the vault of which nobody knows whose it is."""
    picture, stored = book.vault.put(portrait("p")), list[str]()

    def keep(data: bytes) -> str:
        if stored:
            message = "disk full"
            raise OutsideError(message)
        stored.append(book.vault.put(data))
        return stored[0]

    with pytest.raises(OutsideError):
        Prints(keep, book).of(picture, SIZES)
    assert stored[0] in book.digests([picture])
    assert [one.digest in book.digests([picture]) for one in Prints(book.vault.put, book).of(picture, SIZES)]


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"files": {"a": {}}}', b'{"files": 1}', b"\xff\x00"])
def test_a_damaged_page_is_named_with_what_to_do(book: PrintBook, damage: bytes) -> None:
    """Taken as empty, its files would stay where nobody finds them; without the page they are cut anew."""
    picture = book.vault.put(portrait("p"))
    made = Prints(book.vault.put, book)
    first = made.of(picture, SIZES)
    book.path(picture).write_bytes(damage)
    with pytest.raises(ConfigError, match=rf"{picture[2:]}\.json: is damaged .* delete it"):
        book.digests([picture])
    book.path(picture).unlink()
    assert made.of(picture, SIZES) == first


def test_sizes_cut_together_are_the_same_bytes_as_each_alone() -> None:
    """What is worked out once for all sizes of a portrait changes none of them."""
    crops = Delivery().crops
    sizes = [size_named(name) for name in STANDARD[2:]] + sizes_named("avatar", crops)
    master = portrait("many", 800, 640)
    alone = [next(printed(master, [size], HEAD)) for size in sizes]
    assert list(printed(master, sizes, HEAD)) == alone


def test_a_book_forgets_what_it_is_told_to(book: PrintBook) -> None:
    """After that a portrait has no files, and their digests tell of nobody."""
    picture = Vault(book.vault.root).put(portrait("p"))
    Prints(book.vault.put, book).of(picture, SIZES)
    book.forget([picture, "0" * 64])
    assert (book.files(picture), book.digests([picture])) == ({}, set())
