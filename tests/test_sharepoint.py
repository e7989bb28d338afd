"""A SharePoint library as a destination, against a stateful stand-in for Graph that follows its published contract."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import stamina
from pydantic import ValidationError

from catchlight.errors import CatchlightError, ConfigError, OutsideError, PhotoError
from catchlight.place import Place
from connectors import sharepoint
from connectors._sharepoint_download import Downloads
from tests.fake_graph import FakeGraph
from tests.fake_graph_answers import Answer, wrong
from tests.fake_graph_files import DRIVE
from tests.graph_app import AppFiles, calm_graph, make_files, of_app
from tests.place_contract import keeps_the_contract, refuses_strange_targets


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> AppFiles:
    """Return the files of an app registration."""
    return make_files(tmp_path_factory.mktemp("app"))


@pytest.fixture
def tenant(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGraph]:
    """Return a running tenant in which nobody waits; no token ever comes where files are downloaded."""
    with calm_graph(monkeypatch) as tenant:
        yield tenant


def settings(tenant: FakeGraph, app: AppFiles, /, **changed: Any) -> sharepoint.Settings:
    """Return settings as IT would write them."""
    usual = {"drive": DRIVE, "folder": "Portraits", "download_hosts": ("127.0.0.1",)}
    return sharepoint.Settings(**of_app(tenant, app, **{**usual, **changed}))


def place(tenant: FakeGraph, app: AppFiles, /, **changed: Any) -> Place:
    """Return the folder Portraits as a destination."""
    return sharepoint.open_place(settings(tenant, app, **changed), "sharepoint:intranet")


NAMED = {"drive": "", "site": "example.sharepoint.com/sites/intranet", "library": "documents"}


@pytest.mark.parametrize("where", [{}, {"folder": ""}, NAMED, {**NAMED, "folder": ""}])
def test_it_keeps_the_contract_of_places(tenant: FakeGraph, app: AppFiles, where: dict[str, str]) -> None:
    """By the drive's id or by site and library, in a folder or at the top; strange targets make no call at all."""
    there = place(tenant, app, **where)
    keeps_the_contract(there, "192@2x/anna.smith.jpg")
    keeps_the_contract(there, "top.jpg")
    before = len(tenant.calls)
    refuses_strange_targets(there)
    refuses_strange_targets(
        there,
        [
            "CON",
            "96/aux",
            "a_vti_b.jpg",
            "96/Desktop.ini",
            "a./b.jpg",
            "b" * 120 + "/" + "/".join(["c" * 120] * 3),
        ],
    )
    assert len(tenant.calls) == before


def test_a_library_keeps_its_own_folder(tenant: FakeGraph, app: AppFiles) -> None:
    """Forms is SharePoint's at the top of a library, and anybody's below."""
    with pytest.raises(PhotoError, match="keeps this name for itself"):
        place(tenant, app, folder="").put("Forms/a.jpg", b"x")
    place(tenant, app).put("Forms/a.jpg", b"x")


