"""LDAP and Active Directory as a source of a job, against a real OpenLDAP."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, ClassVar

import pytest
import stamina
from pydantic import ValidationError

from catchlight.errors import ConfigError, OutsideError
from catchlight.source import Page, Source
from connectors import ldap
from connectors._ldap_wire import Directory, ldap3
from connectors._ldap_words import RefusedError
from tests.ldap_server import (
    BASE,
    BLIND,
    FIFTY,
    LIMITED,
    PASSWORD,
    PEOPLE,
    READER,
    LdapServer,
    ldap_server,
)
from tests.source_contract import Contract, synced
from tests.source_renamed import renamed
from tests.source_worlds import Fault, What, jpeg

_ATTRIBUTES = {
    "given_name": "givenName", "family_name": "sn", "email": "mail", "title": "title",
    "display_name": "displayName",
}  # fmt: skip
_CODES = {"401": (49, "invalidCredentials"), "403": (50, "insufficientAccessRights"), "404": (32, "noSuchObject"),
          "429": (51, "busy"), "500": (80, "other")}  # fmt: skip


class LdapWorld:
    """A directory on this machine; keys of the tests are the names of entries."""

    none = ("no value",)
    tells = True
    page = 2

    def __init__(self, server: LdapServer, folder: Path, patch: pytest.MonkeyPatch, **more: Any) -> None:
        """Begin with nobody."""
        self.server, self.more = server, more
        self.photo = "jpegPhoto" if more.get("key") == "entryUUID" else "thumbnailPhoto"
        self.calls: list[str] = []
        self.failing: dict[What, tuple[Fault, int]] = {}
        self.password = folder / "password"
        self.password.touch(0o600)
        self.password.write_text(PASSWORD)
        server.clear()
        real = Directory._ask

        def ask(directory: Directory, operation: Callable[..., Any], *what: Any, **how: Any) -> None:
            self._ask(lambda: real(directory, operation, *what, **how), operation.__self__, what)  # type: ignore[attr-defined]

        patch.setattr(Directory, "_ask", ask)

    def person(self, key: str, picture: bytes | None = None, **values: str) -> None:
        """Add or change an entry."""
        own = {_ATTRIBUTES[name]: value for name, value in values.items()}
        photo = {self.photo: picture} if picture else {}
        if key in self._ids():
            changed = {name: [value] for name, value in {**own, **photo}.items()}
            self.server.change(key, **changed)
        else:
            self.server.add(key, objectGUID=uuid.UUID(int=int(key)).bytes_le, **own, **photo)

    def without_photo(self, key: str, how: str) -> None:
        """Remove the attribute."""
        assert how == "no value"
        self.server.change(key, **{self.photo: []})

    def gone(self, key: str) -> None:
        """Remove the entry."""
        self.server.remove(key)

    def fail(self, what: What, fault: Fault, times: int) -> None:
        """Let searches fail, as the server says it or as the line breaks."""
        self.failing[what] = (fault, times)

    def open(self) -> Source:
        """Return the source, with the names of entries as keys."""
        return renamed(ldap.open_source(self.settings(), "directory"), self._ids())

    def settings(self, **changed: Any) -> ldap.SourceSettings:
        """Return settings as IT would write them."""
        usual = {
            "url": self.server.url, "bind_dn": READER, "password_file": self.password, "base_dn": BASE,
            "filter": "(objectClass=inetOrgPerson)", "page": self.page,
        }  # fmt: skip
        return ldap.SourceSettings(**{**usual, **self.more, **changed})

    def _ids(self) -> dict[str, str]:
        with self.server.admin() as connection, suppress(ldap3.core.exceptions.LDAPNoSuchObjectResult):
            connection.search(PEOPLE, "(objectClass=inetOrgPerson)", attributes=["cn", "entryUUID"])
            found = [entry["raw_attributes"] for entry in connection.response]
        if self.more.get("key") == "entryUUID":
            return {one["cn"][0].decode(): one["entryUUID"][0].decode() for one in found}
        keys = [one["cn"][0].decode() for one in found]
        return {key: str(uuid.UUID(int=int(key))) for key in keys}

    def _ask(self, real: Callable[[], None], connection: Any, what: tuple[Any, ...]) -> None:
        if len(what) < 5:  # a sign-in
            real()
            return
        kind: What = "photo" if self.photo in what[4] else "list"
        if kind == "photo":
            ids = self._ids().items()
            key = next((key for key, id_ in ids if self._is_of(what[1], id_)), "of nobody")
            self.calls.append(f"photo {key}")
        fault, times = self.failing.get(kind, ("500", 0))
        self.failing[kind] = (fault, times - 1)
        if times > 0 and fault == "truncated":
            raise ldap3.core.exceptions.LDAPSocketReceiveError("the line broke")
        if times > 0 and fault == "slow":
            raise ldap3.core.exceptions.LDAPResponseTimeoutError("no response from server")
        if times > 0 and fault in _CODES:
            raise RefusedError(*_CODES[fault], "a fault")
        real()
        if times > 0 and fault == "wrong_type":
            for entry in connection.response:
                entry["raw_attributes"][self.photo] = [b"<html>Sign in</html>"]

    def _is_of(self, condition: str, id_: str) -> bool:
        escaped = "".join(f"\\{byte:02x}" for byte in uuid.UUID(id_).bytes_le)
        own = "".join(
            chr(byte) if chr(byte).isalnum() and byte < 128 else f"\\{byte:02x}"
            for byte in uuid.UUID(id_).bytes_le
        )
        return any(form in condition for form in (escaped, own, id_))


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Try again at once."""
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
def make(slapd: LdapServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., LdapWorld]:
    """Return what makes a directory with nobody in it."""
    return lambda **more: LdapWorld(slapd, tmp_path, monkeypatch, **more)


