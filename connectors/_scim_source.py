"""People and photos of a SCIM server: users are listed, and photos are read from ``data:`` addresses, or downloaded.

The standard has addresses of pictures in ``photos``. Those that lead to another host are asked without our token, and
only where the settings name the host.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from catchlight import source
from catchlight.errors import CatchlightError, OutsideError, PhotoError
from catchlight.formats import identify
from catchlight.source import Entry, Fetched, Page, Source, StaleMarkError
from connectors._allowed_calls import AllowedCalls, Line, Reply, address
from connectors._data_url import from_data_url
from connectors._one_by_one import one_by_one
from connectors._pace import Limits, Pace
from connectors._photo_url import PhotoHosts, PhotoUrls
from connectors._scim_list import ENTERPRISE, ID, is_path, top, user_pages, value
from connectors._scim_words import why_not
from connectors._token_file import signs_with

FIELDS: Mapping[source.Field, tuple[str, ...]] = {
    "employee_number": (f"{ENTERPRISE}:employeeNumber",),
    "given_name": ("name.givenName",),
    "family_name": ("name.familyName",),
    "display_name": ("displayName", "name.formatted"),
    "email": ("emails",),
    "username": ("userName",),
    "department": (f"{ENTERPRISE}:department",),
    "title": ("title",),
    "country": ("addresses.country",),
    "entity": (f"{ENTERPRISE}:organization",),
    "language": ("preferredLanguage", "locale"),
    "employee_type": ("userType",),
}
"""Of several attributes the first counts that says anything."""

_ALLOWED = (("GET", r"/Users"), ("GET", rf"/Users/{ID.pattern}"))
_TRIES = 3
_LONGEST = 8_000


class SourceSettings(BaseModel):
    """Where the server is, and where its users' values and photos are. The token needs to read users, no more."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, AfterValidator(address)] = Field(description="the address above /Users")
    token_file: Path = Field(description="file with a token that may read users")
    ca_file: Path | None = Field(
        None, description="PEM file of the authority to trust, instead of the usual ones"
    )
    proxy: str = Field("", description="a proxy on the way to the server")
    fields: dict[source.Field, Annotated[str, AfterValidator(is_path)]] = Field(
        default_factory=dict, description='our field = the attribute it is in, such as title = "userType"'
    )
    type: Literal["photo", "thumbnail"] = Field(
        "photo", description="which of a user's pictures is preferred"
    )
    photos_in: Literal["list", "user"] = Field(
        "list", description="user: for a server whose lists of users lack photos, or get too long with them"
    )
    photo_hosts: PhotoHosts = Field(
        PhotoHosts(), description="where the pictures are that photos only point to"
    )
    reads_a_minute: float = Field(
        0, ge=0, description="calls that the server allows in a minute, 0: no limit"
    )
    timeout: float = Field(30, gt=0, description="seconds to wait for an answer")
    page: int = Field(100, ge=1, le=1000, description="users a page")

    @property
    def names(self) -> Mapping[source.Field, tuple[str, ...]]:
        """Return which attributes our fields are in."""
        return {**FIELDS, **{field: (path,) if path else () for field, path in self.fields.items()}}


