"""SCIM as a source of a job, against a real SCIM server."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar

import pytest
import stamina
from pydantic import ValidationError

from catchlight.errors import ConfigError, OutsideError
from catchlight.source import Source, StaleMarkError
from connectors import scim
from connectors._data_url import as_data_url
from connectors._scim_list import user_pages
from tests.certificates import make_certificates
from tests.faulty_answers import IMPATIENT
from tests.photo_server import PhotoServer, photo_server
from tests.scim_server import TOKEN, ScimServer, scim_server
from tests.source_contract import Contract, synced
from tests.source_renamed import renamed
from tests.source_worlds import Fault, What, jpeg

_ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


class ScimWorld:
    """Users of a real server; pictures inside their addresses, or on a host of photos."""

    none = ("no photos", "an empty list")
    tells = True
    page = 2

    def __init__(
        self, server: ScimServer, folder: Path, photos: PhotoServer | None = None, **more: Any
    ) -> None:
        """Begin with nobody."""
        self.server, self.photos, self.more = server, photos, more
        self.ids: dict[str, str] = {}
        self.token = folder / "token"
        self.token.touch(0o600)
        self.token.write_text(TOKEN)
        self.authority = make_certificates(
            folder / "certificates"
        ).authority  # read sooner than all usual ones

    @property
    def calls(self) -> Any:
        """Return what was asked about single people."""
        return _Calls(self)

    def person(self, key: str, picture: bytes | None = None, **values: str) -> None:
        """Add or change a user."""
        title = {"title": values["title"]} if "title" in values else {}
        if key in self.ids:
            for name, value in title.items():
                self.server.change(self.ids[key], "replace", name, value)
        else:
            name = {"givenName": values.get("given_name", ""), "familyName": values.get("family_name", "")}
            emails = [{"value": values["email"], "type": "work"}] if "email" in values else []
            self.ids[key] = self.server.add(f"user{key}", name=name, emails=emails, **title)
        if picture:
            self._put(key, picture)

    def _put(self, key: str, picture: bytes) -> None:
        if self.photos is None:
            link = as_data_url(picture)
        else:
            self.photos.photos[f"/{key}.jpg"] = picture
            link = f"http://127.0.0.1:{self.photos.port}/{key}.jpg"
        photos = [{"type": "photo", "value": link, "primary": True}]
        self.server.change(self.ids[key], "replace", "photos", photos)

    def without_photo(self, key: str, how: str) -> None:
        """Take the picture away."""
        if how == "no photos":
            self.server.change(self.ids[key], "remove", "photos", None)
        else:
            self.server.change(self.ids[key], "replace", "photos", [])

    def gone(self, key: str) -> None:
        """Deactivate a user, as most servers do."""
        self.server.change(self.ids[key], "replace", "active", value=False)

    def fail(self, what: What, fault: Fault, times: int) -> None:
        """Let the server fail, or the host of photos."""
        self.more = {**self.more, "timeout": IMPATIENT if fault == "slow" and times else 30}
        if what == "photo" and self.photos is not None:
            self.photos.faults[:] = [fault] * times
        else:
            self.server.failing[what] = (fault, times)

    def open(self) -> Source:
        """Return the source, with the tests' keys."""
        return renamed(scim.open_source(self.settings(), "users"), self.ids)

    def settings(self, **changed: Any) -> scim.SourceSettings:
        """Return settings as IT would write them."""
        hosts = [f"127.0.0.1:{self.photos.port}"] if self.photos else []
        usual = {
            "url": self.server.url, "token_file": self.token, "page": self.page, "ca_file": self.authority,
            "photo_hosts": {"hosts": hosts, "ca_file": self.authority},
        }  # fmt: skip
        return scim.SourceSettings.model_validate({**usual, **self.more, **changed})


