"""SAP SuccessFactors as a source, against a stateful stand-in by its published contract."""

from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import pytest
import stamina
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import ValidationError

from catchlight.errors import ConfigError, OutsideError
from catchlight.source import Fetched, Page, Source, StaleMarkError
from connectors import successfactors
from connectors._photo_dates import is_date, seen_at
from tests.fake_successfactors import ABOVE, API_KEY, COLUMNS, PASSWORD, TOKEN, USER, FakeSuccessFactors
from tests.faulty_answers import IMPATIENT
from tests.http_stand_in import serving
from tests.source_contract import Contract, synced
from tests.source_worlds import Fault, What, jpeg


class SuccessFactorsWorld:
    """A company at SuccessFactors."""

    none = ("404", "204", "empty")
    tells = False
    page = 3
    changed: dict[str, Any] = {}  # noqa: RUF012  replaced, never changed

    def __init__(self, company: FakeSuccessFactors, folder: Path) -> None:
        """Begin with nobody."""
        self.company, self.calls, self.folder = company, company.calls, folder
        self.password = self.secret("password", PASSWORD)

    def secret(self, name: str, words: str) -> Path:
        """Return a file with a secret in it."""
        file = self.folder / name
        file.touch(0o600)
        file.write_text(words)
        return file

    def person(self, key: str, picture: bytes | None = None, **values: str) -> None:
        """Hire or change somebody."""
        told = {COLUMNS.get(name, name): value for name, value in values.items()}
        self.company.people[key] = {"userId": key, "empId": f"E{key}", "status": "t", **told}
        if picture and self.company.photos.get(key, (b"",))[0] != picture:
            self.company.photo(key, picture)

    def without_photo(self, key: str, how: str) -> None:
        """Take somebody's photo away."""
        del self.company.photos[key]
        self.company.empty[key] = how
        self.changed = {**self.changed, "recheck_days": 0}  # enough time passes for it to be asked for again

    def gone(self, key: str) -> None:
        """Let somebody's account be inactive."""
        self.company.people[key]["status"] = "f"

    def fail(self, what: What, fault: Fault, times: int) -> None:
        """Let answers be faulty."""
        self.company.faults.set(what, fault, times)
        self.changed = {**self.changed, "timeout": IMPATIENT if fault == "slow" and times else 60}

    def settings(self, **changed: Any) -> successfactors.SourceSettings:
        """Return settings as IT would write them."""
        told = {"url": self.company.url, "user": USER, "password_file": self.password, "page": self.page}
        return successfactors.SourceSettings(**{**told, **self.changed, **changed})

    def open(self, **changed: Any) -> Source:
        """Return the source."""
        return successfactors.open_source(self.settings(**changed), "sf")

    def pages(self, mark: str = "", **changed: Any) -> list[Page]:
        """Return all pages."""
        with closing(self.open(**changed)) as source:
            return list(source.pages(mark))

    def photo(self, key: str, known: str = "", **changed: Any) -> Fetched:
        """Return what the source gives for one person."""
        with closing(self.open(**changed)) as source:
            return next(iter(source.photos([(key, known)])))


class PropertyWorld(SuccessFactorsWorld):
    """The same, with photos in a property."""

    none = ("no row", "null")
    changed: dict[str, Any] = {"photo_as": "base64"}  # noqa: RUF012  same


@pytest.fixture
def company() -> Iterator[FakeSuccessFactors]:
    """Return a company without people; nothing waits before it tries again."""
    company = FakeSuccessFactors()
    with serving(company.answer, company.token) as url, stamina.set_testing(True, attempts=3):
        company.url = url + ABOVE
        yield company


@pytest.fixture
def world(company: FakeSuccessFactors, tmp_path: Path) -> SuccessFactorsWorld:
    """Return the company as the contract sees it."""
    return SuccessFactorsWorld(company, tmp_path)


_LIST: frozenset[tuple[What, Fault]] = frozenset(
    {("list", "401"), ("list", "403"), ("list", "404"), ("list", "429"), ("list", "500"), ("list", "truncated"),
     ("list", "wrong_type"), ("list", "slow")}
)  # fmt: skip
_PHOTO: frozenset[tuple[What, Fault]] = frozenset(
    {("photo", "401"), ("photo", "403"), ("photo", "404"), ("photo", "429"), ("photo", "500"), ("photo", "truncated"),
     ("photo", "wrong_type"), ("photo", "slow")}
)  # fmt: skip