class TestActiveDirectory(Contract):
    """The contract, with the id and the attributes of Active Directory."""

    COUNTED = False
    FAULTS: ClassVar[frozenset[tuple[What, Fault]]] = frozenset({
        ("list", "403"), ("list", "404"), ("list", "429"), ("list", "500"), ("list", "truncated"),
        ("photo", "403"), ("photo", "429"), ("photo", "500"), ("photo", "truncated"), ("photo", "wrong_type"),
        ("list", "slow"), ("photo", "slow"),
    })  # fmt: skip

    @pytest.fixture
    def world(self, make: Callable[..., LdapWorld]) -> LdapWorld:
        """Return an empty directory."""
        return make()

    @pytest.mark.parametrize("size", [100_000])
    def test_photos_of_any_size_come_whole(self, world: LdapWorld, folder: Path, size: int) -> None:  # type: ignore[override]
        """``thumbnailPhoto`` holds no more."""
        super().test_photos_of_any_size_come_whole(world, folder, size)


class TestOpenLdap(Contract):
    """The contract, with the id and the attributes of OpenLDAP."""

    COUNTED = False
    FAULTS = TestActiveDirectory.FAULTS

    @pytest.fixture
    def world(self, make: Callable[..., LdapWorld]) -> LdapWorld:
        """Return an empty directory."""
        return make(key="entryUUID")


def listed(source: Source) -> list[Any]:
    """Return all entries of a source."""
    with closing(source):
        return [one for page in source.pages("") for one in page.entries]


def test_more_people_than_the_server_gives_at_once(
    slapd: LdapServer, make: Callable[..., LdapWorld], tmp_path: Path
) -> None:
    """Five thousand people from a server that ends a list after fifty: all come, by pages, with no photo fetched."""
    del slapd
    del make
    with ldap_server() as server:
        server.load(_many(5000))
        password = tmp_path / "many"
        password.touch(0o600)
        password.write_text(PASSWORD)
        settings = ldap.SourceSettings(
            url=server.url, bind_dn=FIFTY, password_file=password, base_dn=BASE, key="entryUUID", page=50
        )
        with closing(ldap.open_source(settings, "many")) as source:
            pages = list(source.pages(""))
        assert {len(page.entries) for page in pages} == {50}
        assert len({one.key for page in pages for one in page.entries}) == 5000
        assert sum(one.photo is not None for page in pages for one in page.entries) == 1000
        wide = ldap.open_source(settings.model_copy(update={"page": 500}), "many")
        assert len(listed(wide)) == 5000
        with pytest.raises(ConfigError, match="stops before the end"):
            listed(ldap.open_source(settings.model_copy(update={"bind_dn": LIMITED}), "many"))