class _Calls(list[str]):
    """Calls for photos, in the tests' keys; emptying it empties those that the servers counted."""

    def __init__(self, world: ScimWorld) -> None:
        keys = {id_: key for key, id_ in world.ids.items()}
        single = [path.rpartition("/")[2] for _, path in world.server.calls if not path.endswith("/Users")]
        self._counted = [world.server.calls, *([world.photos.calls] if world.photos else [])]
        super().__init__(
            [
                *(f"photo {keys[id_]}" for id_ in single),
                *(f"photo {path}" for path in (world.photos.calls if world.photos else [])),
            ]
        )

    def __delitem__(self, which: Any) -> None:
        super().__delitem__(which)
        for counted in self._counted:
            del counted[:]


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Try again at once."""
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture(scope="module")
def started() -> Iterator[ScimServer]:
    """Run one server for all tests."""
    with scim_server() as server:
        yield server


@pytest.fixture
def server(started: ScimServer) -> ScimServer:
    """Return the server without users."""
    started.clear()
    return started


@pytest.fixture
def world(server: ScimServer, tmp_path: Path) -> ScimWorld:
    """Return an empty server, whose pictures are inside their addresses."""
    return ScimWorld(server, tmp_path)


_LIST: frozenset[tuple[What, Fault]] = frozenset({
    ("list", "401"), ("list", "403"), ("list", "404"), ("list", "429"), ("list", "500"), ("list", "truncated"),
    ("list", "wrong_type"), ("list", "slow"),
})  # fmt: skip


class TestContained(Contract):
    """The contract, with pictures inside addresses."""

    FAULTS: ClassVar[frozenset[tuple[What, Fault]]] = _LIST | {
        ("photo", "403"), ("photo", "404"), ("photo", "429"), ("photo", "500"), ("photo", "slow"),
        ("photo", "truncated"), ("photo", "wrong_type"),
    }  # fmt: skip


class TestSingle(Contract):
    """The contract, at a server whose lists are read without photos."""

    FAULTS = TestContained.FAULTS

    @pytest.fixture
    def world(self, server: ScimServer, tmp_path: Path) -> ScimWorld:
        """Return an empty server."""
        return ScimWorld(server, tmp_path, photos_in="user")


class LinkedWorld(ScimWorld):
    """Photos that are only pointed to: the list does not tell when one changes."""

    tells = False


class TestLinked(Contract):
    """The contract, with pictures on another host."""

    FAULTS: ClassVar[frozenset[tuple[What, Fault]]] = _LIST | {
        ("photo", "403"), ("photo", "429"), ("photo", "500"), ("photo", "truncated"), ("photo", "wrong_type"),
    }  # fmt: skip

    @pytest.fixture
    def world(self, server: ScimServer, tmp_path: Path) -> Iterator[LinkedWorld]:
        """Return an empty server, and a host of photos."""
        with photo_server() as photos:
            yield LinkedWorld(server, tmp_path, photos)


def listed(source: Source, mark: str = "") -> list[Any]:
    """Return all entries of a source."""
    with closing(source):
        return [one for page in source.pages(mark) for one in page.entries]


def photo(world: ScimWorld, photos: list[dict[str, Any]]) -> Any:
    """Return what comes of one user's photos, found in a list."""
    world.person("1001")
    if photos:
        world.server.change(world.ids["1001"], "replace", "photos", photos)
    with closing(world.open()) as source:
        list(source.pages(""))
        (got,) = source.photos([("1001", "")])
    return got


