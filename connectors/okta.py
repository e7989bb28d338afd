"""Okta: a source of people whose photos lie elsewhere, at an address in an attribute that a company adds itself.

Okta keeps no pictures. Nothing is ever changed there: two calls can be made, and both only read.
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

from catchlight.errors import CatchlightError, ConfigError, OutsideError
from catchlight.source import Entry, Fetched, Page, Source, StaleMarkError
from connectors._allowed_calls import AllowedCalls, Line, Reply
from connectors._okta_settings import FIELDS, SourceSettings
from connectors._okta_sign_in import sign_in
from connectors._pace import Limits, Pace
from connectors._photo_url import PhotoUrls

__all__ = ["FIELDS", "SourceSettings", "open_source", "probe_source"]

_USERS = "/api/v1/users"
_ID = r"[A-Za-z0-9_-]{1,64}"
_ALLOWED = (("GET", rf"{_USERS}\?[^\s#]*"), ("GET", rf"{_USERS}/{_ID}"))
_LEFT = {"DEPROVISIONED", "SUSPENDED"}
_NEXT = re.compile(r'<([^<>]+)>\s*;[^,<]*\brel="?next"?')
_SPARE = 0.1  # of Okta's limit, which other apps of the company share


def open_source(settings: SourceSettings, name: str, pace: Callable[[Limits], Pace] = Pace) -> Source:
    """Return Okta as a source; ConfigError when the token or an authority cannot be read."""
    okta = _Okta(settings, pace(Limits(at_once=2, tenant=settings.url)))
    return Source(name, okta.pages, okta.photos, recheck=settings.recheck_days, close=okta.close)


def probe_source(settings: SourceSettings) -> list[str]:
    """Return what stands in the way of reading, in sentences; nothing is changed."""
    try:
        okta = _Okta(settings, Pace(Limits(at_once=2, tenant=settings.url)))
        first = next(okta.pages(""))
        if not first.entries:
            return ["Okta lists nobody whom this token may see"]
        return okta.problems(first)
    except CatchlightError as error:
        return [str(error)]


class _Okta:
    """The calls to one organisation; threads may share it."""

    def __init__(self, settings: SourceSettings, pace: Pace) -> None:
        self._settings, self._pace = settings, pace
        kind = "application/json; okta-response=omitCredentials,omitCredentialsLinks"
        self._calls = AllowedCalls(
            Line(
                settings.url, _ALLOWED, {"Accept": "application/json", "Content-Type": kind},
                settings.ca_file, settings.proxy, settings.timeout, sign_in(settings), pace, waits=_until_reset, later=2,
            )
        )  # fmt: skip
        self._urls: dict[str, str] = {}
        self._photos = PhotoUrls(settings.photo_hosts)
        self._fields = {**FIELDS, **settings.fields}
        self.close = self._photos.close

    def pages(self, mark: str) -> Iterator[Page]:
        """List everybody, from a mark on."""
        path, seen = mark or f"{_USERS}?limit={self._settings.page}", set[str]()
        while path:
            seen.add(path)
            reply = self._list(path, goes_on=path == mark)
            users = [one for one in _listed(reply) if one.get("status") not in _LEFT]
            path = self._following(reply)
            if path in seen:
                raise OutsideError(f"{self._settings.url}: gives the same page of users again and again")
            yield Page([self._entry(one) for one in users], next=path)

    def photos(self, wanted: Sequence[tuple[str, str]]) -> Iterator[Fetched]:
        """Return the photos of some people."""
        for key, version in wanted:
            url = self._urls.get(key)
            url = self._asked(key) if url is None else url
            yield self._photos.fetch_for(key, url, version) if url else Fetched(key)

    def problems(self, first: Page) -> list[str]:
        """Return what keeps the photos of the first people from us."""
        attribute = self._settings.photo_attribute
        key = next((one.key for one in first.entries if one.photo is not None), "")
        if not key:
            return [
                (
                    f"photo_attribute: none of the first {len(first.entries)} people has an address in profile attribute "
                    f"{attribute}; name the attribute that your company added, by its variable name"
                )
            ]
        return [str(one.problem) for one in self.photos([(key, "")]) if one.problem]

    def _list(self, path: str, *, goes_on: bool) -> Reply:
        reply = self._calls.call("GET", path, _listed)
        if goes_on and reply.status in {400, 404}:
            raise StaleMarkError
        if reply.status != 200:
            raise _refusal(self._settings, reply)
        left, limit = (reply.headers.get(f"x-rate-limit-{one}", "") for one in ("remaining", "limit"))
        if left.isdigit() and limit.isdigit() and int(left) <= _SPARE * int(limit):
            self._pace.rest(_until_reset(reply.headers))
        return reply

    def _following(self, reply: Reply) -> str:
        """Return the path of the next page as Okta gives it, "" for none; our token goes to no other place."""
        link = _NEXT.search(reply.headers.get("link", ""))
        if not link:
            return ""
        path = link[1].removeprefix(self._settings.url)
        if path == link[1] or not path.startswith(f"{_USERS}?"):
            where = "/".join(link[1].split("/", 3)[:3])[:100]
            raise ConfigError(
                f"url: Okta continues its list at {where}; if that is your organisation, write it here"
            )
        return path

    def _entry(self, user: Mapping[str, Any]) -> Entry:
        key, said = str(user.get("id") or ""), user.get("profile")
        profile = {**(said if isinstance(said, dict) else {}), "id": key}
        values: dict[str, str] = {ours: _text(profile.get(theirs)) for ours, theirs in self._fields.items()}
        self._urls[key] = _text(profile.get(self._settings.photo_attribute))
        return Entry(key, values, "" if self._urls[key] else None)

    def _asked(self, key: str) -> str:
        """Return the address of somebody's photo who was listed before a stop."""
        if not re.fullmatch(_ID, key):
            return ""
        reply = self._calls.call("GET", f"{_USERS}/{key}", _object)
        if reply.status == 404:
            return ""
        if reply.status != 200:
            raise _refusal(self._settings, reply)
        self._entry(reply.json())
        return self._urls.get(key, "")


