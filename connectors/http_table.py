"""A table of people at some HTTP address: a source for an HR system that has no connector of its own.

What the list looks like, how it goes on and where photos are is all in the settings. Calls only read, and go to the one
address; photos at other addresses are downloaded without our secret, from hosts that the settings name.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from urllib.parse import quote

from catchlight.errors import CatchlightError, ConfigError, OutsideError, PhotoError
from catchlight.source import Entry, Fetched, Page, Source, another
from connectors._allowed_calls import Reply
from connectors._http_table_list import Listing, open_calls, refusal
from connectors._http_table_rows import Row, at, text
from connectors._http_table_settings import SourceSettings
from connectors._one_by_one import one_by_one
from connectors._photo_bytes import photo_in
from connectors._photo_url import PhotoUrls
from connectors._refused import Refused
from connectors._spool import Spool, from_base64

__all__ = ["SourceSettings", "open_source", "probe_source"]

_A_PAGE = 500
_SOME = 10


def open_source(settings: SourceSettings, name: str) -> Source:
    """Return the table as one source of a job; ConfigError when a secret cannot be read."""
    table = _Table(settings)
    usual = 1 if settings.photo and settings.photo.etag else 28
    recheck = usual if settings.recheck_days is None else settings.recheck_days
    return Source(name, table.pages, table.photos, recheck=recheck, close=table.close)


def probe_source(settings: SourceSettings) -> list[str]:
    """Return what stands against reading it, in sentences; the first page and some of its photos are read."""
    try:
        with closing(_Table(settings)) as table:
            first = next(table.pages(""))
            if not first.entries:
                return [
                    f"{settings.url}{settings.path} lists nobody; look at active, and at what this account may see"
                ]
            told = [
                f"fields.{name}: none of the first {len(first.entries)} people has {field!r}"
                for name, field in settings.fields.items()
                if not any(one.values[name] for one in first.entries)
            ]
            some = [(one.key, "") for one in first.entries if one.photo is not None][:_SOME]
            got = list(table.photos(some)) if settings.photo else []
            told += list(dict.fromkeys(str(one.problem) for one in got if one.problem))
            if settings.photo and not any(one.picture or one.problem for one in got):
                told.append(f"photo: none of the first {len(first.entries)} people has one")
    except CatchlightError as error:
        return [str(error)]
    return told


class _Table:
    """The people and photos of one table."""

    def __init__(self, settings: SourceSettings) -> None:
        self._settings, self._photo = settings, settings.photo
        self._calls = open_calls(settings)
        self._listing = Listing(settings, self._calls)
        self._spool = Spool(settings.spool)
        self._urls = PhotoUrls(settings.photo_hosts) if self._photo and self._photo.link else None
        self._refused = Refused("auth: give this account the right to read photos")
        self._goes_on = self._photo is None or not (
            self._photo.base64 or self._photo.link or self._photo.version
        )

    def close(self) -> None:
        self._spool.close()
        if self._urls:
            self._urls.close()

    def pages(self, mark: str) -> Iterator[Page]:
        """List everybody who is active."""
        self._spool.clear()
        often = Counter[str]()
        for rows, following in self._listing.answers(mark):
            entries, had_key, row = list[Entry](), False, None
            for row in rows:
                key = text(at(row, self._settings.key))
                had_key = had_key or bool(key)
                if key and self._is_here(row):
                    often[key] += 1
                    entries.append(self._entry(key, row, often[key]))
                if len(entries) == _A_PAGE:
                    yield Page(entries)
                    entries = []
            if row is not None and not had_key:
                there = ", ".join(map(str, row))[:300]
                raise ConfigError(f"key: nobody has {self._settings.key!r}; there are: {there}")
            yield Page(entries, following if self._goes_on else "")

    def _is_here(self, row: Row) -> bool:
        active = self._settings.active
        return active is None or text(at(row, active.field)) == text(active.equals)

    def _entry(self, key: str, row: Row, number: int) -> Entry:
        """Return what a row says; in a table of photos, a further row of a person is one more photo of theirs."""
        values: dict[str, str] = {name: text(at(row, field)) for name, field in self._settings.fields.items()}
        in_row = self._photo and (self._photo.base64 or self._photo.link)
        if number > 1 and in_row and "photo_date" in values:
            key, values = another(key, str(number)), {"photo_date": values["photo_date"]}
        return Entry(key, values, self._version(key, row))

    def _version(self, key: str, row: Row) -> str | None:
        """Return the version of a photo as the list tells it; what has to be known when it is fetched is kept."""
        photo = self._photo
        if photo is None:
            return None
        if photo.base64:
            return self._spool.add(key, from_base64(text(at(row, photo.base64))))
        link = text(at(row, photo.link)) if photo.link else ""
        version = text(at(row, photo.version)) if photo.version else ""
        if photo.link or photo.version:
            self._spool.note(key, link, version)
        return None if photo.link and not link else version

    def photos(self, wanted: Sequence[tuple[str, str]]) -> Iterator[Fetched]:
        """Return the photos of some people."""
        return one_by_one(self._fetched, wanted)

    def _fetched(self, key: str, known: str) -> Fetched:
        photo = self._photo
        if photo is None or photo.base64:
            return self._spool.fetched(key, known)
        link, version = self._spool.noted(key)
        if version and version == known:
            return Fetched(key, version=version, same=True)
        if photo.url:
            return self._at_our_address(photo.url, key, known, version)
        if not link or self._urls is None:
            return Fetched(key)
        got = self._urls.fetch(link, "" if version else known)
        return Fetched(key, got.picture, version or got.version, same=got.same)

    def _at_our_address(self, template: str, key: str, known: str, version: str) -> Fetched:
        """Return the photo at the path of one key."""
        etag, path = bool(self._photo and self._photo.etag), template.replace("{key}", quote(key, safe=""))
        if set(key) <= {"."}:
            raise PhotoError("photo.unreadable", f"{key!r} is no key that stands in an address")
        headers = {"If-None-Match": known} if etag and known else {}
        reply = self._calls.call("GET", path, partial(_photo, key), headers=headers)
        if reply.status == 304:
            return Fetched(key, version=known, same=True)
        if reply.status == 403:
            raise self._refused.refused(key, "403")
        if reply.status == 401:
            raise refusal(self._settings, reply)
        if reply.status in {204, 404, 410} or (reply.status == 200 and not reply.body):
            self._refused.came()
            return Fetched(key, version=version)
        if reply.status != 200:
            raise OutsideError(f"{reply.url}: answers {reply.status}")
        self._refused.came()
        told = reply.headers.get("etag", "") if etag else ""
        return Fetched(key, reply.body, version or told)


def _photo(key: str, reply: Reply) -> None:
    """Raise for a page instead of a photo."""
    if reply.status == 200 and reply.body:
        photo_in(f"the photo of {key}", reply.body)
