"""Google Workspace as a source: its users page by page, and the photos of those whose etag is new. Nothing is changed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator
from pydantic import Field as Setting

from catchlight.errors import ConfigError, OutsideError, PhotoError
from catchlight.source import Entry, Fetched, Field, Page, Source, StaleMarkError
from connectors import _google_people as people_of
from connectors import _google_values as values
from connectors._google_calls import DIRECTORY, PEOPLE, QUOTA, Access, calls_to, tokens_of
from connectors._google_people import ID, User, known
from connectors._google_photos import PICTURES, PROFILE, Profiles
from connectors._google_thumbnail import PHOTO, look
from connectors._one_by_one import one_by_one

SCOPES = ("https://www.googleapis.com/auth/admin.directory.user.readonly",)
FIELDS: Mapping[Field, str] = {
    "employee_number": "externalIds[organization].value",
    "given_name": "name.givenName",
    "family_name": "name.familyName",
    "display_name": "name.fullName",
    "email": "primaryEmail",
    "department": "organizations.department",
    "title": "organizations.title",
    "language": "languages.languageCode",
    "employee_type": "organizations.description",
}
"""Our fields, and where Google has them: what the Admin console calls «Employee ID», «Type of employee» and so on."""

_OWN = ("id", "suspended", "archived", "thumbnailPhotoEtag")


class SourceSettings(Access):
    """Google Workspace as a source of people and photos.

    ``profile`` takes the larger picture of the person's profile where it shows the same as the directory, and a
    second scope; ``thumbnail`` the directory's own, of 96 pixels, which cannot be told from a letter that Google drew.
    """

    photos: Literal["profile", "thumbnail"] = Setting(
        "profile", description="which of a person's two pictures"
    )
    query: str = Setting(
        "", description="only users whom this search of Google's finds: orgUnitPath='/Staff'"
    )
    fields: dict[Field, Annotated[str, AfterValidator(values.path)]] = Setting(
        default_factory=dict, description='our field = the path in Google\'s user; "" for none'
    )
    page: int = Setting(people_of.PAGE, ge=1, le=people_of.PAGE, description="users on one page")
    recheck_days: float = Setting(
        28,
        ge=0,
        description="days within which a photo is asked for again where the list tells no etag of it",
    )

    @property
    def also(self) -> tuple[str, ...]:
        """Where profile photos are."""
        return (PEOPLE, PICTURES) if self.photos == "profile" else ()

    def paths(self) -> dict[Field, str]:
        """Return where each of our fields is."""
        return {name: path for name, path in {**FIELDS, **self.fields}.items() if path}


class _Directory:
    """The pages and photos of one Google Workspace; threads may share it."""

    def __init__(self, settings: SourceSettings) -> None:
        """Prepare; ConfigError when the key or the authority cannot be read."""
        self.settings, self.tokens = settings, tokens_of(settings)
        allowed = (*people_of.allowed(settings), ("GET", PHOTO))
        self.calls = calls_to(settings, DIRECTORY, allowed, self.tokens.of(settings.admin, SCOPES), QUOTA)
        with_profiles = settings.photos == "profile"
        self.profiles = Profiles(settings, self.tokens, 'photos = "thumbnail"') if with_profiles else None
        self._etags = dict[str, str]()

    def pages(self, mark: str) -> Iterator[Page]:
        """Return everybody who is neither suspended nor archived; ``mark`` is a page token."""
        went_on = False
        try:
            for users, token in self.listed(mark):
                went_on = True
                found = [self._entry(user) for user in users if _is_one(user)]
                self._etags.update((one.key, one.photo or "") for one in found)
                yield Page(found, token)
        except people_of.StaleTokenError as error:
            if mark and not went_on:
                raise StaleMarkError(str(error)) from error
            raise

    def listed(self, mark: str = "") -> Iterator[tuple[list[User], str]]:
        """Return users as Google has them, with no property but those that are needed."""
        needed = sorted({*_OWN, *map(values.property_of, self.settings.paths().values())})
        ask: dict[str, str | int] = {
            "maxResults": self.settings.page, "fields": f"nextPageToken,users({','.join(needed)})",
            "projection": "full" if "customSchemas" in needed else "basic",
        }  # fmt: skip
        ask |= {"query": self.settings.query} if self.settings.query else {}
        return people_of.pages(self.settings, self.calls, ask, mark)

    def photos(self, wanted: Sequence[tuple[str, str]]) -> Iterator[Fetched]:
        """Return the photos of some people."""
        return one_by_one(self._photo, wanted)

    def _photo(self, key: str, _known: str) -> Fetched:
        etag = self._etag(key)
        return Fetched(key, look(self.calls, self.profiles, key), etag)

    def _etag(self, key: str) -> str:
        """Return the etag that a photo had before it is asked for; asked anew when a run goes on after a stop."""
        if key not in self._etags:
            user = people_of.user_of(self.calls, known(key), "id,thumbnailPhotoEtag")
            self._etags[key] = _etag_of(user)
        return self._etags[key]

    def _entry(self, user: User) -> Entry:
        found: dict[str, str] = {
            name: values.value(user, path) for name, path in self.settings.paths().items()
        }
        return Entry(str(user.get("id", "")), found, _etag_of(user))


def open_source(settings: SourceSettings, name: str) -> Source:
    """Return the directory as one source of a job; ConfigError when the key or the authority cannot be read."""
    own = _Directory(settings)
    return Source(name, own.pages, own.photos, settings.recheck_days)


def probe_source(settings: SourceSettings) -> list[str]:
    """Return what stands in the way of reading, in sentences; nothing is changed."""
    try:
        own = _Directory(settings)
        told = [
            own.tokens.lacking(settings.admin, SCOPES) or people_of.no_administrator(settings, own.calls),
            own.tokens.lacking(settings.admin, PROFILE) if own.profiles else "",
        ]
        if not any(told):
            told += _seen(own)
    except (ConfigError, OutsideError, PhotoError) as error:
        return [str(error)]
    return [one for one in told if one]


def _seen(own: _Directory) -> Iterator[str]:
    """Tell what the first page lacks: users, fields that IT named, the right to see a photo."""
    users = [user for user in next(own.listed())[0] if _is_one(user)]
    if not users:
        yield f"admin {own.settings.admin}: no users are listed" + (
            "; is query right?" if own.settings.query else ""
        )
        return
    for name, path in own.settings.fields.items():
        if path and not any(values.value(user, path) for user in users):
            yield f"fields.{name}: none of the first {len(users)} users has {path}"
    (look(own.calls, own.profiles, str(users[0].get("id", ""))))


def _is_one(user: User) -> bool:
    return bool(ID.fullmatch(str(user.get("id", "")))) and not people_of.asleep(user)


def _etag_of(user: User) -> str:
    """Return the version of a photo. None told is not yet no photo: Google nowhere says that it is."""
    return str(user.get("thumbnailPhotoEtag") or "")
