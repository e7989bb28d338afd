"""Google Workspace as one source of a job, by the contract of all sources and against Google's own description."""

from collections.abc import Iterator
from contextlib import closing
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

import pytest
from PIL import Image
from pydantic import ValidationError

from catchlight.errors import ConfigError, OutsideError
from catchlight.source import Source, StaleMarkError
from catchlight.source_memory import Memory
from catchlight.vault import Vault
from connectors import _allowed_calls, _google_source, google_directory
from connectors._google_photos import PROFILE
from connectors._trust import trusted
from flows.syncing import sync
from tests.fake_google import FakeGoogle
from tests.faulty_answers import IMPATIENT, faulty
from tests.google_answers import Answer, fault, said
from tests.google_fixtures import as_written, workspace
from tests.published_company import portrait
from tests.source_contract import Contract, synced
from tests.source_worlds import Fault, What, jpeg

TRUSTED = cache(trusted)
PATHS = {"list": "/users$", "photo": "/photos/thumbnail$"}
FAULTS = frozenset[Fault](["401", "403", "429", "500", "truncated", "wrong_type", "slow"])


class GoogleWorld:
    """A company whose staff are in one organizational unit; its photos come as they were given."""

    none = ("404", "plain 404", "monogram")
    tells = True
    page = 3

    def __init__(self, company: FakeGoogle, folder: Path) -> None:
        """Begin with nobody but the administrator, who is no staff."""
        company.users.pop("101", None)
        company.as_given = True
        company.issuer.delegated = {*_google_source.SCOPES, *PROFILE}
        self.company, self.folder = company, folder
        self.calls = company.heard
        self.patient = True

    def person(self, key: str, picture: bytes | None = None, **values: str) -> None:
        """Add a user."""
        more = {
            "name": {"givenName": values.get("given_name", ""), "familyName": values.get("family_name", "")}
        }
        title = [{"title": values["title"], "primary": True}] if "title" in values else []
        self.company.add(
            key, values.get("email", f"p{key}@example.com"), orgUnitPath="/Staff", organizations=title, **more
        )
        if picture:
            self.company.photos[key] = picture

    def without_photo(self, key: str, how: str) -> None:
        """Delete the photo; Google says so, says just 404, or shows a letter that it drew itself."""
        del self.company.photos[key]
        self.company.plain_404, self.company.monograms = how == "plain 404", how == "monogram"

    def gone(self, key: str) -> None:
        """Suspend somebody."""
        self.company.users[key]["suspended"] = True

    def fail(self, what: What, fault: Fault, times: int) -> None:
        """Let answers be faulty."""
        self.company.stuck[PATHS[what]] = (times, _google_fault(fault))
        self.patient = fault != "slow" or times == 0

    def open(self, **changed: Any) -> Source:
        """Return the source."""
        return google_directory.open_source(self.settings(**changed), "google")

    def settings(self, **changed: Any) -> google_directory.SourceSettings:
        """Return settings as IT would write them."""
        own = {"page": self.page, "query": "orgUnitPath='/Staff'"}
        own |= {} if self.patient else {"timeout": IMPATIENT}
        return google_directory.SourceSettings(**as_written(self.company, self.folder, **{**own, **changed}))


def _google_fault(kind: Fault) -> Answer:
    words = {
        "401": said(401, "authError", "Invalid Credentials"),
        "403": said(403, "forbidden", "Not Authorized to access this resource/api"),
        "429": fault("429"),
        "500": fault("500"),
    }
    return words.get(kind) or faulty(Answer, kind)


@pytest.fixture
def company(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGoogle]:
    """Return a running company; authorities are read once, since each test opens its source several times."""
    monkeypatch.setattr(_allowed_calls, "trusted", TRUSTED)
    with workspace() as company:
        yield company


@pytest.fixture
def world(company: FakeGoogle, tmp_path: Path) -> GoogleWorld:
    """Return an empty company whose profiles are read, which takes all calls that there are."""
    return GoogleWorld(company, tmp_path)


@pytest.fixture
def staff(world: GoogleWorld) -> GoogleWorld:
    """Return a company of seven with photos."""
    for n in range(7):
        world.person(str(1000 + n), jpeg(n))
    return world


