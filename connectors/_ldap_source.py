"""People and photos of LDAP and Active Directory: everybody is listed page by page, and photos are asked one by one.

Who has a photo is asked without fetching it, and a photo is fetched again only once its entry has changed.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Annotated

from pydantic import AfterValidator, Field

from catchlight import source
from catchlight.errors import ConfigError, OutsideError, PhotoError
from catchlight.formats import identify
from catchlight.source import Fetched, Page, Source
from connectors._ldap_conditions import condition, is_condition, is_name
from connectors._ldap_settings import OTHER_KEY, PEOPLE, Key, Server, key_of, open_directory, with_id
from connectors._ldap_wire import Directory, Entry
from connectors._one_by_one import one_by_one

Names = Mapping[source.Field, tuple[str, ...]]

ACTIVE_DIRECTORY: Names = {
    "employee_number": ("employeeID", "employeeNumber"),
    "given_name": ("givenName",),
    "family_name": ("sn",),
    "display_name": ("displayName", "cn"),
    "email": ("mail",),
    "username": ("sAMAccountName",),
    "department": ("department",),
    "title": ("title",),
    "country": ("c", "co"),
    "entity": ("company",),
    "language": ("preferredLanguage",),
    "employee_type": ("employeeType",),
}
INET_ORG_PERSON: Names = {
    **ACTIVE_DIRECTORY,
    "employee_number": ("employeeNumber",),
    "username": ("uid",),
    "department": ("departmentNumber", "ou"),
    "entity": ("o",),
}
"""Of several attributes the first counts that has a value."""

_PHOTO = {"objectGUID": "thumbnailPhoto", "entryUUID": "jpegPhoto"}
_CHANGED = ("entryCSN", "modifyTimestamp", "whenChanged", "uSNChanged")
_DISABLED = 0x2  # ACCOUNTDISABLE of userAccountControl
_BARRED = {"pwdaccountlockedtime": "000001010000Z", "nsaccountlock": "true"}  # OpenLDAP's for good, 389's
_LEFT = ("userAccountControl", "pwdAccountLockedTime", "nsAccountLock")


def _attribute(name: str) -> str:
    return is_name(name) if name else ""


class SourceSettings(Server):
    """Where the directory is, who signs in, and where its people and photos are.

    The defaults are those of Active Directory. With ``key = "entryUUID"`` they are those of OpenLDAP: filter
    ``(objectClass=inetOrgPerson)``, photos in ``jpegPhoto``.
    """

    key: Key = Field("objectGUID", description="the id of an entry: entryUUID for OpenLDAP")
    filter: Annotated[str, AfterValidator(is_condition)] = Field(
        "", description="who is listed; left out: all people of the directory"
    )
    attribute: Annotated[str, AfterValidator(_attribute)] | None = Field(
        None, description='where photos are: thumbnailPhoto, jpegPhoto; "" when they are not wanted from here'
    )
    fields: dict[source.Field, Annotated[str, AfterValidator(_attribute)]] = Field(
        default_factory=dict, description='our field and the attribute it is in, such as entity = "company"'
    )
    recheck_days: float = Field(
        28, gt=0, description="days until a photo is asked again, where entries do not show when they changed"
    )

    @property
    def who(self) -> str:
        """Return the condition that everybody meets who is listed."""
        return self.filter or (PEOPLE if self.key == "objectGUID" else "(objectClass=inetOrgPerson)")

    @property
    def photo(self) -> str:
        """Return the attribute of photos, "" when they are not wanted."""
        return _PHOTO[self.key] if self.attribute is None else self.attribute

    @property
    def names(self) -> Names:
        """Return which attributes our fields are in."""
        usual = ACTIVE_DIRECTORY if self.key == "objectGUID" else INET_ORG_PERSON
        return {**usual, **{field: (name,) if name else () for field, name in self.fields.items()}}


class _People:
    """The pages and photos of a directory."""

    def __init__(self, settings: SourceSettings, directory: Directory) -> None:
        self._settings, self._directory = settings, directory

    def pages(self, mark: str) -> Iterator[Page]:
        """Return everybody, always: a server keeps no list for us to go on with."""
        del mark
        settings = self._settings
        wanted = [name for names in settings.names.values() for name in names]
        asked = (settings.key, *dict.fromkeys(wanted), *_LEFT, *_CHANGED)
        holders, anybody = self._holders(), False
        for entries in self._directory.pages(settings.base_dn, settings.who, asked):
            yield Page([self._entry(one, holders) for one in entries if not _left(one)])
            anybody = anybody or bool(entries)
        if settings.photo and anybody and not holders:
            raise ConfigError(_unseen(settings))

    def _holders(self) -> set[bytes]:
        """Return the ids of all who have a photo, without fetching one."""
        settings = self._settings
        if not settings.photo:
            return set()
        wanted = condition(settings.who, f"({settings.photo}=*)")
        pages = self._directory.pages(settings.base_dn, wanted, (settings.key,))
        return {value for page in pages for one in page for value in one.of(settings.key)}

    def _entry(self, entry: Entry, holders: set[bytes]) -> source.Entry:
        settings, names = self._settings, self._settings.names
        has = not holders.isdisjoint(entry.of(settings.key))
        values: dict[str, str] = {field: _value(entry, options) for field, options in names.items()}
        return source.Entry(key_of(entry, settings.key), values, _version(entry) if has else None)

    def photos(self, wanted: Sequence[tuple[str, str]]) -> Iterator[Fetched]:
        """Return the photos of some people; of several pictures in one entry, the largest."""
        return one_by_one(self._photo, wanted)

    def _photo(self, key: str, _known: str) -> Fetched:
        settings = self._settings
        wanted = condition(settings.who, with_id(settings.key, key))
        found = self._directory.search(settings.base_dn, wanted, (settings.photo, *_CHANGED))
        if len(found) != 1:
            message = f"there is no entry {key} below {settings.base_dn} any more; the next list will tell"
            raise PhotoError("account.gone", message)
        picture = max(found[0].of(settings.photo), key=len, default=b"")
        if picture:
            identify(picture)
        return Fetched(key, picture or None, _version(found[0]))


def open_source(settings: SourceSettings, name: str) -> Source:
    """Return the directory as a source; ConfigError when its password or authority cannot be read."""
    directory = open_directory(settings)
    people = _People(settings, directory)
    return Source(name, people.pages, people.photos, settings.recheck_days, close=directory.close)


def probe_source(settings: SourceSettings) -> list[str]:
    """Return what stands in the way of reading, in sentences; nothing is changed."""
    try:
        with closing(open_directory(settings)) as directory:
            return list(_problems(settings, directory))
    except (ConfigError, OutsideError) as error:
        return [str(error)]


def _problems(settings: SourceSettings, directory: Directory) -> Iterator[str]:
    def first(wanted: str, *names: str) -> Entry | None:
        return directory.first(settings.base_dn, condition(settings.who, wanted), names)

    entry = first("(objectClass=*)", settings.key, *_CHANGED)
    if entry is None:
        yield f"filter: nobody below {settings.base_dn} meets {settings.who}, as far as this account may see"
        return
    if not entry.of(settings.key):
        yield f"key: entries show no {settings.key}; {OTHER_KEY}"
    if settings.photo and first(f"({settings.photo}=*)", settings.key) is None:
        yield _unseen(settings)
    elif settings.photo and not _version(entry):
        yield f"entries do not show when they changed ({', '.join(_CHANGED)}); let this account read one of these, or all photos are fetched each {settings.recheck_days:g} days"
    for field, name in settings.fields.items():
        if name and first(f"({name}=*)", settings.key) is None:
            yield f"fields.{field}: nobody shows {name}; is it the right attribute, and may this account read it?"


def _unseen(settings: SourceSettings) -> str:
    return (
        f"attribute: nobody shows {settings.photo}; let this account read it ({_right(settings)}), name the one that "
        'photos are in, or write attribute = "" when photos are not wanted from here'
    )


def _right(settings: SourceSettings) -> str:
    if settings.key == "objectGUID":
        return f"Active Directory: Read {settings.photo}, on descendant user objects"
    return f"OpenLDAP: access to attrs={settings.photo} by … read"


def _left(entry: Entry) -> bool:
    """Whether an account is disabled."""
    control = next(iter(entry.of("userAccountControl")), b"0")
    disabled = control.isdigit() and int(control) & _DISABLED
    return bool(disabled) or any(
        value.decode("ascii", "replace").casefold() == sign.casefold()
        for name, sign in _BARRED.items()
        for value in entry.of(name)
    )


def _value(entry: Entry, names: Sequence[str]) -> str:
    found = (value.decode("utf-8", "replace").strip() for name in names for value in entry.of(name))
    return next((value for value in found if value), "")


def _version(entry: Entry) -> str:
    """Return what changes whenever an entry does: servers differ in how exactly they tell, so all of it counts."""
    return " ".join(value.decode("ascii", "replace") for name in _CHANGED for value in entry.of(name))