def test_values_come_as_active_directory_names_them(make: Callable[..., LdapWorld]) -> None:
    """Employee id before employee number, the country's code before its name; what is not there is empty."""
    world = make()
    world.server.add(
        "1001", objectGUID=uuid.UUID(int=1001).bytes_le, employeeID="0042", employeeNumber="7", givenName="Zoë",
        sAMAccountName="zoe", department="R&D", company="Example AG", co="Germany", c="DE", jpegPhoto=jpeg(1),
        thumbnailPhoto=jpeg(2),
    )  # fmt: skip
    (one,) = listed(world.open())
    assert one.values == {
        "employee_number": "0042", "given_name": "Zoë", "family_name": "1001", "display_name": "1001",
        "email": "", "username": "zoe", "department": "R&D", "title": "", "country": "DE",
        "entity": "Example AG", "language": "", "employee_type": "",
    }  # fmt: skip
    settings = world.settings(fields={"employee_number": "employeeNumber", "country": "co", "title": ""})
    (one,) = listed(ldap.open_source(settings, "directory"))
    assert (one.values["employee_number"], one.values["country"], one.values["title"]) == ("7", "Germany", "")


def test_disabled_accounts_are_left_out(make: Callable[..., LdapWorld]) -> None:
    """By the second bit of userAccountControl, whatever else it says."""
    world = make()
    for key, control in (("1001", "512"), ("1002", "514"), ("1003", "66050"), ("1004", "66048")):
        world.server.add(
            key,
            objectGUID=uuid.UUID(int=int(key)).bytes_le,
            userAccountControl=control,
            thumbnailPhoto=jpeg(1),
        )
    assert {one.key for one in listed(world.open())} == {"1001", "1004"}


def test_of_several_pictures_the_largest_is_taken(make: Callable[..., LdapWorld]) -> None:
    """In jpegPhoto there may be many."""
    world = make(key="entryUUID")
    large = jpeg(2) + bytes(5000)
    world.server.add("1001", jpegPhoto=[jpeg(1), large, jpeg(3)])
    with closing(world.open()) as source:
        (got,) = source.photos([("1001", "")])
    assert got.picture == large


def test_another_attribute_may_hold_the_photos(make: Callable[..., LdapWorld]) -> None:
    """As jpegPhoto does in some Active Directories; who has only the other one has none."""
    world = make()
    world.server.add("1001", objectGUID=uuid.UUID(int=1001).bytes_le, jpegPhoto=jpeg(1))
    world.server.add("1002", objectGUID=uuid.UUID(int=1002).bytes_le, thumbnailPhoto=jpeg(2))
    found = listed(
        renamed(ldap.open_source(world.settings(attribute="jpegPhoto"), "directory"), world._ids())
    )
    assert {one.key: one.photo is not None for one in found} == {"1001": True, "1002": False}


def test_photos_that_nobody_shows_are_a_matter_of_rights(
    make: Callable[..., LdapWorld], tmp_path: Path
) -> None:
    """An account that may not read the attribute sees it nowhere, and that is not taken for «nobody has one»."""
    world = make(bind_dn=BLIND)
    world.person("1001", jpeg(1))
    (told,) = ldap.probe_source(world.settings())
    assert "Read thumbnailPhoto, on descendant user objects" in told
    with pytest.raises(ConfigError, match="attribute: nobody shows thumbnailPhoto"):
        synced(world, tmp_path / "sync")
    world.more["attribute"] = ""
    assert ldap.probe_source(world.settings()) == []
    assert synced(world, tmp_path / "sync").keys() == {"1001"}


def test_a_photo_that_is_none_is_a_problem_of_one_person(
    make: Callable[..., LdapWorld], tmp_path: Path
) -> None:
    """The server takes any bytes for a picture."""
    world = make()
    world.person("1001", b"<html>Sign in</html>")
    world.person("1002", jpeg(2))
    found = synced(world, tmp_path / "sync")
    assert "not a picture" in found["1001"].note
    assert found["1002"].digest


