"""Okta as a source, by the contract of all sources, and what is Okta's own."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import stamina
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from pydantic import ValidationError

from catchlight.errors import ConfigError, OutsideError
from catchlight.source import Source, StaleMarkError
from connectors import okta
from connectors._pace import Limits, Pace
from tests.fake_okta import APP, TOKEN, FakeOkta, okta_server
from tests.fake_slack_limits import Clock
from tests.photo_server import PhotoServer, photo_server
from tests.source_contract import Contract, synced
from tests.source_worlds import Fault, What, jpeg


class OktaWorld:
    """An organisation whose people's photos are kept by a server of the company's own."""

    none = ("null", "absent", "blank", "404", "410")
    tells = False
    page = 3

    def __init__(self, folder: Path, server: FakeOkta, photos: PhotoServer) -> None:
        """Begin with nobody."""
        self.server, self.photos, self.token = server, photos, folder / "token"
        self.token.touch(0o600)
        self.token.write_text(TOKEN)
        server.page = self.page

    @property
    def calls(self) -> list[str]:
        """Return the photos that were sent, one line each: what has not changed is asked for and not sent."""
        return self.photos.sent

    def person(self, key: str, picture: bytes | None = None, **values: str) -> None:
        """Let somebody be active; what is not known is null, as Okta has it."""
        profile: dict[str, Any] = {theirs: None for theirs in okta.FIELDS.values() if theirs != "id"}
        profile |= {okta.FIELDS[name]: value for name, value in values.items()}  # type: ignore[index]
        path = f"/photo/{key}.jpg"
        self.photos.gone.discard(path)
        profile["photoUrl"] = f"http://127.0.0.1:{self.photos.port}{path}" if picture else None
        if picture:
            self.photos.photos[path] = picture
        self.server.users[key] = {"id": key, "status": "ACTIVE", "profile": profile}

    def without_photo(self, key: str, how: str) -> None:
        """Take the address away, or the picture behind it."""
        profile = self.server.users[key]["profile"]
        if how.isdigit():
            del self.photos.photos[f"/photo/{key}.jpg"]
            self.photos.gone |= {f"/photo/{key}.jpg"} if how == "410" else set()
        elif how == "absent":
            del profile["photoUrl"]
        else:
            profile["photoUrl"] = None if how == "null" else " "

    def gone(self, key: str) -> None:
        """Suspend somebody, or deprovision."""
        self.server.users[key]["status"] = "SUSPENDED" if int(key) % 2 else "DEPROVISIONED"

    def fail(self, what: What, fault: Fault, times: int) -> None:
        """Let answers be wrong."""
        (self.server if what == "list" else self.photos).faults[:] = [fault] * times

    def settings(self, **more: Any) -> okta.SourceSettings:
        """Return settings as IT would write them."""
        hosts = {"hosts": (f"127.0.0.1:{self.photos.port}",), "timeout": 0.5}
        usual = {"url": self.server.url, "token_file": self.token, "photo_hosts": hosts, "timeout": 0.5}
        return okta.SourceSettings(**usual | more)

    def open(self) -> Source:
        """Return the source."""
        return okta.open_source(self.settings(), "people")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[OktaWorld]:
    """Return an organisation without people; nothing waits before it tries again."""
    with okta_server() as server, photo_server() as photos, stamina.set_testing(True, attempts=3):
        yield OktaWorld(tmp_path, server, photos)


class TestOkta(Contract):
    """The contract. Photos are given without a token, so that none of theirs can be refused and then taken."""

    FAULTS = frozenset(
        {("list", one) for one in ("401", "403", "404", "429", "500", "truncated", "wrong_type", "slow")}
        | {("photo", one) for one in ("403", "429", "500", "truncated", "wrong_type", "slow")}
    )


@pytest.fixture(scope="module")
def app_key() -> rsa.RSAPrivateKey:
    """Return the private key of a service app."""
    return rsa.generate_private_key(65537, 2048)


def as_app(world: OktaWorld, key: rsa.RSAPrivateKey, text: str = "", **more: Any) -> okta.SourceSettings:
    """Return settings that sign in as a service app with this key; ``text`` is how its file has it, PEM where not said."""
    world.server.app_key = key.public_key()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = world.token.with_name("app-key")
    file.touch(0o600)
    file.write_text(text or pem.decode())
    return world.settings(token_file=None, client_id=APP, key_file=file, **more)


class AppWorld(OktaWorld):
    """The same organisation, read by a service app."""

    key: rsa.RSAPrivateKey

    def open(self) -> Source:
        """Return the source."""
        return okta.open_source(as_app(self, self.key), "people")


class TestServiceApp(Contract):
    """The contract, with a service app's tokens: one that ended in the middle is replaced."""

    FAULTS = frozenset({("list", one) for one in ("401", "403", "429", "500")})

    @pytest.fixture
    def world(self, world: OktaWorld, app_key: rsa.RSAPrivateKey, tmp_path: Path) -> OktaWorld:
        """Return the organisation as the contract sees it."""
        made = AppWorld(tmp_path, world.server, world.photos)
        made.key = app_key
        return made