def test_only_allowed_calls_can_be_made(tenant: FakeGraph, app: AppFiles) -> None:
    """No permission is given, nothing shared, no list changed, no folder deleted by its path."""
    graph = sharepoint._Library(settings(tenant, app)).graph
    drive = f"/v1.0/drives/{DRIVE}"
    for method, path in (
        ("POST", f"{drive}/items/1/invite"), ("POST", f"{drive}/items/1/createLink"), ("DELETE", f"{drive}/root:/a"),
        ("PATCH", f"{drive}/items/1"), ("POST", "/v1.0/sites/x/permissions"), ("DELETE", drive), ("DELETE", f"{drive}/root"),
        ("GET", "/v1.0/users"), ("PUT", "/v1.0/users/1/photo/$value"), ("PUT", f"{drive}/root:/../x:/content"),
        ("PUT", f"{drive}/root:/a/..:/content"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="is not a call that this connector makes"):
            graph.call(method, path)
    assert tenant.calls == []


def test_our_token_never_goes_where_files_are_downloaded(tenant: FakeGraph, app: AppFiles) -> None:
    """Neither to SharePoint's own host (the stand-in watches), nor to any other, which is not even asked."""
    there = place(tenant, app)
    there.put("a.jpg", b"ours")
    assert there.look("a.jpg") == b"ours"
    tenant.files.elsewhere = "https://evil.example"
    with pytest.raises(ConfigError, match=r"download_hosts: files would come from evil\.example"):
        there.look("a.jpg")


@pytest.mark.parametrize(
    "url",
    ["https://evilsharepoint.com/x", "https://sharepoint.com.evil.example/x", "http://a.sharepoint.com/x", "file:///etc/passwd",
     "https://a.sharepoint.com@evil.example/x", "https://me:pw@a.sharepoint.com/x", "", "//a.sharepoint.com/x", "https://127.0.0.1/x"],
)  # fmt: skip
def test_downloads_come_from_sharepoint_over_https_only(tenant: FakeGraph, app: AppFiles, url: str) -> None:
    """A host that only looks like it is none."""
    with pytest.raises(ConfigError, match=r"sharepoint\.com are allowed; nothing was asked there"):
        Downloads(settings(tenant, app), ("sharepoint.com",)).fetch(url, 1)


def test_each_cloud_has_its_own_hosts_to_download_from(tenant: FakeGraph, app: AppFiles) -> None:
    """Where the settings name no others."""
    hosts = {
        name: settings(tenant, app, cloud=name).there.files for name in ("global", "gcc-high", "dod", "china")
    }
    assert hosts == {
        "global": "sharepoint.com",
        "gcc-high": "sharepoint.us",
        "dod": "sharepoint-mil.us",
        "china": "sharepoint.cn",
    }


def test_the_address_of_a_download_is_never_shown(tenant: FakeGraph, app: AppFiles) -> None:
    """Whoever has it has the file for a while."""
    there = place(tenant, app)
    there.put("a.jpg", b"ours")
    tenant.files.download = lambda _key, _headers: Answer(503)  # type: ignore[method-assign]
    with pytest.raises(OutsideError) as busy:
        there.look("a.jpg")
    tenant.files.download = lambda _key, _headers: Answer(403)  # type: ignore[method-assign]
    with pytest.raises(OutsideError, match=r"127\.0\.0\.1 answers 403") as refused:
        there.look("a.jpg")
    assert "tempauth" not in f"{busy.value}{refused.value}"


def test_a_file_that_comes_in_part_is_no_file(tenant: FakeGraph, app: AppFiles) -> None:
    """Half of it would be kept as a backup."""
    there = place(tenant, app)
    there.put("a.jpg", b"a whole file")
    tenant.files.download = lambda _key, _headers: Answer(200, b"a who")  # type: ignore[method-assign]
    with pytest.raises(OutsideError, match="5 bytes came of 12"):
        there.look("a.jpg")


def test_what_somebody_changed_since_we_looked_stays(tenant: FakeGraph, app: AppFiles) -> None:
    """Neither replaced nor removed; after the next look it may be."""
    there = place(tenant, app)
    there.put("a.jpg", b"ours")
    for touch in (lambda: there.put("a.jpg", b"newer"), lambda: there.remove("a.jpg")):
        assert there.look("a.jpg")
        tenant.files.change("Portraits/a.jpg", b"theirs")
        with pytest.raises(OutsideError, match="changed it at the same moment"):
            touch()
        assert tenant.files.files() == {"portraits/a.jpg": b"theirs"}
    there.look("a.jpg")
    there.put("a.jpg", b"newer")
    assert tenant.files.writes["portraits/a.jpg"] == 2


def test_a_folder_in_the_place_of_a_file_is_not_touched(tenant: FakeGraph, app: AppFiles) -> None:
    """Removing it would remove all that is in it."""
    there = place(tenant, app, folder="")
    for touch in (lambda: there.look("Portraits"), lambda: there.remove("Portraits")):
        with pytest.raises(PhotoError, match="there is a folder of this name"):
            touch()
    with pytest.raises(OutsideError, match="something else with this name"):
        there.put("Portraits", b"x")
    assert tenant.files.writes == {}


def test_a_folder_that_is_not_there_is_not_made(tenant: FakeGraph, app: AppFiles) -> None:
    """A typing error would publish everything anew; those below are made once."""
    for touch in ("look", "put"):
        with pytest.raises(OutsideError, match="there is no Potraits in the library"):
            getattr(place(tenant, app, folder="Potraits"), touch)(*["a.jpg", b"x"][: 1 + (touch == "put")])
    there = place(tenant, app)
    for name in ("a", "b", "c"):
        there.put(f"96/2x/{name}.jpg", b"x")
    assert [method for method, _ in tenant.writes()].count("POST") == 2


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        (
            wrong(400, "invalidRequest", "The provided name cannot contain"),
            PhotoError,
            "does not take this name",
        ),
        (wrong(403, "accessDenied", "Access denied"), PhotoError, "Sites.Selected with the role write"),
        (wrong(404, "itemNotFound"), OutsideError, "the folder for it is gone"),
        (wrong(409, "nameAlreadyExists"), OutsideError, "something else with this name"),
        (wrong(413, "requestEntityTooLarge"), PhotoError, "larger than SharePoint takes"),
        (wrong(423, "resourceLocked"), OutsideError, "open or checked out"),
        (wrong(500, "generalException"), OutsideError, "answers 500"),
        (wrong(507, "quotaLimitReached"), OutsideError, "no room left"),
        (Answer(200, b"<html>"), OutsideError, "without a JSON object"),
        (
            Answer(302, b"", {"Location": "https://evil.example/"}),
            ConfigError,
            "our secret is not sent there",
        ),
    ],
)
def test_each_refused_write_is_told_and_not_repeated(
    tenant: FakeGraph, app: AppFiles, answer: Answer, error: type[CatchlightError], says: str
) -> None:
    """By what should happen next."""
    there = place(tenant, app)
    assert there.look("a.jpg") is None
    tenant.next = [answer]
    with pytest.raises(error, match=says):
        there.put("a.jpg", b"ours")
    assert len(tenant.writes()) == 1