def _text(value: object) -> str:
    return "" if value is None or isinstance(value, dict | list | bool) else str(value).strip()


def _listed(reply: Reply) -> list[Mapping[str, Any]]:
    """Return the users of a page; OutsideError for an answer that is no list."""
    if reply.status != 200:
        return []
    try:
        told = json.loads(reply.body)
    except ValueError:
        told = None
    if not isinstance(told, list) or not all(isinstance(one, dict) and one.get("id") for one in told):
        raise OutsideError(f"{reply.url}: answers without a list of users")
    return told


def _object(reply: Reply) -> None:
    if reply.status == 200:
        reply.json()


def _until_reset(headers: Mapping[str, str]) -> float:
    """Return for how many seconds Okta wants no more calls, by its own clock where it shows that."""
    reset = headers.get("x-rate-limit-reset", "")
    if not reset.isdigit():
        return 0.0
    try:
        now = parsedate_to_datetime(headers.get("date", "")).replace(tzinfo=UTC).timestamp()
    except (ValueError, TypeError):
        now = time.time()
    return max(1.0, float(reset) - now + 1)


def _refusal(settings: SourceSettings, reply: Reply) -> ConfigError:
    """Return what a status means, in Okta's own words."""
    try:
        told = reply.json()
    except OutsideError:
        told = {}
    code = f" {told['errorCode']}" if told.get("errorCode") else ""
    words = f"{told.get('errorSummary') or 'no word'} ({reply.status}{code})"[:200]
    if reply.status == 401:
        return ConfigError(f"{settings.secret}: Okta does not accept the {settings.way}: {words}")
    if reply.status == 403:
        return ConfigError(f"{settings.secret}: {settings.right}: {words}")
    return ConfigError(f"url: {reply.url.partition('?')[0]} does not answer like Okta: {words}")