def test_a_service_app_signs_for_its_own_tokens(world: OktaWorld, app_key: rsa.RSAPrivateKey) -> None:
    """With a key as JWK, which names itself, or as PEM; one token for all calls, and a new one when it is taken no more."""
    for n in range(8):
        world.person(str(1000 + n), jpeg(n))
    jwk = json.loads(RSAAlgorithm.to_jwk(app_key)) | {"kid": "of-the-jwk", "alg": "RS256", "use": "sig"}
    for text, more in [(json.dumps(jwk), {}), ("", {"key_id": "of-the-pem"}), ("", {})]:
        with closing(okta.open_source(as_app(world, app_key, text, **more), "people")) as source:
            pages = source.pages("")
            assert len(next(pages).entries) == 3
            world.server.given -= {f"access-{len(world.server.given) - 1}"}
            world.server.given.add("another's")
            assert sum(len(page.entries) for page in pages) == 5
    assert world.server.kids == ["of-the-jwk"] * 2 + ["of-the-pem"] * 2 + [""] * 2
    assert {one["authorization"].partition(" ")[0] for one in world.server.carried} == {"Bearer"}


def test_what_a_service_app_lacks_is_told_with_its_remedy(
    world: OktaWorld, app_key: rsa.RSAPrivateKey
) -> None:
    """The scope, the role, the app's own switches, the key: each names where in Okta it is put right."""
    world.person("1001", jpeg(1))
    settings = as_app(world, app_key)
    assert okta.probe_source(settings) == []
    world.server.app_role = False
    (told,) = okta.probe_source(settings)
    assert (
        "client_id: the service app needs the scope okta.users.read (Okta API Scopes), and under Admin roles"
        in told
    )
    assert "You do not have permission" in told
    world.server.app_scopes = set()
    (told,) = okta.probe_source(settings)
    assert "invalid_scope" in told
    assert "grant the app okta.users.read under Okta API Scopes" in told
    world.server.app_dpop = True
    (told,) = okta.probe_source(settings)
    assert "switch off «Require Demonstrating Proof of Possession (DPoP)»" in told
    world.server.app_key = rsa.generate_private_key(65537, 2048).public_key()
    (told,) = okta.probe_source(settings)
    assert "invalid_client: The client_assertion signature is invalid." in told
    assert "active keys" in told
    public = json.dumps(json.loads(RSAAlgorithm.to_jwk(app_key.public_key())))
    for text in (public, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "{}", "secret"):
        (told,) = okta.probe_source(as_app(world, app_key, text))
        assert "is no private key as Okta makes it: a JWK, or an RSA key in PEM" in told
        assert "AAAA" not in told