class TestSuccessFactors(Contract):
    """The contract, by /photo/$value."""

    FAULTS: ClassVar[frozenset[tuple[What, Fault]]] = _LIST | _PHOTO


class ListWorld(SuccessFactorsWorld):
    """The same, with a list of all photos' dates."""

    tells = True
    changed: dict[str, Any] = {"photo_list": True}  # noqa: RUF012  same


class TestPhotoList(Contract):
    """The contract, where one list tells when each photo changed."""

    FAULTS: ClassVar[frozenset[tuple[What, Fault]]] = _LIST | {
        ("photo", "403"),
        ("photo", "500"),
        ("photo", "truncated"),
    }

    @pytest.fixture
    def world(self, company: FakeSuccessFactors, tmp_path: Path) -> SuccessFactorsWorld:
        """Return the company as the contract sees it."""
        return ListWorld(company, tmp_path)


class AppWorld(SuccessFactorsWorld):
    """The same, by tokens that we sign for."""

    def settings(self, **changed: Any) -> successfactors.SourceSettings:
        """Return settings as IT would write them."""
        return super().settings(**{**as_app(self), **changed})


class TestApplication(Contract):
    """The contract, by tokens that we sign for: one that ended in the middle is replaced."""

    FAULTS: ClassVar[frozenset[tuple[What, Fault]]] = frozenset(
        {("list", "401"), ("photo", "401"), ("list", "403")}
    )

    @pytest.fixture
    def world(self, company: FakeSuccessFactors, tmp_path: Path) -> SuccessFactorsWorld:
        """Return the company as the contract sees it."""
        return AppWorld(company, tmp_path)


@cache
def app_key() -> rsa.RSAPrivateKey:
    """Return the private key of an application's certificate."""
    return rsa.generate_private_key(65537, 2048)


def as_app(world: SuccessFactorsWorld) -> dict[str, Any]:
    """Return what signs in as an application that the company knows."""
    pem = app_key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    world.company.certified = app_key().public_key()
    return {"password_file": None, "client_id": API_KEY, "key_file": world.secret("app-key", pem.decode())}


class TestPhotosInAProperty(Contract):
    """The contract, by the property of the entity Photo."""

    FAULTS: ClassVar[frozenset[tuple[What, Fault]]] = frozenset({("photo", "404"), ("photo", "truncated")})

    @pytest.fixture
    def world(self, company: FakeSuccessFactors, tmp_path: Path) -> SuccessFactorsWorld:
        """Return the company as the contract sees it."""
        return PropertyWorld(company, tmp_path)


@pytest.mark.parametrize("photo_as", ["value", "base64"])
@pytest.mark.parametrize("key", ["O'Brien", "a/b", "x') or ('1' eq '1", "mü ller%2F", "a?b#c&d=1"])
def test_ids_of_all_kinds_are_one_id(world: SuccessFactorsWorld, key: str, photo_as: str) -> None:
    """A quotation mark is doubled and everything else escaped: nobody else's photo is ever asked for."""
    world.person(key, jpeg(1))
    world.person("1", jpeg(2))
    assert world.photo(key, photo_as=photo_as).picture == jpeg(1)


@pytest.mark.parametrize("dated", [True, False])
def test_a_photo_that_is_the_same_is_not_sent(world: SuccessFactorsWorld, dated: bool) -> None:
    """Asked with the date of the photo, or of the last answer, in the only form that the server takes."""
    world.company.dated = dated
    world.person("1", jpeg(1))
    first = world.photo("1")
    assert first.picture == jpeg(1)
    assert is_date(first.version)
    assert world.photo("1", first.version) == Fetched("1", version=first.version, same=True)
    world.company.photos["1"] = (jpeg(2), seen(world))
    assert world.photo("1", first.version).picture == jpeg(2)
    assert world.photo("1", "2026-11-27").picture == jpeg(2)


def seen(world: SuccessFactorsWorld) -> Any:
    """Return a moment later than any of this test."""
    return world.company.clock.replace(year=2040)


def test_a_moment_is_written_as_http_wants_it() -> None:
    """RFC 1123 in GMT; a server that tells no date gives no version."""
    assert seen_at({"date": "Fri, 27 Nov 2026 08:05:01 GMT"}) == "Fri, 27 Nov 2026 08:00:01 GMT"
    assert seen_at({"last-modified": "Mon, 02 Nov 2026 09:00:00 GMT", "date": "x"}).startswith("Mon, 02 Nov")
    assert seen_at({}) == ""
    assert not is_date("2026-11-27T08:05:01Z")


