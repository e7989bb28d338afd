"""Google Workspace's directory photos as a destination, against a stateful stand-in that keeps to Google's own description."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pydantic import ValidationError

from catchlight.errors import CatchlightError, ConfigError, OutsideError, PhotoError
from catchlight.place import Place
from catchlight.records import Employee
from connectors import google_directory
from tests.fake_google import FakeGoogle
from tests.google_answers import Answer, fault, said, scaled, told
from tests.google_fixtures import as_written, workspace
from tests.place_contract import keeps_the_contract, refuses_strange_targets, shows
from tests.published_company import portrait

ANNA = Employee("1", email="anna@example.org")
PHOTO = "/admin/directory/v1/users/101/photos/thumbnail"
REFUSED = said(400, "invalidInput", "Invalid Input: photoData")


@pytest.fixture
def company() -> Iterator[FakeGoogle]:
    """Return a running company."""
    with workspace() as company:
        yield company


def settings(company: FakeGoogle, folder: Path, /, **changed: Any) -> google_directory.Settings:
    """Return settings as IT would write them."""
    return google_directory.Settings(**as_written(company, folder, **changed))


def place(company: FakeGoogle, folder: Path, /, **changed: Any) -> Place:
    """Return the directory as a destination."""
    return google_directory.open_place(settings(company, folder, **changed), "google_directory:staff")


@pytest.mark.parametrize("backup", ["profile", "thumbnail"])
def test_it_keeps_the_contract_of_places(company: FakeGoogle, tmp_path: Path, backup: str) -> None:
    """Whichever picture is the backup; strange targets make no call at all."""
    there = place(company, tmp_path, backup=backup)
    assert there.accounts([ANNA]).targets == {"1": "101"}
    keeps_the_contract(there, "101")
    before = len(company.calls)
    refuses_strange_targets(there)
    strange = ["1/photos/thumbnail", "-1", "1.5", "１０１", "101 ", "anna@example.org", "me", "0" * 40]
    refuses_strange_targets(there, strange)
    assert len(company.calls) == before


def test_only_allowed_calls_are_made(company: FakeGoogle, tmp_path: Path) -> None:
    """Tokens, accounts and photos; never a field of an account, never another address."""
    there = place(company, tmp_path)
    there.accounts([ANNA])
    there.put("101", portrait("anna"))
    there.look("101")
    there.remove("101")
    assert {call for call in company.calls if "/picture/" not in call[1]} == {
        ("POST", "/token"), ("GET", "/admin/directory/v1/users"), ("GET", "/v1/people/me"),
        ("GET", PHOTO), ("PUT", PHOTO), ("DELETE", PHOTO),
    }  # fmt: skip
    calls = there.look.args[0]
    for verb, path in [
        ("PUT", "/admin/directory/v1/users/101"), ("PATCH", PHOTO), ("DELETE", "/admin/directory/v1/users/101"),
        ("POST", "/admin/directory/v1/users/101/makeAdmin"), ("GET", "/admin/directory/v1/groups"),
        ("GET", f"{PHOTO}/../../../1"), ("PUT", "/admin/directory/v1/users/x@y/photos/thumbnail"),
    ]:  # fmt: skip
        with pytest.raises(ValueError, match="not a call that this connector makes"):
            calls.call(verb, path)


def test_what_is_backed_up_is_the_larger_picture(company: FakeGoogle, tmp_path: Path) -> None:
    """The profile's, where it shows the same as the directory; else, or where IT wants it so, the 96 pixels."""
    company.photos["101"] = portrait("old", 600, 600)
    assert Image.open(BytesIO(place(company, tmp_path).look("101"))).size == (600, 600)
    small = place(company, tmp_path, backup="thumbnail").look("101")
    assert Image.open(BytesIO(small)).size == (96, 96)
    assert not any(path == "/v1/people/me" for _, path in company.calls[-1:])


def test_a_profile_that_shows_something_else_is_no_backup(company: FakeGoogle, tmp_path: Path) -> None:
    """It is behind, or another's: the directory's own picture is the truth."""
    company.photos["101"] = portrait("now", 600, 600)
    there = place(company, tmp_path)
    thumbnail = told({"id": "101", "primaryEmail": "anna@example.org", "photoData": _data(portrait("new"))})
    company.next = [thumbnail]
    assert there.look("101") == portrait("new")


@pytest.mark.parametrize("monograms", [False, True])
def test_googles_own_drawing_is_no_photo(company: FakeGoogle, tmp_path: Path, monograms: bool) -> None:
    """Neither when the directory says 404, nor when it gives the monogram as if somebody had chosen it."""
    company.monograms = monograms
    assert place(company, tmp_path).look("101") is None