def test_the_token_goes_to_okta_only(world: OktaWorld, tmp_path: Path) -> None:
    """Not to the server of photos; and only two kinds of calls are made."""
    for key in ("1001", "1002", "1003", "1004"):
        world.person(key, jpeg(1))
    synced(world, tmp_path / "sync")
    assert {one["authorization"] for one in world.server.carried} == {f"SSWS {TOKEN}"}
    assert all("authorization" not in one and "cookie" not in one for one in world.photos.carried)
    calls = okta._Okta(world.settings(), Pace())._calls
    for method, path in [
        ("GET", "/api/v1/users"), ("GET", "/api/v1/users/1/groups"), ("POST", "/api/v1/users/1"),
        ("DELETE", "/api/v1/users/1"), ("GET", "/api/v1/groups?x"), ("PUT", "/api/v1/users/1"),
        ("POST", "/api/v1/users/1/lifecycle/deactivate"), ("GET", "/api/v1/users/1?x"),
    ]:  # fmt: skip
        with pytest.raises(ValueError, match="not a call"):
            calls.call(method, path)


def test_the_list_goes_on_where_okta_says(world: OktaWorld, tmp_path: Path) -> None:
    """By its own link, as it is; from a page's mark in a new process, too, and photos of the pages before are found."""
    for n in range(8):
        world.person(str(1000 + n), jpeg(n))
    with closing(world.open()) as source:
        pages = list(source.pages(""))
    assert [len(page.entries) for page in pages] == [3, 3, 2]
    assert world.server.calls[1] == "/api/v1/users?after=1002&limit=3&x=a%2Cb" == pages[0].next
    assert (pages[-1].next, pages[-1].then) == ("", "")
    with closing(world.open()) as source:
        assert [len(page.entries) for page in source.pages(pages[0].next)] == [3, 2]
        (got,) = source.photos([("1000", "")])
        (nobody,) = source.photos([("9999", "")])
        (strange,) = source.photos([("../groups", "")])
    assert got.picture == jpeg(0)
    assert (nobody.picture, nobody.problem, strange.picture) == (None, None, None)
    assert len(synced(world, tmp_path / "sync")) == 8


def test_a_mark_that_okta_takes_no_more_is_stale(world: OktaWorld) -> None:
    """Everybody is listed anew then; without a mark the same answer is an error."""
    world.person("1001", jpeg(1))
    with closing(world.open()) as source:
        with pytest.raises(StaleMarkError):
            next(source.pages("/api/v1/users?after=gone&limit=3"))
        world.fail("list", "404", 9)
        with pytest.raises(ConfigError, match="does not answer like Okta: Not found"):
            next(source.pages(""))


@pytest.mark.parametrize(
    "where", ["https://evil.test", "http://127.0.0.1:1", "https://example.okta.com.evil.test"]
)
def test_the_token_follows_no_link_to_another_place(world: OktaWorld, where: str) -> None:
    """A company's own domain is named in the settings."""
    world.server.elsewhere = where
    for n in range(4):
        world.person(str(1000 + n))
    with closing(world.open()) as source, pytest.raises(ConfigError, match=rf"^url: .*{where}"):
        list(source.pages(""))