def test_only_active_users_of_the_wanted_kinds_are_listed(world: SuccessFactorsWorld) -> None:
    """The filter says so, and a server that passes over it is not believed."""
    for key, status in {"1": "t", "2": "T", "3": "f", "4": "e"}.items():
        world.person(key, jpeg(1))
        world.company.people[key]["status"] = status
    assert [one.key for page in world.pages() for one in page.entries] == ["1"]
    assert "$filter=status in 't'&" in world.calls[0]
    assert [one.key for page in world.pages(status=("t", "e")) for one in page.entries] == ["1", "4"]


def test_values_are_text(world: SuccessFactorsWorld) -> None:
    """Null is nothing, a moment is a day, a property of the company's own is read."""
    world.person("1", jpeg(1))
    world.company.people["1"] |= {"hireDate": "/Date(1388534400000)/", "title": None, "custom01": "Berlin"}
    values = world.pages(fields={"entity": "custom01"})[0].entries[0].values
    assert (values["started"], values["title"], values["entity"]) == ("2014-01-01", "", "Berlin")
    assert values["employee_number"] == "E1"


def test_the_list_goes_on_where_it_was_while_the_server_remembers(world: SuccessFactorsWorld) -> None:
    """And says so when it does not."""
    for n in range(7):
        world.person(str(n), jpeg(1))
    with closing(world.open()) as source:
        first = next(iter(source.pages("")))
    rest = world.pages(first.next)
    assert [one.key for page in (first, *rest) for one in page.entries] == list("0123456")
    with pytest.raises(StaleMarkError):
        world.pages(first.next)


def test_pages_are_asked_for_at_our_own_address_only(world: SuccessFactorsWorld) -> None:
    """A next page somewhere else gets neither a call nor the password."""
    for n in range(7):
        world.person(str(n), jpeg(1))
    ours, world.company.url = world.company.url, "https://other.example.com/odata/v2"
    assert sum(len(page.entries) for page in world.pages(url=ours)) == 7


def test_rights_are_told_in_successfactors_words(world: SuccessFactorsWorld) -> None:
    """Whoever may not see one person's photo may see others; who sees none lacks a right."""
    for n in range(12):
        world.person(str(n), jpeg(n))
    assert successfactors.probe_source(world.settings(page=500)) == []
    world.company.hidden = {"3"}
    with closing(world.open()) as source:
        got = {one.key: one for one in source.photos([(str(n), "") for n in range(12)])}
    assert [key for key, one in got.items() if one.problem] == ["3"]
    world.company.photo_right = False
    with (
        closing(world.open()) as source,
        pytest.raises(ConfigError, match=r"password_file: .*Employee Data: Photo \(View\).*403"),
    ):
        list(source.photos([(str(n), "") for n in range(12)]))
    world.company.photo_right = True
    told = successfactors.probe_source(world.settings(fields={"entity": "custom99"}))[0]
    assert "fields: " in told
    assert "User/custom99" in told
    world.password.write_text("old")
    assert (
        "password_file: SuccessFactors does not let us in (401 LGN0007"
        in successfactors.probe_source(world.settings())[0]
    )


def test_somebody_who_left_meanwhile_is_one_persons_problem(world: SuccessFactorsWorld) -> None:
    """SuccessFactors answers 400 for the photo of an inactive user."""
    world.person("1", jpeg(1))
    world.gone("1")
    problem = world.photo("1").problem
    assert problem
    assert problem.reason == "account.gone"


def test_a_token_is_read_each_time(world: SuccessFactorsWorld) -> None:
    """Somebody else renews it; in the middle of a list, too."""
    token = world.secret("token", "old")
    changed = {"user": "", "password_file": None, "token_file": token}
    world.person("1", jpeg(1))
    with closing(world.open(**changed)) as source:
        with pytest.raises(ConfigError, match="token_file: SuccessFactors does not let us in"):
            next(iter(source.pages("")))
        token.write_text(TOKEN)
        assert next(iter(source.pages(""))).entries


