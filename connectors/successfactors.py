"""SAP SuccessFactors: a source of people and photos, by its OData API (version 2).

Users who are active are listed, and each one's photo is asked for with the date of the last time, or as one list of all
dates says: a photo that is the same is not sent.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from catchlight.errors import CatchlightError, ConfigError, OutsideError, PhotoError
from catchlight.source import Entry, Fetched, Page, Source, StaleMarkError
from connectors._allowed_calls import AllowedCalls, Line, Reply
from connectors._odata_words import error_of, following, plain, quoted, results
from connectors._one_by_one import one_by_one
from connectors._pace import Limits, Pace
from connectors._photo_bytes import photo_in
from connectors._photo_dates import is_date, seen_at
from connectors._refused import Refused
from connectors._spool import from_base64
from connectors._successfactors_settings import FIELDS, SourceSettings
from connectors._successfactors_sign_in import sign_in

_LIST, _ONE = r"/User\?[^\s#]+", r"/Photo\(photoType=\d+,userId='[^'/?#\s]+'\)/photo/\$value"
_ALLOWED = (("GET", _LIST), ("GET", _ONE), ("GET", r"/Photo\?[^\s#]+"))
_JSON = {"Accept": "application/json"}
_ENTER = (
    "SAP announced the end of passwords for 20 November 2026: sign in by client_id and key_file. Where yours still takes them, "
    "the user's role needs Allow Admin to Access OData API through Basic Authentication, our address API Login Exceptions"
)
_LOOK = "its role needs Manage User: User Account OData entity (Employee Export on older companies), for everybody"
_SEE = "the role of the API user needs Employee Data: Photo (View), for everybody"


def open_source(settings: SourceSettings, name: str) -> Source:
    """Return the company as one source of a job; ConfigError when a secret cannot be read."""
    company = _Company(settings)
    return Source(name, company.pages, company.photos, recheck=settings.recheck_days)


def probe_source(settings: SourceSettings) -> list[str]:
    """Return what stands against reading it, in sentences; the first page and one photo of it are read."""
    try:
        company = _Company(settings)
        first = next(company.pages(""))
        if not first.entries:
            return [f"{settings.url}/User lists nobody; look at whom the role of the API user is granted for"]
        empty = [
            f"fields.{name}: none of the first {len(first.entries)} users has {settings.fields[name]}"
            for name in settings.fields
            if not any(one.values[name] for one in first.entries)
        ]
        for key in [one.key for one in first.entries][:5]:
            company.photo(key, "")
    except CatchlightError as error:
        return [str(error)]
    return empty


class _Company:
    """The users and photos of one company."""

    def __init__(self, settings: SourceSettings) -> None:
        sign = sign_in(settings)
        pace = Pace(Limits(at_once=4, reads=settings.a_minute, burst=10, tenant=settings.url))
        line = Line(
            settings.url, _ALLOWED, {}, settings.ca_file, settings.proxy, settings.timeout, sign=sign, pace=pace, later=5
        )  # fmt: skip
        self._calls, self._settings, self._refused = (
            AllowedCalls(line),
            settings,
            Refused(f"{settings.secret}: {_SEE}"),
        )
        self._fields = {**FIELDS, **settings.fields}
        self._dates: dict[str, str] = {}

    def pages(self, mark: str) -> Iterator[Page]:
        """List who is active; who is not is left out."""
        self._dates = self._dated() if self._settings.photo_list else {}
        for reply in self._replies(mark or self._first(), "User", goes_on=bool(mark)):
            entries = [self._entry(row) for row in results(reply) if self._is_here(row)]
            yield Page(entries, next=following(reply, "User"))

    def _dated(self) -> dict[str, str]:
        """Return when each photo changed, by the id of its user, as far as SuccessFactors tells."""
        of = self._settings
        chosen = f"$select=userId,photoType,lastModifiedDateTime&$filter=photoType%20eq%20{of.photo_type}"
        first = f"/Photo?$format=json&{chosen}&paging={of.paging}&customPageSize={of.page}"
        rows = (row for reply in self._replies(first, "Photo") for row in results(reply))
        return {str(row.get("userId")): str(row.get("lastModifiedDateTime") or "") for row in rows}

    def _replies(self, path: str, entity: str, *, goes_on: bool = False) -> Iterator[Reply]:
        """Return the pages of a list."""
        mark, seen = path, set[str]()
        while path:
            reply = self._calls.call("GET", path, _listed, headers=_JSON)
            if goes_on and path == mark and reply.status in {400, 404, 410}:
                raise StaleMarkError
            if reply.status != 200:
                raise _for_it(self._settings, reply, entity)
            seen.add(path)
            path = following(reply, entity)
            if path in seen:
                raise OutsideError(f"{self._settings.url}/{entity}: gives the same page again and again")
            yield reply

    def _first(self) -> str:
        wanted = ",".join(dict.fromkeys(["userId", "status", *self._fields.values()]))
        status = ",".join(map(quoted, self._settings.status))
        return (
            f"/User?$format=json&$select={wanted}&$filter=status%20in%20{status}"
            f"&paging={self._settings.paging}&customPageSize={self._settings.page}"
        )

    def _is_here(self, row: Mapping[str, Any]) -> bool:
        return bool(row.get("userId")) and row.get("status", "t") in self._settings.status

    def _entry(self, row: Mapping[str, Any]) -> Entry:
        values: dict[str, str] = {name: plain(row.get(of)) for name, of in self._fields.items()}
        return Entry(str(row["userId"]), values, self._dates.get(str(row["userId"]), ""))

    def photos(self, wanted: Sequence[tuple[str, str]]) -> Iterator[Fetched]:
        """Return the photos of some people, if they changed."""
        return one_by_one(self.photo, wanted)

    def photo(self, key: str, known: str) -> Fetched:
        """Return one photo."""
        if self._settings.photo_as == "base64":
            return self._from_property(key, known)
        path = f"/Photo(photoType={self._settings.photo_type},userId={quoted(key)})/photo/$value"
        headers = {"If-Modified-Since": known} if is_date(known) else {}
        reply = self._calls.call("GET", path, partial(_photo_or_word, key), headers=headers)
        self._told(key, reply)
        if reply.status == 304:
            return Fetched(key, version=self._dates.get(key) or known, same=True)
        if reply.status in {204, 404} or not reply.body:
            return Fetched(key)
        return Fetched(key, reply.body, self._dates.get(key) or seen_at(reply.headers))

    def _from_property(self, key: str, known: str) -> Fetched:
        chosen = f"photoType%20eq%20{self._settings.photo_type}%20and%20userId%20eq%20{quoted(key)}"
        path = f"/Photo?$format=json&$select=photo,photoType,userId&$filter={chosen}"
        reply = self._calls.call("GET", path, _listed, headers=_JSON)
        if reply.status in {204, 404}:
            raise OutsideError(f"{self._settings.url}/Photo: answers {reply.status}, and not with a list")
        self._told(key, reply)
        rows = [
            row
            for row in (results(reply) if reply.status == 200 else [])
            if str(row.get("userId", key)) == key
        ]
        picture = from_base64(str(rows[0].get("photo") or "")) if rows else None
        if isinstance(picture, PhotoError):
            raise picture
        if picture is None:
            return Fetched(key)
        version = self._dates.get(key) or hashlib.sha256(picture).hexdigest()
        return (
            Fetched(key, version=version, same=True) if version == known else Fetched(key, picture, version)
        )

    def _told(self, key: str, reply: Reply) -> None:
        """Raise what a refusal means for one person, or for everybody."""
        if reply.status == 403:
            raise self._refused.refused(key, f"403 {error_of(reply)}".strip())
        if reply.status == 401:
            raise _for_it(self._settings, reply)
        if reply.status == 400:
            raise PhotoError("account.gone", f"SuccessFactors has no active user {key}: {error_of(reply)}")
        if reply.status not in {200, 204, 304, 404}:
            raise OutsideError(f"{reply.url}: answers {reply.status}")
        self._refused.came()


def _listed(reply: Reply) -> None:
    if reply.status == 200:
        results(reply)


def _photo_or_word(key: str, reply: Reply) -> None:
    """Raise for an answer that is not the vendor's: a page instead of a photo, or instead of its own 404."""
    if reply.status == 200 and reply.body:
        photo_in(f"the photo of {key}", reply.body)
    if reply.status == 404 and not error_of(reply):
        raise OutsideError(f"{reply.url}: answers 404, and not in SuccessFactors' words")


def _for_it(settings: SourceSettings, reply: Reply, entity: str = "User") -> ConfigError | OutsideError:
    """Return what a status means for everybody."""
    said = f"{reply.status} {error_of(reply)}".strip()
    secret = settings.secret
    if entity == "Photo" and reply.status != 401:
        return ConfigError(
            f"photo_list: SuccessFactors does not list photos ({said}); set photo_list = false"
        )
    if reply.status == 401:
        remedy = f"; {_ENTER}" if settings.password_file else ""
        return ConfigError(f"{secret}: SuccessFactors does not let us in ({said}){remedy}")
    if reply.status == 403:
        return ConfigError(f"{secret}: the API user may not list users ({said}); {_LOOK}")
    if reply.status == 400:
        return ConfigError(f"fields: SuccessFactors does not list users with these properties ({said})")
    return ConfigError(f"url: {reply.url.partition('?')[0]} does not answer like SuccessFactors ({said})")