def test_a_list_that_goes_round_ends(world: OktaWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no list."""
    world.person("1001")
    monkeypatch.setattr(okta._Okta, "_following", lambda *_: "/api/v1/users?limit=200")
    with closing(world.open()) as source, pytest.raises(OutsideError, match="again and again"):
        list(source.pages(""))


def test_the_limit_is_shared_with_others(world: OktaWorld) -> None:
    """Before it is used up we wait for its reset, by Okta's own clock; and so after a refusal."""
    clock = Clock()
    for n in range(9):
        world.person(str(1000 + n))
    world.server.limit, world.server.remaining = 20, 4

    def pace(limits: Limits) -> Pace:
        return Pace(limits, clock, clock.sleep)

    with closing(okta.open_source(world.settings(), "people", pace)) as source:
        pages = source.pages("")
        next(pages)
        assert clock.now == 0
        next(pages)
        next(pages)
        assert clock.now == pytest.approx(43)
    world.server.limit = world.server.remaining = 600
    world.server.faults, clock.now = ["429"], 0
    with closing(okta.open_source(world.settings(), "people", pace)) as source:
        next(source.pages(""))
        assert clock.now == pytest.approx(43)


def test_a_new_token_is_read_while_it_runs(world: OktaWorld) -> None:
    """Whoever replaces the file has to start nothing again."""
    world.person("1001")
    with closing(world.open()) as source:
        world.server.tokens = {"00-new"}
        world.token.write_text("00-new")
        assert len(next(source.pages("")).entries) == 1
        world.server.tokens = set()
        with pytest.raises(ConfigError, match=r"token_file: .*Invalid token provided \(401 E0000011\)"):
            next(source.pages(""))


def test_a_photo_at_another_address_is_another_photo(world: OktaWorld) -> None:
    """Though its version were the same; the same one is not sent again."""
    world.person("1001", jpeg(1))
    with closing(world.open()) as source:
        list(source.pages(""))
        (first,) = source.photos([("1001", "")])
        (again,) = source.photos([("1001", first.version)])
        assert (again.same, again.version, again.picture) == (True, first.version, None)
        world.photos.photos["/photo/other.jpg"] = jpeg(1)
        world.server.users["1001"]["profile"]["photoUrl"] = (
            f"http://127.0.0.1:{world.photos.port}/photo/other.jpg"
        )
        list(source.pages(""))
        (moved,) = source.photos([("1001", first.version)])
        list(source.photos([("1001", "0123456789abcdef Fri, 27 Nov 2026 08:00:00 GMT")]))
    assert (moved.picture, moved.same) == (jpeg(1), False)
    assert not {"if-none-match", "if-modified-since"} & {*world.photos.carried[-1], *world.photos.carried[-2]}


def test_an_address_at_a_strange_host_is_one_persons_problem(world: OktaWorld, tmp_path: Path) -> None:
    """It names the key; the others come."""
    world.person("1001", jpeg(1))
    world.person("1002", jpeg(2))
    world.server.users["1001"]["profile"]["photoUrl"] = "https://evil.test/1001.jpg"
    found = synced(world, tmp_path / "sync")
    assert "photo_hosts.hosts" in found["1001"].note
    assert found["1002"].digest


def test_attributes_are_named_in_the_settings(world: OktaWorld) -> None:
    """A company's own ones; values of other kinds are none."""
    world.person("1001", jpeg(1), email="a@example.com")
    world.server.users["1001"]["profile"] |= {"badge": 17, "picture": "x", "list": ["a"], "costCenter": "C1"}
    more = {"fields": {"employee_number": "badge", "entity": "list", "department": "costCenter"}}
    with closing(okta.open_source(world.settings(**more, photo_attribute="face"), "people")) as source:
        (entry,) = next(source.pages("")).entries
    assert entry.values["employee_number"] == "17"
    assert (entry.values["entity"], entry.values["department"]) == ("", "C1")
    assert (entry.values["subject"], entry.values["title"], entry.photo) == ("1001", "", None)


def test_what_stands_in_the_way_is_told(world: OktaWorld) -> None:
    """In Okta's own words, and with the key; nothing when all is well."""
    assert okta.probe_source(world.settings()) == ["Okta lists nobody whom this token may see"]
    world.person("1001", jpeg(1))
    assert okta.probe_source(world.settings()) == []
    (told,) = okta.probe_source(world.settings(photo_attribute="face"))
    assert told.startswith("photo_attribute: none of the first 1 people")
    world.server.users["1001"]["profile"]["photoUrl"] = "https://evil.test/1001.jpg"
    (told,) = okta.probe_source(world.settings())
    assert "photo_hosts.hosts" in told
    world.fail("list", "403", 9)
    (told,) = okta.probe_source(world.settings())
    assert "View users and their details" in told
    assert "You do not have permission to perform the requested action (403 E0000006)" in told
    world.token.unlink()
    (told,) = okta.probe_source(world.settings())
    assert "token" in told


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"url": "http://example.okta.com"}, "https"),
        ({"token_file": None}, "client_id and key_file of a service app, or token_file alone"),
        ({"client_id": "0oa"}, "client_id and key_file"),
        ({"token_file": None, "client_id": "0oa"}, "client_id and key_file"),
        ({"client_id": "0oa", "key_file": "key"}, "token_file alone"),
    ],
)
def test_settings_are_checked(changed: dict[str, Any], words: str) -> None:
    """Secrets travel over https only, and there is one way in."""
    with pytest.raises(ValidationError, match=words):
        okta.SourceSettings(**{"url": "https://example.okta.com", "token_file": "token", **changed})
