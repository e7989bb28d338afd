"""Microsoft 365 as a world for the contract of all sources: the stand-in for Graph with people whose ids are numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from catchlight.source import Fetched, Page, Source
from connectors import microsoft365
from connectors._graph_source import FIELDS
from tests.fake_graph import FakeGraph
from tests.fake_graph_answers import wrong
from tests.faulty_answers import IMPATIENT
from tests.graph_app import AppFiles, of_app
from tests.source_worlds import Fault, What

GROUP = "99999999-0000-0000-0000-000000000001"
_WORDS = wrong(404, "ErrorItemNotFound", "The photo wasn't found.")


def guid(key: str) -> str:
    """Return a user's id in Entra, with a short key at its end."""
    return f"00000000-0000-4000-8000-{int(key):012d}"


def short(id_: str) -> str:
    """Return the short key of a user's id."""
    return str(int(id_.rpartition("-")[2]))


class GraphWorld:
    """A tenant; with ``group``, everybody is in one, and it is listed instead of the tenant."""

    none = ("404", "404 in words", "pixel")
    tells = False
    page = 3

    def __init__(self, tenant: FakeGraph, app: AppFiles, *, group: bool = False) -> None:
        """Begin with nobody."""
        self.tenant, self.app, self.group = tenant, app, group
        self.people, self.patience = tenant.people, dict[str, float]()
        tenant.delta.page = self.people.page = self.page
        tenant.tokens.roles = ("ProfilePhoto.Read.All", "User.Read.All", "GroupMember.Read.All")
        self.people.groups[GROUP] = set()

    @property
    def calls(self) -> list[str]:
        """What was asked, alone or in a batch."""
        return self.tenant.lines

    def person(self, key: str, picture: bytes | None = None, **values: str) -> None:
        """Hire or change somebody."""
        id_ = guid(key)
        told = {FIELDS[name]: value for name, value in values.items()}  # type: ignore[index]
        self.people.users.setdefault(
            id_, {"id": id_, "displayName": key, "accountEnabled": True, "userType": "Member"}
        ).update(told)
        self.people.groups[GROUP].add(id_)
        self.people.unreadable.pop(id_, None)
        if self.people.shown(id_) != picture:
            self.people.set(id_, picture)

    def without_photo(self, key: str, how: str) -> None:
        """Take a photo away; the metadata of none is 404, or one pixel."""
        self.people.pixel = how == "pixel"
        self.people.set(guid(key), None)
        if how == "404 in words":
            self.people.unreadable[guid(key)] = _WORDS

    def gone(self, key: str) -> None:
        """Delete, disable or lock out somebody, by turns."""
        way = int(key) % 3
        if way == 0:
            del self.people.users[guid(key)]
        else:
            self.people.users[guid(key)] |= ({"accountEnabled": False}, {"userType": "Guest"})[way - 1]

    def fail(self, what: What, fault: Fault, times: int) -> None:
        """Bend the next answers."""
        slow = fault == "slow" and times > 0
        self.tenant.hold, self.tenant.holds = (2 * IMPATIENT if slow else 0.0), what
        self.patience = {"timeout": IMPATIENT} if slow else {}
        self.tenant.trouble[what] = (fault, 0 if slow else times)

    def settings(self, **changed: Any) -> microsoft365.SourceSettings:
        """Return settings as IT would write them."""
        only = {"only_group": GROUP} if self.group else {}
        how = {} if "certificate_file" in changed else {"secret_file": self.app.secret}
        return microsoft365.SourceSettings(
            **of_app(self.tenant, self.app, **how, **only, **self.patience, **changed)
        )

    def open(self, **changed: Any) -> Source:
        """Return the source, with short keys instead of Entra's."""
        source = microsoft365.open_source(self.settings(**changed), "entra")

        def pages(mark: str) -> Iterator[Page]:
            for page in source.pages(mark):
                yield replace(page, entries=[replace(one, key=short(one.key)) for one in page.entries])

        def photos(wanted: Sequence[tuple[str, str]]) -> Iterator[Fetched]:
            for one in source.photos([(guid(key), version) for key, version in wanted]):
                yield replace(one, key=short(one.key))

        return replace(source, pages=pages, photos=photos)