def test_an_application_signs_for_its_own_tokens(world: SuccessFactorsWorld) -> None:
    """In the API user's name, with the key of its certificate; one token for all calls, and a new one when it has ended."""
    for n in range(7):
        world.person(str(n), jpeg(n))
    with closing(world.open(**as_app(world))) as source:
        pages = source.pages("")
        next(pages)
        (first,) = world.company.given
        world.company.given.clear()
        assert sum(len(page.entries) for page in pages) == 4
    assert world.company.given - {first}


def test_why_there_is_no_token_is_told_with_its_remedy(world: SuccessFactorsWorld) -> None:
    """In SuccessFactors' words; the key is never quoted."""
    world.person("1", jpeg(1))
    app = as_app(world)
    assert successfactors.probe_source(world.settings(**app)) == []
    (told,) = successfactors.probe_source(world.settings(**app, user="hr@example.com@example"))
    assert "Login failed - invalid user" in told
    assert "user is the API user's user ID" in told
    (told,) = successfactors.probe_source(world.settings(**{**app, "client_id": "other"}))
    assert "401 Invalid client ID" in told
    assert "its API key is client_id" in told
    world.company.certified = rsa.generate_private_key(65537, 2048).public_key()
    (told,) = successfactors.probe_source(world.settings(**app))
    assert "Unable to verify the signature of the SAML assertion" in told
    assert "Manage OAuth2 Client Applications" in told
    for words in ("secret", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"):
        (told,) = successfactors.probe_source(
            world.settings(**{**app, "key_file": world.secret("none", words)})
        )
        assert told.endswith("none is no private RSA key in PEM without a password")


def test_a_list_of_dates_saves_asking_for_each_photo(world: SuccessFactorsWorld, tmp_path: Path) -> None:
    """Unchanged photos cost a page of dates; whoever is not on the list is still asked for; no right to it is told."""
    world.changed = {"photo_list": True, "recheck_days": 28}
    for n in range(8):
        world.person(str(1000 + n), jpeg(n) if n else None)
    before = synced(world, tmp_path / "sync")
    world.company.photo("1003", jpeg(30))
    del world.calls[:]
    after = synced(world, tmp_path / "sync")
    assert [call for call in world.calls if "$value" in call and "1000" not in call] == [
        "/odata/v2/Photo(photoType=1,userId='1003')/photo/$value?"
    ]
    assert {key for key in after if after[key].digest != before[key].digest} == {"1003"}
    world.company.photo_right = False
    (told,) = successfactors.probe_source(world.settings())
    assert told.startswith("photo_list: SuccessFactors does not list photos (403")
    assert "set photo_list = false" in told


def test_dates_of_the_list_take_the_place_of_those_of_answers(
    world: SuccessFactorsWorld, tmp_path: Path
) -> None:
    """When the list is switched on later, each photo is asked for once more, and not each time."""
    for n in range(5):
        world.person(str(1000 + n), jpeg(n))
    synced(world, tmp_path / "sync")
    world.changed = {"photo_list": True}
    synced(world, tmp_path / "sync")
    del world.calls[:]
    synced(world, tmp_path / "sync")
    assert not [call for call in world.calls if "$value" in call]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"user": "", "password_file": None}, "user, client_id and key_file; or token_file alone"),
        ({"token_file": "token"}, "or token_file alone; or user and password_file"),
        ({"password_file": None}, "user, client_id and key_file"),
        ({"client_id": "k"}, "user, client_id and key_file"),
        ({"user": "CATCHLIGHT"}, "pattern"),
        ({"url": "http://api4.successfactors.com/odata/v2"}, "https only"),
        ({"fields": {"title": "empInfo/title"}}, "paths such as empInfo"),
        ({"page": 5000}, "1000"),
        ({"status": ("f",)}, "'t', 'T' or 'e'"),
    ],
)
def test_wrong_settings_are_refused(world: SuccessFactorsWorld, changed: dict[str, Any], words: str) -> None:
    """With a sentence on what is right."""
    with pytest.raises(ValidationError, match=words):
        world.settings(**changed)


def test_a_page_of_a_proxy_is_no_missing_photo(world: SuccessFactorsWorld, tmp_path: Path) -> None:
    """A 404 counts only in SuccessFactors' own words."""
    world.person("1", jpeg(1))
    before = synced(world, tmp_path / "sync")["1"].digest
    world.fail("photo", "404", 100)
    assert synced(world, tmp_path / "sync")["1"].digest == before
    with pytest.raises(OutsideError, match="not in SuccessFactors' words"):
        world.photo("1")