class _Users:
    """The pages and photos of a server."""

    def __init__(self, settings: SourceSettings, pace: Callable[[Limits], Pace]) -> None:
        limits = Limits(reads=settings.reads_a_minute, tenant=settings.url)
        line = Line(
            settings.url, _ALLOWED, {"Accept": "application/scim+json"}, settings.ca_file, settings.proxy, settings.timeout,
            sign=signs_with(settings.token_file), pace=pace(limits),
        )  # fmt: skip
        self._calls = AllowedCalls(line)
        self._settings, self._urls = settings, PhotoUrls(settings.photo_hosts)
        self._links: dict[str, str] = {}
        self.close = self._urls.close

    def pages(self, mark: str) -> Iterator[Page]:
        """Return everybody, from a mark on if there is one: «first index» and «how many users there were»."""
        start, _, before = mark.partition(" ")
        if mark and not (start.isdigit() and before.isdigit()):
            raise StaleMarkError
        self._links.clear()
        for _ in range(_TRIES):
            total = int(before or 0)
            for page in user_pages(
                self._calls, self._settings.url, self._settings.page, self._asked(), int(start or 1)
            ):
                if page.total < total or (before and page.total != total):
                    break  # who follows moved up, and somebody may have been passed over
                total = page.total
                users = [one for one in page.users if one.get("active") is not False and one.get("id")]
                yield Page([self._entry(one) for one in users], f"{page.next} {total}" if page.next else "")
                if not page.next:
                    return
            if mark:
                raise StaleMarkError
        raise OutsideError(f"{self._settings.url}: users are deleted while they are listed; try again later")

    def _asked(self) -> str:
        names = [top(path) for paths in self._settings.names.values() for path in paths]
        photos = ["photos"] if self._settings.photos_in == "list" else []
        return ",".join(dict.fromkeys(("id", "active", "meta", *names, *photos)))

    def _entry(self, user: Mapping[str, Any]) -> Entry:
        key, names = str(user["id"]), self._settings.names
        values: dict[str, str] = {
            field: next(filter(None, (value(user, path) for path in paths)), "")
            for field, paths in names.items()
        }
        if self._settings.photos_in == "user":
            return Entry(key, values, _changed(user))
        photo = self._photo(user)
        contained = photo.casefold().startswith("data:")
        if photo and not contained and len(photo) <= _LONGEST:
            self._links[key] = photo
        return Entry(key, values, (_digest(photo) if contained else "") if photo else None)

    def photos(self, wanted: Sequence[tuple[str, str]]) -> Iterator[Fetched]:
        """Return the photos of some people."""
        return one_by_one(self._fetched, wanted)

    def _fetched(self, key: str, known: str) -> Fetched:
        link, version = self._links.get(key, ""), ""
        if not link:
            user = self._user(key)
            link, version = self._photo(user), _changed(user)
        if not link:
            return Fetched(key, version=version)
        if link.casefold().startswith("data:"):
            return Fetched(
                key, _contained(key, link), version if self._settings.photos_in == "user" else _digest(link)
            )
        here = f"{_digest(link)} "
        got = self._urls.fetch(link, known.removeprefix(here) if known.startswith(here) else "")
        return Fetched(key, got.picture, here + got.version, same=got.same)

    def _user(self, key: str) -> Mapping[str, Any]:
        if not ID.fullmatch(key):
            raise PhotoError("account.unknown", f"{key[:100]!r} is no id that a user can be asked by")
        reply = self._calls.call("GET", f"/Users/{key}", check=_is_user, params={"attributes": "photos,meta"})
        if reply.status != 200:
            raise why_not(self._settings.url, key, reply)
        user = reply.json()
        if str(user.get("id")) != key:
            raise OutsideError(f"{reply.url}: answers with another user")
        return user

    def _photo(self, user: Mapping[str, Any]) -> str:
        """Return the address of a user's picture: of the preferred type, else any; "" for none."""
        photos = [one for one in user.get("photos") or [] if isinstance(one, dict) and one.get("value")]
        best = max(photos, key=lambda one: _rank(one, self._settings.type), default={})
        return str(best.get("value", "")).strip()

    def problems(self) -> Iterator[str]:
        """Return what stands in the way of reading, by the first users."""
        settings, calls = self._settings, self._calls
        page = next(user_pages(calls, settings.url, settings.page, self._asked()))
        if not page.users:
            yield f"{settings.url}/Users lists nobody, as far as this token may see"
            return
        photos = {str(one["id"]): self._photo(one) for one in page.users[:20] if one.get("id")}
        if not any(photos.values()):
            photos = {key: self._photo(self._user(key)) for key in list(photos)[:5]}
            if not any(photos.values()):
                yield f"none of the first users of {settings.url} has a photo, as far as this token may see"
            elif settings.photos_in == "list":
                yield 'photos_in: the list shows no photos, and single users do; write photos_in = "user"'
        hosts = {urlsplit(one).hostname for one in photos.values() if one.startswith("https:")} - {None}
        for host in sorted(map(str, hosts)):
            above = f"*.{host.partition('.')[2]}"
            if not any(
                one in {host, above} or one.startswith(f"{host}:") for one in settings.photo_hosts.hosts
            ):
                yield f"photo_hosts.hosts: photos are at {host}; name it, if they may be downloaded from there"


def open_source(settings: SourceSettings, name: str, pace: Callable[[Limits], Pace] = Pace) -> Source:
    """Return the server as a source; ConfigError when its token or authority cannot be read."""
    users = _Users(settings, pace)
    return Source(name, users.pages, users.photos, recheck=1, close=users.close)


def probe_source(settings: SourceSettings) -> list[str]:
    """Return what stands in the way of reading, in sentences; nothing is changed."""
    try:
        with closing(_Users(settings, Pace)) as users:
            return list(users.problems())
    except CatchlightError as error:
        return [str(error)]


def _contained(key: str, link: str) -> bytes:
    picture = from_data_url(link)
    if not picture:
        raise PhotoError(
            "photo.damaged", f"the picture inside the address of user {key} is damaged; set it anew"
        )
    identify(picture)
    return picture


def _rank(photo: Mapping[str, Any], wanted: str) -> tuple[bool, bool, bool]:
    return photo.get("type") == wanted, photo.get("type") == "photo", photo.get("primary") is True


def _changed(user: Mapping[str, Any]) -> str:
    """Return the version of a user, "" when the server keeps none."""
    meta = user.get("meta") or {}
    return str(meta.get("version") or meta.get("lastModified") or "")


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _is_user(reply: Reply) -> None:
    if reply.status == 200:
        reply.json()