def test_locked_full_and_read_only_libraries(tenant: FakeGraph, app: AppFiles) -> None:
    """As the stand-in itself answers, for writing and for removing."""
    there = place(tenant, app)
    there.put("a.jpg", b"ours")
    tenant.files.locked = {"portraits/a.jpg"}
    for touch in (lambda: there.put("a.jpg", b"x"), lambda: there.remove("a.jpg")):
        with pytest.raises(OutsideError, match="423 resourceLocked"):
            touch()
    tenant.files.locked, tenant.files.full = set(), True
    with pytest.raises(OutsideError, match="507 quotaLimitReached"):
        there.put("a.jpg", b"x")
    tenant.files.full, tenant.files.denied = False, True
    for touch in (lambda: there.put("a.jpg", b"x"), lambda: there.remove("a.jpg")):
        with pytest.raises(PhotoError, match="may not do that there"):
            touch()
    assert there.look("a.jpg") == b"ours"


@pytest.mark.parametrize("kind", ["429", "429-date", "429-bare", "503"])
def test_a_throttled_write_is_made_again(tenant: FakeGraph, app: AppFiles, kind: str) -> None:
    """After as long as SharePoint says; nothing was done yet."""
    there = place(tenant, app)
    there.look("a.jpg")
    tenant.next = [tenant._wrong(kind)] * 2
    there.put("a.jpg", b"ours")
    assert tenant.files.writes == {"portraits/a.jpg": 1}


@pytest.mark.parametrize("body", [b"<html>signed out</html>", b"", b"{}", b"[]"])
def test_an_answer_that_is_no_file_is_not_one(tenant: FakeGraph, app: AppFiles, body: bytes) -> None:
    """Once it is asked for again; a proxy that says it all day is the world."""
    there = place(tenant, app)
    there.put("a.jpg", b"ours")
    tenant.next = [Answer(200, body)]
    assert there.look("a.jpg") == b"ours"
    tenant.next = [Answer(200, body)] * 5
    with pytest.raises(OutsideError):
        there.look("a.jpg")


def test_a_slow_body_is_left(tenant: FakeGraph, app: AppFiles) -> None:
    """A byte now and then keeps no call alive: time is limited altogether."""
    there = place(tenant, app, timeout=0.5)
    there.put("a.jpg", b"ours")
    tenant.drip = 0.1
    with stamina.set_testing(True, attempts=1), pytest.raises(OutsideError, match="takes too long"):
        there.look("a.jpg")


def test_a_library_that_changes_files_may_be_said_to(tenant: FakeGraph, app: AppFiles) -> None:
    """Then pictures are compared by eye, and the old one is waited for as long as the settings say."""
    there = place(tenant, app, keeps_bytes=False, lag=20)
    assert (there.takes.keeps_bytes, there.takes.lag, there.takes.consent) == (False, 20, "intranet")
    tenant.files.changes_bytes = True
    keeps_the_contract(there, "a.jpg")


def test_the_probe_changes_nothing_and_says_what_is_wrong(tenant: FakeGraph, app: AppFiles) -> None:
    """Ready; too much; nothing granted; no folder; no library; a site that is closed to the app; full; no server."""
    assert sharepoint.probe(settings(tenant, app, **NAMED)) == []

    def told(**changed: Any) -> str:
        return "\n".join(sharepoint.probe(settings(tenant, app, **changed)))

    assert "there is no Potraits" in told(folder="Potraits")
    assert re.search(
        "library: the site has no Bilder; there are: Pages, Documents", told(**{**NAMED, "library": "Bilder"})
    )
    tenant.files.full = True
    assert "full .exceeded" in told().replace("(", ".")
    tenant.files.full, tenant.files.unseen = False, True
    assert "cannot be opened by this app (403 accessDenied" in told(**NAMED)
    tenant.files.unseen, tenant.tokens.roles = False, ("Sites.FullControl.All",)
    assert told() == (
        "API permissions: the app has none of Sites.Selected, Lists.SelectedOperations.Selected, Files.ReadWrite.All "
        "(Application)\nAPI permissions: take away what Catchlight never uses: Sites.FullControl.All"
    )
    assert told(url="http://127.0.0.1:9", sign_in_url="http://127.0.0.1:9")
    assert tenant.writes() == []


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"drive": ""}, "drive, or site and library"),
        ({"site": "example.sharepoint.com", "library": "Documents"}, "drive, or site and library"),
        ({"drive": "../x"}, "drive"),
        ({**NAMED, "site": "https://example.sharepoint.com"}, "site"),
        ({"folder": "/Portraits"}, "folder"),
        ({"folder": "a:b"}, "folder"),
        ({"folder": "a/../../b"}, "names with one / between them"),
        ({"folder": "a/"}, "names with one / between them"),
        ({**NAMED, "site": "example.sharepoint.com/.."}, "names with one / between them"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    tenant: FakeGraph, app: AppFiles, changed: dict[str, Any], says: str
) -> None:
    """The message names the key."""
    with pytest.raises(ValidationError, match=says):
        settings(tenant, app, **changed)