def test_somebody_who_left_meanwhile_is_a_problem_of_one_person(make: Callable[..., LdapWorld]) -> None:
    """Between the list and the photo."""
    world = make()
    world.person("1001", jpeg(1))
    with closing(ldap.open_source(world.settings(), "directory")) as source:
        world.person("1001", title="Promoted")
        (entry,) = (one for page in source.pages("") for one in page.entries)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(world, "_ask", lambda real, *_: real())
            world.gone("1001")
            (got,) = source.photos([(entry.key, "")])
    assert got.problem
    assert got.problem.reason == "account.gone"


def test_two_changes_within_a_second_are_two(make: Callable[..., LdapWorld], tmp_path: Path) -> None:
    """A date alone would not tell them apart."""
    world = make()
    world.person("1001", jpeg(1))
    digests = []
    for number in (2, 3, 4):
        world.person("1001", jpeg(number))
        digests.append(synced(world, tmp_path / "sync")["1001"].digest)
    assert len(set(digests)) == 3


def test_a_line_that_breaks_between_pages_begins_the_list_anew(make: Callable[..., LdapWorld]) -> None:
    """A list cannot be gone on with on another connection; nobody is lost."""
    world = make()
    for key in range(1001, 1008):
        world.person(str(key), jpeg(1))
    source = world.open()
    pages = source.pages("")
    found: list[Page] = [next(pages)]
    world.server.stop()
    world.server.start()
    found += pages
    source.close()
    assert {one.key for page in found for one in page.entries} == {str(key) for key in range(1001, 1008)}


def test_a_server_that_stays_away_is_no_empty_list(make: Callable[..., LdapWorld], tmp_path: Path) -> None:
    """Nobody is lost, and the next time goes on."""
    world = make()
    world.person("1001", jpeg(1))
    before = synced(world, tmp_path / "sync")
    source = world.open()
    world.server.stop()
    with pytest.raises(OutsideError):
        listed(source)
    world.server.start()
    assert synced(world, tmp_path / "sync") == before


def test_what_is_wrong_is_said_beforehand(make: Callable[..., LdapWorld]) -> None:
    """Password, base, id, filter and fields, each in a sentence that names the key."""
    world = make()
    world.person("1001", jpeg(1))
    assert ldap.probe_source(world.settings()) == []
    world.password.write_text("wrong")
    assert "password_file" in ldap.probe_source(world.settings())[0]
    world.password.write_text(PASSWORD)
    for told, changed in (
        ("base_dn is not there", {"base_dn": "ou=nowhere,dc=example,dc=org"}),
        ("filter: nobody below", {"filter": "(objectClass=device)"}),
        ("fields.entity: nobody shows o;", {"fields": {"entity": "o"}}),
        ("another authority", {"url": world.server.secure_url}),
    ):
        (sentence,) = ldap.probe_source(world.settings(**changed))
        assert told in sentence or "ca_file" in sentence
    secure = world.settings(url=world.server.secure_url, ca_file=world.server.authority)
    assert ldap.probe_source(secure) == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"url": "ldap://directory.example.com"}, "encrypted only"),
        ({"filter": "objectClass=*"}, "one filter in brackets"),
        ({"filter": "(a=b)(c=d)"}, "one filter in brackets"),
        ({"fields": {"shoe_size": "sn"}}, "shoe_size"),
        ({"fields": {"title": "sn)(x=*"}}, "the name of one attribute"),
        ({"attribute": "a=*)"}, "the name of one attribute"),
        ({"page": 1001}, "less than or equal to 1000"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(
    make: Callable[..., LdapWorld], changed: dict[str, Any], told: str
) -> None:
    """Before anything is connected to."""
    with pytest.raises(ValidationError, match=told):
        make().settings(**changed)


def _many(count: int) -> str:
    """Return people as an administrator loads them; each fifth has a photo."""
    return "\n".join(
        f"dn: cn=p{n},{PEOPLE}\nobjectClass: inetOrgPerson\ncn: p{n}\nsn: Person {n}\nmail: p{n}@example.org\n"
        f"employeeNumber: {n:06}\n" + ("jpegPhoto:: /9j/2Q==\n" if n % 5 == 0 else "")
        for n in range(count)
    )