def test_values_come_from_the_core_and_the_enterprise_extension(world: ScimWorld) -> None:
    """The primary address before others, and what the settings name instead."""
    world.ids["1001"] = world.server.add(
        "anna", name={"givenName": "Anna", "familyName": "Łuk"}, displayName="Anna Łuk", userType="Employee",
        emails=[{"value": "a@home.example", "type": "home"}, {"value": "a@example.org", "type": "work"},
                {"value": "anna@example.org", "primary": True}],
        addresses=[{"type": "work", "country": "DE"}], locale="de-DE", title="Engineer", schemas=[
            "urn:ietf:params:scim:schemas:core:2.0:User", _ENTERPRISE],
        **{_ENTERPRISE: {"employeeNumber": "0042", "department": "R&D", "organization": "Example AG",
                         "costCenter": "4130"}},
    )  # fmt: skip
    (one,) = listed(world.open())
    assert one.values == {
        "employee_number": "0042", "given_name": "Anna", "family_name": "Łuk", "display_name": "Anna Łuk",
        "email": "anna@example.org", "username": "anna", "department": "R&D", "title": "Engineer",
        "country": "DE", "entity": "Example AG", "language": "de-DE", "employee_type": "Employee",
    }  # fmt: skip
    changed = {"entity": f"{_ENTERPRISE}:costCenter", "subject": "id", "title": ""}
    (one,) = listed(scim.open_source(world.settings(fields=changed), "users"))
    assert (one.values["entity"], one.values["subject"], one.values["title"]) == ("4130", one.key, "")
    assert one.photo is None


def test_who_is_not_active_is_left_out(world: ScimWorld) -> None:
    """Deactivated is the standard's way of being gone; nothing said is active."""
    for key in ("1001", "1002", "1003"):
        world.person(key, jpeg(1))
    world.server.change(world.ids["1002"], "replace", "active", value=True)
    world.gone("1003")
    assert {one.key for one in listed(world.open())} == {"1001", "1002"}


def test_a_stopped_list_goes_on_where_it_was_unless_users_were_deleted(world: ScimWorld) -> None:
    """From a mark, in another process; when the count changed, who follows moved up, and it begins anew."""
    for key in range(1001, 1008):
        world.person(str(key), jpeg(1))
    with closing(world.open()) as source:
        pages = source.pages("")
        first = next(pages)
    rest = listed(world.open(), first.next)
    assert len(first.entries) + len(rest) == len({one.key for one in [*first.entries, *rest]}) == 7
    with closing(world.open()) as source:
        (got,) = source.photos([(rest[-1].key, "")])  # found in a list of another process
    assert got.picture == jpeg(1)
    with world.server.client() as client:
        client.delete(f"/Users/{world.ids['1001']}")
    for mark in (first.next, "nonsense", "3 x"):
        with pytest.raises(StaleMarkError):
            listed(world.open(), mark)


def test_a_user_who_is_deleted_while_we_list_makes_nobody_disappear(world: ScimWorld) -> None:
    """Who follows moves up by one, over the seam of two pages: the list begins anew."""
    for key in range(1001, 1008):
        world.person(str(key))
    source = world.open()
    pages = source.pages("")
    found = list(next(pages).entries)
    with world.server.client() as client:
        client.delete(f"/Users/{world.ids[found[0].key]}")
    found += [one for page in pages for one in page.entries]
    source.close()
    assert {one.key for one in found} == set(world.ids)


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ("/photos/anna.jpg", "photo.elsewhere"),
        ("ftp://photos.example.com/anna.jpg", "photo.elsewhere"),
        ("file:///etc/passwd", "photo.elsewhere"),
        ("http://169.254.169.254/latest/meta-data", "photo.elsewhere"),
        ("https://photos.example.com/anna.jpg", "photo.elsewhere"),
        ("data:image/jpeg;base64,AAA", "photo.damaged"),
        ("data:image/jpeg;base64,", "photo.damaged"),
        (as_data_url(b"<html>Sign in</html>"), "photo.not_a_picture"),
    ],
)
def test_addresses_that_are_not_asked(
    world: ScimWorld, monkeypatch: pytest.MonkeyPatch, link: str, reason: str
) -> None:
    """Relative, of another scheme, of a host that the settings do not name, damaged, or no picture: one problem each."""
    photos = [{"value": link, "type": "photo"}]
    if not link.startswith("data:"):
        _shown(monkeypatch, photos)  # as servers do that are less strict
    got = photo(world, photos if link.startswith("data:") else [])
    assert got.problem.reason == reason
    assert got.picture is None


