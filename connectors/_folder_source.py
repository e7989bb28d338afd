"""A list of people with files beside it, as a source: one page of everybody, and one photo each."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict

from catchlight.errors import PhotoError
from catchlight.records import Employee, Photo
from catchlight.source import Entry, Fetched, Page

Fetch = Callable[[str], bytes]


def entries(
    employees: Sequence[Employee], photos: Sequence[Photo], version: Callable[[str], str]
) -> list[Entry]:
    """Return everybody; ``version`` says of a file whether it is still the same. Of several photos the newest counts."""
    newest: dict[str, Photo] = {}
    for photo in photos:
        if photo.employee not in newest or photo.date > newest[photo.employee].date:
            newest[photo.employee] = photo
    return [_entry(person, newest.get(person.id), version) for person in employees]


def _entry(person: Employee, photo: Photo | None, version: Callable[[str], str]) -> Entry:
    values = {name: value for name, value in asdict(person).items() if value and name != "id"}
    values["employee_number"] = person.id
    if photo is None:
        return Entry(person.id, values, None)
    return Entry(person.id, values | {"photo_date": photo.date}, f"{photo.file}|{version(photo.file)}")


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

    def photos(self, wanted: Sequence[tuple[str, str]]) -> Iterator[Fetched]:
        """Return the photos of some people."""
        for key, _ in wanted:
            version = self._versions.get(key, "")
            try:
                yield Fetched(key, self._fetch(version.rpartition("|")[0]), version)
            except PhotoError as error:
                yield Fetched(key, problem=error)