class TestGoogle(Contract):
    """The contract."""

    FAULTS: ClassVar[frozenset[tuple[What, Fault]]] = frozenset(
        (what, fault) for what in ("list", "photo") for fault in FAULTS
    )


def test_the_larger_picture_is_taken_and_the_small_one_by_setting(staff: GoogleWorld) -> None:
    """As Google really stores them: 96 pixels in the directory, the profile's own beside it."""
    staff.company.as_given = False
    staff.company.photos["1000"] = portrait("anna", 600, 600)
    for photos, size in (("profile", 600), ("thumbnail", 96)):
        with closing(staff.open(photos=photos)) as source:
            list(source.pages(""))
            (got,) = source.photos([("1000", "")])
        assert Image.open(BytesIO(got.picture or b"")).size == (size, size)
        assert got.version == staff.company._told(staff.company.users["1000"])["thumbnailPhotoEtag"]


def test_nothing_but_reading_is_done(staff: GoogleWorld, tmp_path: Path) -> None:
    """With a scope that allows no more, and no property of a user but those that are needed."""
    synced(staff, tmp_path / "sync")
    assert {verb for verb, path in staff.company.calls if path != "/token"} == {"GET"}
    assert all("directory.user.readonly" in s or "userinfo" in s for s in staff.company.issuer.delegated)
    calls = staff.open().pages.__self__.calls  # type: ignore[attr-defined]
    for verb, path in [
        ("PUT", "/admin/directory/v1/users/1000/photos/thumbnail"),
        ("GET", "/admin/directory/v1/groups"),
    ]:
        with pytest.raises(ValueError, match="not a call that this connector makes"):
            calls.call(verb, path)


def test_a_changed_photo_costs_the_others_nothing(staff: GoogleWorld, tmp_path: Path) -> None:
    """The list tells by etags: one photo is fetched, though nothing else of the person changed."""
    before = synced(staff, tmp_path / "sync")
    staff.company.photos["1003"] = jpeg(30)
    del staff.calls[:]
    after = synced(staff, tmp_path / "sync")
    assert {key for key in before if before[key] != after[key]} == {"1003"}
    assert [call for call in staff.calls if "/photos/" in call] == [
        "GET /admin/directory/v1/users/1003/photos/thumbnail"
    ]


def test_a_list_goes_on_in_another_process(staff: GoogleWorld, tmp_path: Path) -> None:
    """From its page token; photos of the first pages keep their etags, and are not fetched a second time."""
    with closing(Memory(tmp_path / "a.db")) as memory, closing(staff.open()) as source:
        first = next(source.pages(""))
        memory.begin_anew(changes=False)
        memory.take(first)
    del staff.calls[:]
    with closing(Memory(tmp_path / "a.db")) as memory:
        for _ in range(2):
            with closing(staff.open()) as source:
                sync(source, memory, Vault(tmp_path / "vault"), 0.9)
        assert len(list(memory.people())) == 7
    lists = [call for call in staff.calls if call.endswith("/users")]
    assert len(lists) == 2 + 3
    assert len([call for call in staff.calls if "/photos/" in call]) == 7


def test_a_page_token_that_ended_begins_anew(staff: GoogleWorld, tmp_path: Path) -> None:
    """It lives for three days. One that ends while we read is Google's trouble, not a loop."""
    first = next(staff.open().pages(""))
    with closing(Memory(tmp_path / "sync/source.db")) as memory:
        memory.begin_anew(changes=False)
        memory.take(first)
    staff.company.old_tokens += 1
    with pytest.raises(StaleMarkError, match="pageToken"):
        list(staff.open().pages(first.next))
    assert len(synced(staff, tmp_path / "sync")) == 7
    pages = staff.open().pages("")
    next(pages)
    staff.company.old_tokens += 1
    with pytest.raises(OutsideError, match="changed while it was read"):
        next(pages)