@pytest.mark.parametrize("padding", ["=", "*", ".", ""])
@pytest.mark.parametrize("length", [0, 1, 2])
def test_every_dialect_of_base64_is_read(
    company: FakeGoogle, tmp_path: Path, padding: str, length: int
) -> None:
    """Google's description pads in two ways, its servers in a third; plain base64 is read too."""
    picture = portrait("x") + b"\xfb\xff\xbf" + b"x" * length
    data = _data(picture, padding)
    for written in (data, data.replace("-", "+").replace("_", "/")):
        company.next = [told({"id": "101", "photoData": written})]
        assert place(company, tmp_path, backup="thumbnail").look("101") == picture


def test_a_profile_elsewhere_is_not_fetched(company: FakeGoogle, tmp_path: Path) -> None:
    """Only Google's hosts for pictures are asked, over https, and no token goes there."""
    there = google_directory.open_place(settings(company, tmp_path), "x")
    profiles = there.look.args[1]
    live = replace_url(profiles)
    for url in [
        "https://evil.example/a=s100", "http://lh3.googleusercontent.com/a=s100", "https://googleusercontent.com/a",
        "https://lh3.googleusercontent.com.evil.example/a", "https://lh3.googleusercontent.com@evil.example/a",
        "https://127.0.0.1/a", "file:///etc/passwd", "", "https://lh3.googleusercontent.com:8443/a",
    ]:  # fmt: skip
        assert live._fetched(url) is None
    assert live._is_googles("https://lh3.googleusercontent.com")


def replace_url(profiles: Any) -> Any:
    """Return profiles as they are outside of a test."""
    profiles._settings = profiles._settings.model_copy(update={"url": ""})
    return profiles


def test_people_are_found_page_by_page(company: FakeGoogle, tmp_path: Path) -> None:
    """1,200 users, 500 a page; by an employee number of one type only; never who is suspended or archived."""
    for number in range(1200):
        ids = [
            {"type": "organization", "value": f"N{number}"},
            {"type": "custom", "customType": "badge", "value": "7"},
        ]
        company.add(str(1000 + number), f"p{number}@example.org", externalIds=ids)
    company.add("9001", "asleep@example.org", suspended=True)
    company.add("9002", "gone@example.org", archived=True)
    company.add(
        "9003", "badge@example.org", externalIds=[{"type": "custom", "customType": "badge", "value": "B1"}]
    )
    there = place(company, tmp_path)
    people = [Employee(str(n), email=f"P{n}@example.org") for n in range(1200)]
    assert len(set(there.accounts(people).targets.values())) == 1200
    assert [path for _, path in company.calls] == ["/token"] + ["/admin/directory/v1/users"] * 3
    left = there.accounts(
        [Employee("a", email="asleep@example.org"), Employee("b", email="gone@example.org")]
    )
    assert left.absent == {"a": "the Google account is suspended", "b": "the Google account is archived"}
    by_number = place(company, tmp_path, match="externalId", employee="id")
    assert by_number.accounts([Employee("n7")]).targets == {"n7": "1007"}
    by_badge = place(company, tmp_path, match="externalId", external_type="badge", employee="id")
    assert by_badge.accounts([Employee("b1")]).targets == {"b1": "9003"}
    assert "1200 accounts have externalId 7" in by_badge.accounts([Employee("7")]).absent["7"]
    assert place(company, tmp_path, match="id", employee="id").accounts([Employee("101")]).targets == {
        "101": "101"
    }


@pytest.mark.parametrize("plain", [False, True])
def test_no_photo_is_not_no_account(company: FakeGoogle, tmp_path: Path, plain: bool) -> None:
    """Both are 404: told apart by Google's words, and by asking for the account where they say nothing."""
    company.plain_404 = plain
    there = place(company, tmp_path)
    assert there.look("101") is None
    for ask in (there.look, there.remove, lambda one: there.put(one, portrait("nobody"))):
        with pytest.raises(PhotoError, match="no user 777") as caught:
            ask("777")
        assert caught.value.reason == "account.gone"


@pytest.mark.parametrize("status", [412, 500])
def test_a_photo_in_the_way_is_removed_first(company: FakeGoogle, tmp_path: Path, status: int) -> None:
    """Google does not take a new photo over some old ones; then the old one is deleted and the new one put."""
    company.photos["101"] = portrait("old")
    company.in_the_way["101"] = status
    there = place(company, tmp_path)
    there.put("101", portrait("anna"))
    assert shows(there, there.look("101"), portrait("anna"))
    assert [verb for verb, _ in company.changes()] == ["PUT", "DELETE", "PUT"]


