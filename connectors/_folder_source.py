"""A list of people with files beside it, as a source: one page of everybody, and one photo each."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict

from catchlight.records import Employee, Photo, by_employee
from catchlight.source import Entry, Fetched, Page, another
from connectors._one_by_one import one_by_one

Fetch = Callable[[str], bytes]
ONLY_PEOPLE = "false: only the list is read; their photos come from another source"
NO_PHOTOS = "If their photos come from another source of a job, write photos = false into this one."


def entries(
    employees: Sequence[Employee], photos: Sequence[Photo], version: Callable[[str], str]
) -> list[Entry]:
    """Return everybody, and further photos of those who have several, the newest first.

    ``version`` says of a file whether it is still the same.
    """
    theirs = by_employee(sorted(photos, key=lambda one: one.date, reverse=True))
    return [entry for person in employees for entry in _entries(person, theirs.get(person.id, []), version)]


def _entries(person: Employee, photos: Sequence[Photo], version: Callable[[str], str]) -> Iterator[Entry]:
    values = {name: value for name, value in asdict(person).items() if value and name != "id"}
    values["employee_number"] = person.id
    if not photos:
        yield Entry(person.id, values, None)
    for number, photo in enumerate(photos):
        key = another(person.id, photo.file) if number else person.id
        yield Entry(
            key,
            {**(values if not number else {}), "photo_date": photo.date},
            f"{photo.file}|{version(photo.file)}",
        )


class Files:
    """The pages and photos of a list that was read."""

    def __init__(self, read: Callable[[], list[Entry]], fetch: Fetch) -> None:
        """Prepare; ``fetch`` returns a file's bytes and raises PhotoError or OutsideError."""
        self._read, self._fetch, self._versions = read, fetch, dict[str, str]()

    def pages(self, mark: str) -> Iterator[Page]:
        """Return everybody, always."""
        del mark
        found = self._read()
        self._versions = {one.key: one.photo or "" for one in found}
        yield Page(found)

    def files(self) -> dict[str, str]:
        """Return the file of each photo that was listed, by key."""
        return {key: version.rpartition("|")[0] for key, version in self._versions.items() if version}

    def photos(self, wanted: Sequence[tuple[str, str]]) -> Iterator[Fetched]:
        """Return the photos of some people."""
        return one_by_one(self._photo, wanted)

    def _photo(self, key: str, _known: str) -> Fetched:
        version = self._versions.get(key, "")
        return Fetched(key, self._fetch(version.rpartition("|")[0]), version)