def test_of_several_pictures_the_preferred_type_is_taken(world: ScimWorld) -> None:
    """A photo before a thumbnail, unless thumbnails are wanted; either one when there is no other."""
    both = [
        {"type": "thumbnail", "value": as_data_url(jpeg(1)), "primary": True},
        {"type": "photo", "value": as_data_url(jpeg(2))},
    ]
    assert photo(world, both).picture == jpeg(2)
    world.more["type"] = "thumbnail"
    assert photo(world, both).picture == jpeg(1)
    assert photo(world, both[1:]).picture == jpeg(2)


def test_our_token_goes_to_no_other_host(server: ScimServer, tmp_path: Path) -> None:
    """And a photo that did not change is not sent again."""
    with photo_server() as photos:
        world = LinkedWorld(server, tmp_path, photos)
        world.person("1001", jpeg(1))
        before = synced(world, tmp_path / "sync")
        with closing(world.open()) as source:
            list(source.pages(""))
            (first,) = source.photos([("1001", "")])
            (again,) = source.photos([("1001", first.version)])
        assert (again.same, again.picture, again.version) == (True, None, first.version)
        assert before["1001"].digest
        told = " ".join(f"{name}: {value}" for headers in photos.carried for name, value in headers.items())
    assert TOKEN not in told
    assert "authorization" not in told.casefold()


def test_a_token_that_is_not_accepted_is_named(world: ScimWorld, tmp_path: Path) -> None:
    """For lists and for photos: it is a matter for IT and not of one person."""
    world.person("1001", jpeg(1))
    for kind in ("list", "photo"):
        world.server.failing[kind] = ("401", 1000)
        with pytest.raises(ConfigError, match="token_file"):
            synced(world, tmp_path / "sync")
        world.server.failing[kind] = ("401", 0)
    world.token.write_text("wrong")
    assert "token_file" in scim.probe_source(world.settings())[0]


def test_a_server_that_answers_with_another_user_is_not_believed(world: ScimWorld) -> None:
    """A cache between us may mix up people."""
    for key in ("1001", "1002"):
        world.person(key, jpeg(int(key)))
    other = world.server.user(world.ids["1002"])
    with closing(world.open()) as source:
        list(source.pages(""))
        world.server.next.append(("200 OK", json.dumps(other).encode(), {}))
        with pytest.raises(OutsideError, match="another user"):
            list(source.photos([("1001", "")]))


def test_what_is_wrong_is_said_beforehand(world: ScimWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody there, no photos, lists without photos, hosts that the settings do not name."""
    assert "lists nobody" in scim.probe_source(world.settings())[0]
    world.person("1001")
    assert "has a photo" in scim.probe_source(world.settings())[0]
    world.person("1001", jpeg(1))
    assert scim.probe_source(world.settings()) == []
    _shown(monkeypatch, [{"value": "https://photos.example.com/a.jpg"}])
    (told,) = scim.probe_source(world.settings())
    assert "photos are at photos.example.com" in told
    assert scim.probe_source(world.settings(photo_hosts={"hosts": ["*.example.com"]})) == []
    _shown(monkeypatch, [])
    assert 'photos_in = "user"' in scim.probe_source(world.settings())[0]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"url": "http://id.example.com/scim"}, "https only"),
        ({"fields": {"title": "a b"}}, "an attribute such as"),
        ({"photo_hosts": {"hosts": ["https://x/y"]}}, "the name of a host"),
        ({"type": "icon"}, "photo"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(
    world: ScimWorld, changed: dict[str, Any], told: str
) -> None:
    """Before anything is asked."""
    with pytest.raises(ValidationError, match=told):
        world.settings(**changed)


def _shown(patch: pytest.MonkeyPatch, photos: list[dict[str, Any]]) -> None:
    """Let lists of users show these photos, as servers do that are less strict with addresses."""

    def pages(*what: Any, **how: Any) -> Iterator[Any]:
        for page in user_pages(*what, **how):
            yield type(page)([{**one, "photos": photos} for one in page.users], page.total, page.next)

    patch.setattr("connectors._scim_source.user_pages", pages)