def test_an_internal_error_after_the_work_is_done_deletes_nothing(
    company: FakeGoogle, tmp_path: Path
) -> None:
    """What is there by then is looked at first: it is ours."""
    company.photos["101"] = portrait("anna")
    company.next = [fault("500")]
    place(company, tmp_path).put("101", portrait("anna"))
    assert [verb for verb, _ in company.changes()] == ["PUT"]


def test_deleting_is_no_matter_where_nothing_is(company: FakeGoogle, tmp_path: Path) -> None:
    """412 and then 404 or 500 to DELETE, as GAM knows them: the photo is put all the same."""
    there = place(company, tmp_path)
    for answer in (
        said(404, "notFound", "Resource Not Found: photo"),
        said(404, "photoNotFound", "Not Found"),
        fault("500"),
    ):
        company.next = [said(412, "conditionNotMet", "Precondition Failed"), _none(), answer]
        there.put("101", portrait("anna"))
        assert shows(there, there.look("101"), portrait("anna"))
        there.remove("101")


def test_a_failure_between_removing_and_writing_is_told(company: FakeGoogle, tmp_path: Path) -> None:
    """Refused for good: what was there is put back. Refused twice, or no answer: a sentence says what is left."""
    there = place(company, tmp_path, backup="thumbnail")
    small = _data(scaled(portrait("old"), 96))
    shown = told({"id": "101", "primaryEmail": "anna@example.org", "photoData": small})
    way, done = said(412, "conditionNotMet", "Precondition Failed"), Answer(200)
    company.next = [way, shown, done, REFUSED]
    with pytest.raises(
        PhotoError, match=r"removed to make way.*invalidInput.*the old one, of 96 pixels, is back"
    ):
        there.put("101", portrait("anna"))
    assert shows(there, there.look("101"), portrait("old"))
    company.next = [way, shown, done, REFUSED, REFUSED]
    with pytest.raises(PhotoError, match="they have none now; the old one is in the vault"):
        there.put("101", portrait("anna"))
    company.next = [way, shown, done, fault("html")]
    with pytest.raises(OutsideError, match=r"answers 502.*publish again or put the old one back"):
        there.put("101", portrait("anna"))
    company.next = [way, _none(), done, REFUSED]
    with pytest.raises(PhotoError, match="there was none before, and there is none now"):
        there.put("101", portrait("anna"))


@pytest.mark.parametrize(
    ("picture", "says"), [(b"", "0 bytes"), (b"x" * 1_000_001, "1000001 bytes; at most")]
)
def test_what_is_too_large_is_not_sent(
    company: FakeGoogle, tmp_path: Path, picture: bytes, says: str
) -> None:
    """Nothing is asked of Google."""
    with pytest.raises(PhotoError, match=says):
        place(company, tmp_path).put("101", picture)
    assert company.calls == []


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        (REFUSED, PhotoError, "does not take the photo.*400 invalidInput"),
        (said(401, "authError", "Invalid Credentials"), OutsideError, "left"),
        (said(403, "forbidden", "Not Authorized to access this resource/api"), PhotoError, "Users → Update"),
        (said(403, "insufficientPermissions", "Insufficient Permission"), ConfigError, "a scope is missing"),
        (
            said(403, "accessNotConfigured", "Admin SDK API has not been used"),
            ConfigError,
            "API is off.*has not been",
        ),
        (said(404, "notFound", "Resource Not Found: userKey"), PhotoError, "no user 101"),
        (said(418, "teapot", "no"), OutsideError, "does not answer like Google"),
        (fault("html"), OutsideError, "answers 502"),
        (said(504, "deadlineExceeded", "late"), OutsideError, "answers 504"),
        (
            Answer(302, b"", {"Location": "https://elsewhere.example/"}),
            ConfigError,
            "our secret is not sent there",
        ),
    ],
)
def test_each_refused_write_is_told_and_not_repeated(
    company: FakeGoogle, tmp_path: Path, answer: Answer, error: type[CatchlightError], says: str
) -> None:
    """By what should happen next; only a token that is taken no more is had anew, once."""
    company.next = [answer]
    if answer.status == 401:
        place(company, tmp_path).put("101", portrait("anna"))
        assert [path for _, path in company.calls] == ["/token", PHOTO, "/token", PHOTO]
        company.next, error, says = [answer, answer], ConfigError, "does not take our token"
    with pytest.raises(error, match=says):
        place(company, tmp_path).put("101", portrait("anna"))


@pytest.mark.parametrize("kind", ["quota", "crowd", "429", "503"])
def test_a_full_quota_is_waited_for_and_is_no_matter_of_rights(
    company: FakeGoogle, tmp_path: Path, kind: str
) -> None:
    """Google says it with 403, too; a write is tried again, since nothing was done."""
    there = place(company, tmp_path)
    company.next = [fault(kind), fault(kind)]
    there.put("101", portrait("anna"))
    assert len(company.changes()) == 3
    company.next = [fault(kind)] * 3
    with pytest.raises(OutsideError, match="too busy"):
        there.put("101", portrait("anna"))
    assert company.writes["101"] == 1


