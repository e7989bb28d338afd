"""Personio's employees and photos, page by page. Neither has a version: what came is known again by its digest."""

import hashlib
import threading
from collections.abc import Iterator, Sequence

from catchlight.errors import ConfigError, PhotoError
from catchlight.source import Entry, Fetched, Page, StaleMarkError
from connectors._one_by_one import one_by_one
from connectors._personio_calls import Personio, Row, SourceSettings, is_listed, is_shown, value

NO_PICTURES = (
    'photos: nobody\'s picture can be read; allow "Profile Picture" for this API credential '
    "(Settings → Integrations → API credentials), or set photos = false to read people only"
)
_ENOUGH = 20  # pictures in a row that are not there: then it is said that none may be read


class Company:
    """The pages and photos of one company; threads may share it."""

    def __init__(self, settings: SourceSettings) -> None:
        """Prepare; ConfigError when the secret or the authority cannot be read."""
        self.settings, self.personio = settings, Personio(settings)
        self._allowed, self._absent, self._lock = False, 0, threading.Lock()

    def pages(self, mark: str) -> Iterator[Page]:
        """Return everybody who has not left. Places in the list shift, so that none is a mark to go on from."""
        del mark
        offset, total = 0, -1
        while True:
            rows, there = self.personio.page(offset)
            if total not in {-1, there} or (not rows and offset < there):
                raise StaleMarkError("the list of employees changes while it is read; try again later")
            if not rows:
                return
            self._must_see(rows)
            offset, total = offset + len(rows), there
            yield Page([self._entry(row) for row in rows if is_listed(row)])
            if len(rows) < self.settings.page and offset >= total > 0:
                return

    def _must_see(self, rows: Sequence[Row]) -> None:
        """Raise where status is not shown: who left long ago would be an employee again."""
        if not is_shown(rows, "status"):
            message = 'client_id: this API credential may not read "Status", and who left cannot be told without; allow it'
            raise ConfigError(message)
        self._allowed = self._allowed or is_shown(rows, "profile_picture")

    def photos(self, wanted: Sequence[tuple[str, str]]) -> Iterator[Fetched]:
        """Return the photos of some people; their version is the digest of what came."""
        return one_by_one(self._fetched, wanted)

    def _fetched(self, key: str, known: str) -> Fetched:
        picture = self.personio.picture(key)
        self._count(picture)
        if picture is None:
            return self._none(key)
        version = hashlib.sha256(picture).hexdigest()
        return (
            Fetched(key, version=version, same=True) if version == known else Fetched(key, picture, version)
        )

    def _none(self, key: str) -> Fetched:
        """Return that there is no picture, unless it may be that none may be read: then nothing is known."""
        if self._allowed:
            return Fetched(key)
        return Fetched(key, problem=PhotoError("personio.picture", f"employee {key}: {NO_PICTURES}"))

    def _count(self, picture: bytes | None) -> None:
        """Raise ConfigError once it is plain that nobody's picture may be read."""
        with self._lock:
            self._allowed = self._allowed or picture is not None
            self._absent += picture is None
            if self._absent >= _ENOUGH and not self._allowed:
                raise ConfigError(NO_PICTURES)

    def _entry(self, row: Row) -> Entry:
        found: dict[str, str] = {name: value(row, path) for name, path in self.settings.properties().items()}
        if "started" in found:
            found["started"] = found["started"][:10]
        if not self.settings.photos:
            return Entry(value(row, "id"), found, None)
        # None of our fields, but hints that a photo may have changed.
        found["picture_at"] = value(row, "profile_picture")
        found["changed_at"] = value(row, "last_modified_at") if self.settings.changed else ""
        return Entry(value(row, "id"), found)