def test_values_are_read_by_paths(staff: GoogleWorld) -> None:
    """By type, also a company's own; the first choice of several; properties of the company's own schemas; null."""
    staff.company.users["1000"] |= {
        "externalIds": [
            {"type": "custom", "customType": "Badge", "value": "B7"},
            {"type": "organization", "value": "007"},
        ],
        "organizations": [{"title": "Guest"}, {"title": "Head", "department": None, "primary": True}],
        "languages": [{"languageCode": "en"}, {"languageCode": "de", "preference": "preferred"}],
        "customSchemas": {"HR": {"entity": "GmbH"}},
    }
    fields = {"username": "externalIds[badge].value", "entity": "customSchemas.HR.entity", "started": ""}
    found = {one.key: one.values for page in staff.open(fields=fields).pages("") for one in page.entries}
    anna, ben = found["1000"], found["1001"]
    assert (anna["employee_number"], anna["username"], anna["title"]) == ("007", "B7", "Head")
    assert (anna["department"], anna["language"], anna["entity"]) == ("", "de", "GmbH")
    assert (ben["employee_number"], ben["entity"]) == ("", "")
    assert "started" not in anna
    for wrong in ("a b", "externalIds[", "name..givenName", "id,users(id)"):
        with pytest.raises(ValidationError, match=r"fields"):
            staff.settings(fields={"title": wrong})
    with pytest.raises(
        ConfigError, match=r"fields: Google has no such property.*Invalid field selection nmae"
    ):
        list(staff.open(fields={"title": "nmae.givenName"}).pages(""))


@pytest.mark.parametrize("answer", [Answer(200, b"<html>"), fault("500"), Answer(200, b"{}")])
@pytest.mark.parametrize("where", ["/v1/people/me", "/picture/"])
def test_a_profile_that_fails_stores_nothing_broken(
    staff: GoogleWorld, tmp_path: Path, answer: Answer, where: str
) -> None:
    """Once it is asked again; for good the photo waits for the next time, or the directory's own is taken."""
    staff.company.stuck[where] = (1, answer)
    list(staff.open().photos([("1000", "")]))
    staff.company.stuck[where] = (1000, answer)
    try:
        found = synced(staff, tmp_path / "sync")
        assert all(Vault(tmp_path / "sync/vault").get(one.digest) for one in found.values() if one.digest)
    except OutsideError:
        pass
    staff.company.stuck.clear()
    found = synced(staff, tmp_path / "sync")
    assert all(
        Vault(tmp_path / "sync/vault").get(one.digest) == jpeg(int(key) - 1000) for key, one in found.items()
    )


def test_the_probe_says_what_is_missing(staff: GoogleWorld) -> None:
    """In Google's own words; nothing is changed."""
    probe = google_directory.probe_source
    assert probe(staff.settings()) == []
    (told,) = probe(staff.settings(fields={"entity": "customSchemas.HR.entity"}))
    assert told == "fields.entity: none of the first 3 users has customSchemas.HR.entity"
    (told,) = probe(staff.settings(query="orgUnitPath='/Stuff'"))
    assert "no users are listed; is query right?" in told
    staff.company.issuer.delegated -= set(PROFILE)
    (told,) = probe(staff.settings())
    assert "needs the scopes https://www.googleapis.com/auth/userinfo.profile" in told
    assert probe(staff.settings(photos="thumbnail")) == []
    staff.company.issuer.delegated.clear()
    (told,) = probe(staff.settings(photos="thumbnail"))
    assert "https://www.googleapis.com/auth/admin.directory.user.readonly" in told
    (told,) = probe(staff.settings(url="http://127.0.0.1:9"))
    assert staff.company.changes() == []


def test_a_photo_that_may_not_be_read_is_that_persons_alone(staff: GoogleWorld) -> None:
    """With the right that the role lacks; somebody who is gone by now, too, holds up nobody."""
    with closing(staff.open()) as source:
        list(source.pages(""))
        staff.company.protected.add("1000")
        del staff.company.users["1001"], staff.company.photos["1001"]
        got = list(source.photos([("1000", ""), ("1001", ""), ("1002", "")]))
    assert "the role needs Users → Read" in str(got[0].problem)
    assert got[1].problem is not None
    assert got[1].problem.reason == "account.gone"
    assert got[2].picture == jpeg(2)


def test_an_etag_that_is_gone_is_asked_about_at_once(staff: GoogleWorld, tmp_path: Path) -> None:
    """Google nowhere says that no etag is no photo; whoever had none before waits for their turn."""
    del staff.company.photos["1000"]
    synced(staff, tmp_path / "sync")
    del staff.company.photos["1005"]
    assert synced(staff, tmp_path / "sync")["1005"].digest == ""