@pytest.mark.parametrize("kind", ["quota", "429", "500", "503", "html"])
def test_a_read_is_tried_again(company: FakeGoogle, tmp_path: Path, kind: str) -> None:
    """Whatever passes by itself is not a problem."""
    company.next = [fault(kind), fault(kind)]
    assert place(company, tmp_path).look("101") is None


@pytest.mark.parametrize(
    "body", [b"<html>sign in</html>", b"", b"[]", b'{"photoData": "aGVsbG8="}', b'{"photoData": "???"}']
)
def test_an_answer_that_is_no_photo_is_not_one(company: FakeGoogle, tmp_path: Path, body: bytes) -> None:
    """Neither as a backup nor as a proof that ours arrived."""
    company.next = [Answer(200, body)] * 3
    with pytest.raises(OutsideError):
        place(company, tmp_path).look("101")


def test_another_users_photo_is_not_taken_for_this_ones(company: FakeGoogle, tmp_path: Path) -> None:
    """An answer names whom it is about."""
    company.next = [told({"id": "102", "photoData": _data(portrait("ben"))})]
    with pytest.raises(OutsideError, match="another user's photo"):
        place(company, tmp_path).look("101")


def test_a_write_without_an_answer_is_found_by_reading_back(company: FakeGoogle, tmp_path: Path) -> None:
    """Google took it, and the line broke before it said so: it is not written a second time."""
    there = place(company, tmp_path)
    company.lose_answers = 1
    with pytest.raises(OutsideError):
        there.put("101", portrait("anna"))
    assert company.writes["101"] == 1
    assert shows(there, there.look("101"), portrait("anna"))


def test_a_slow_answer_is_left(company: FakeGoogle, tmp_path: Path) -> None:
    """A byte now and then keeps no call alive."""
    there = place(company, tmp_path, timeout=0.3)
    there.accounts([ANNA])
    company.drip = 0.1
    with pytest.raises(OutsideError, match="takes too long"):
        there.look("101")


def test_a_list_that_goes_in_circles_ends(company: FakeGoogle, tmp_path: Path) -> None:
    """A page token that comes again is no next page; one that Google takes no more is told."""
    company.next = [told({"users": [], "nextPageToken": "again"})] * 2
    with pytest.raises(OutsideError, match="same page of users again"):
        place(company, tmp_path).accounts([ANNA])
    company.next = [said(400, "invalid", "Invalid Input: pageToken")]
    with pytest.raises(OutsideError, match="changed while it was read"):
        place(company, tmp_path).accounts([ANNA])


def test_the_probe_changes_nothing_and_says_what_is_wrong(company: FakeGoogle, tmp_path: Path) -> None:
    """A good account; no administrator; a scope that is not delegated; a key that ended; no server."""
    good = settings(company, tmp_path)
    assert google_directory.probe(good) == []
    (told_,) = google_directory.probe(settings(company, tmp_path, admin="anna@example.org"))
    assert "Not Authorized to access this resource/api" in told_
    (told_,) = google_directory.probe(settings(company, tmp_path, admin="nobody@example.org"))
    assert "admin nobody@example.org: Google knows no such user" in told_
    company.issuer.delegated -= {"https://www.googleapis.com/auth/userinfo.profile"}
    (told_,) = google_directory.probe(good)
    assert "Client is unauthorized to retrieve access tokens using this method" in told_
    assert (
        "client ID 112233445566778899001 needs the scopes https://www.googleapis.com/auth/userinfo.profile"
        in told_
    )
    assert google_directory.probe(settings(company, tmp_path, backup="thumbnail")) == []
    assert google_directory.probe(settings(company, tmp_path, url="http://127.0.0.1:9"))
    assert company.changes() == []


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"url": "http://example.com"}, "secrets travel over https only"),
        ({"admin": "admin"}, "admin"),
        ({"admin": "a@b/../x"}, "admin"),
        ({"match": "name"}, "match"),
        ({"key": "x"}, "key"),
        ({"backup": "none"}, "backup"),
    ],
)
def test_settings_that_would_be_unsafe_are_refused(
    company: FakeGoogle, tmp_path: Path, changed: dict[str, str], says: str
) -> None:
    """The message names the key."""
    with pytest.raises(ValidationError, match=says):
        settings(company, tmp_path, **changed)


def _data(picture: bytes, padding: str = "=") -> str:
    return google_directory.written(picture).replace("=", padding)


def _none() -> Answer:
    return said(404, "notFound", "Resource Not Found: photo")
