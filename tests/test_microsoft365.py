"""Microsoft 365 as a destination, against a stateful stand-in for Graph that follows its published contract."""

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
import stamina
from PIL import Image
from pydantic import ValidationError

from catchlight.errors import CatchlightError, ConfigError, OutsideError, PhotoError
from catchlight.place import Place
from catchlight.records import Employee
from connectors import microsoft365
from tests.fake_graph import FakeGraph
from tests.fake_graph_answers import Answer, as_json, wrong
from tests.fake_graph_people import NO_PHOTO
from tests.graph_app import AppFiles, calm_graph, make_files, of_app
from tests.place_contract import keeps_the_contract, refuses_strange_targets, shows
from tests.published_company import portrait

GROUP = "99999999-0000-0000-0000-000000000001"
INNER = "99999999-0000-0000-0000-000000000002"
GONE = "00000000-1111-2222-3333-444444444444"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> AppFiles:
    """Return the files of an app registration."""
    return make_files(tmp_path_factory.mktemp("app"))


@pytest.fixture
def tenant(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGraph]:
    """Return a running tenant in which nobody waits; it is never called by more than four at a time."""
    with calm_graph(monkeypatch) as tenant:
        yield tenant


@pytest.fixture
def anna(tenant: FakeGraph) -> str:
    """Return the account of somebody with employee number 1."""
    return tenant.people.add("1")


def settings(tenant: FakeGraph, app: AppFiles, /, **changed: Any) -> microsoft365.Settings:
    """Return settings as IT would write them."""
    return microsoft365.Settings(**of_app(tenant, app, **changed))


def place(tenant: FakeGraph, app: AppFiles, /, **changed: Any) -> Place:
    """Return Microsoft 365 as a destination."""
    return microsoft365.open_place(settings(tenant, app, **changed), "microsoft365:photos")


def photo(seed: str, side: int = 648) -> bytes:
    """Return a photo of somebody's own."""
    return portrait(seed, side, side)


@pytest.mark.parametrize("pixel", [False, True])
def test_it_keeps_the_contract_of_places(tenant: FakeGraph, app: AppFiles, anna: str, pixel: bool) -> None:
    """Whether no photo is 404 or one pixel; strange targets make no call at all."""
    tenant.people.pixel = pixel
    there = place(tenant, app)
    keeps_the_contract(there, anna)
    before = len(tenant.calls)
    refuses_strange_targets(there)
    refuses_strange_targets(
        there, ["me", "anna@example.org", f"{anna}/manager", f"{anna}\n", anna[:-1], "１" * 8 + anna[8:]]
    )
    assert len(tenant.calls) == before


def test_only_allowed_calls_can_be_made(tenant: FakeGraph, app: AppFiles, anna: str) -> None:
    """Whatever goes wrong above: no user is changed, deleted or invited, and no group's or manager's photo touched."""
    graph = microsoft365._Photos(settings(tenant, app)).graph
    user = f"/v1.0/users/{anna}"
    for method, path in (
        ("PATCH", user), ("DELETE", user), ("POST", "/v1.0/users"), ("PUT", f"{user}/manager/$ref"),
        ("PUT", f"/v1.0/groups/{GROUP}/photo/$value"), ("PATCH", "/beta/admin/people/photoUpdateSettings"),
        ("GET", f"{user}/messages"), ("POST", "/v1.0/$batch"), ("GET", "/v1.0/me/photo"), ("GET", f"{user}/../x"),
        ("PATCH", f"{user}/photo"), ("PUT", "/v1.0/users?x/photo/$value"), ("GET", f"/v1.0/groups/{GROUP}/members"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="is not a call that this connector makes"):
            graph.call(method, path)
    assert tenant.calls == []


def test_a_photo_that_is_encoded_anew_is_the_same(tenant: FakeGraph, app: AppFiles, anna: str) -> None:
    """1,000 pixels come back as 648; another person's does not pass for it."""
    ben = tenant.people.add("2")
    there = place(tenant, app)
    there.put(anna, photo("anna", 1000))
    there.put(ben, photo("ben", 1000))
    assert Image.open(BytesIO(there.look(anna) or b"")).size == (648, 648)
    assert shows(there, there.look(anna), photo("anna", 1000))
    assert not shows(there, there.look(ben), photo("anna", 1000))
    assert tenant.people.writes == {anna: 1, ben: 1}


def test_people_are_found_page_by_page(tenant: FakeGraph, app: AppFiles) -> None:
    """2,600 people, 999 a page, each by their own number; no more of them is asked for than that."""
    ids = {str(n): tenant.people.add(str(n)) for n in range(2600)}
    found = place(tenant, app).accounts([Employee(str(n)) for n in range(2600)])
    assert (found.targets, found.absent) == (ids, {})
    assert [path for _, path in tenant.calls] == ["/beta/admin/people/photoUpdateSettings"] + [
        "/v1.0/users"
    ] * 3


@pytest.mark.parametrize(
    ("match", "employee", "person"),
    [
        ("mail", "email", Employee("x", email="Anna@Example.org ")),
        ("userPrincipalName", "email", Employee("x", email="anna@corp.example.org")),
        ("onPremisesImmutableId", "subject", Employee("x", subject="q1w2E3r4")),
        ("id", "subject", None),
    ],
)
def test_people_are_found_by_the_declared_property(
    tenant: FakeGraph, app: AppFiles, match: str, employee: str, person: Employee | None
) -> None:
    """And by no other."""
    id_ = tenant.people.add(
        "1",
        mail="anna@example.org",
        userPrincipalName="anna@corp.example.org",
        onPremisesImmutableId="q1w2E3r4",
    )
    found = place(tenant, app, match=match, employee=employee).accounts(
        [person or Employee("x", subject=id_)]
    )
    assert found.targets == {"x": id_}


def test_who_is_left_out_is_told_why(tenant: FakeGraph, app: AppFiles) -> None:
    """Disabled, a guest, two accounts, none; an old disabled account does not stand in the way of the one in use."""
    tenant.people.add("off", accountEnabled=False)
    tenant.people.add("guest", userType="Guest")
    tenant.people.add("two")
    tenant.people.add("second", employeeId="two")
    back = tenant.people.add("back")
    tenant.people.add("earlier", employeeId="back", accountEnabled=False)
    tenant.people.add("nobody", employeeId=None, accountEnabled=False)
    people = [Employee(id_) for id_ in ("off", "guest", "two", "back", "none")]
    found = place(tenant, app).accounts(people)
    assert found.targets == {"back": back}
    assert found.absent == {
        "off": "the account is disabled",
        "guest": "the account is a guest's",
        "two": "2 accounts have employeeId two, and which one is right cannot be told",
        "none": "no account has employeeId none",
    }


def test_nobody_outside_the_group_is_touched(tenant: FakeGraph, app: AppFiles, anna: str) -> None:
    """Neither found, written nor removed; those of groups within the group are inside."""
    ben, cleo = tenant.people.add("2"), tenant.people.add("3")
    tenant.people.groups = {GROUP: {anna, INNER}, INNER: {ben}}
    tenant.people.page = 1
    there = place(tenant, app, only_group=GROUP)
    found = there.accounts([Employee(id_) for id_ in "123"])
    assert found.targets == {"1": anna, "2": ben}
    assert found.absent == {"3": "the account is not in the group of only_group"}
    there.put(ben, photo("ben"))
    for touch in (lambda: there.put(cleo, photo("cleo")), lambda: there.remove(cleo)):
        with pytest.raises(PhotoError, match="not in the group of only_group") as caught:
            touch()
        assert caught.value.reason == "account.outside"
    assert tenant.people.writes == {ben: 1}
    with pytest.raises(ConfigError, match="there is no such thing"):
        place(tenant, app, only_group=INNER[:-1] + "9").accounts([Employee("1")])


@pytest.mark.parametrize(
    "link",
    ["https://evil.example/v1.0/users?x=1", "{url}.evil.example/v1.0/users?x=1", "{url}/v1.0/groups?x=1", "/v1.0/users?x=1",
     "{url}@evil.example/v1.0/users?x=1", "{url}/v1.0/users/../me?x=1"],
)  # fmt: skip
def test_a_next_page_that_leads_elsewhere_is_not_asked_for(
    tenant: FakeGraph, app: AppFiles, link: str
) -> None:
    """A token travels to Graph only, and to the list that we asked for."""
    for n in range(3):
        tenant.people.add(str(n))
    tenant.people.page, tenant.people.next_link = 1, link.format(url=tenant.url)
    with pytest.raises(OutsideError, match="next page is elsewhere"):
        place(tenant, app).accounts([Employee("1")])
    assert [path for _, path in tenant.calls].count("/v1.0/users") == 1


def test_a_list_that_goes_in_circles_ends(tenant: FakeGraph, app: AppFiles) -> None:
    """A link that comes again is no next page."""
    for n in range(3):
        tenant.people.add(str(n))
    tenant.people.page, tenant.people.next_link = 1, f"{tenant.url}/v1.0/users?%24skiptoken=1"
    with pytest.raises(OutsideError, match="same page again and again"):
        place(tenant, app).accounts([Employee("1")])


@pytest.mark.parametrize(
    "none",
    [NO_PHOTO, wrong(404, "ErrorItemNotFound", "The photo wasn't found."), wrong(404, "GetUserPhoto", "The photo wasn't found."),
     wrong(404, "ErrorEntityNotFound", "Exception of type 'Microsoft.Fast.Profile.Core.Exception.ImageNotFoundException' was thrown.")],
)  # fmt: skip
def test_no_photo_has_many_names(tenant: FakeGraph, app: AppFiles, anna: str, none: Answer) -> None:
    """All that was seen of Graph; removing what is not there is no error."""
    tenant.people.unreadable[anna] = none
    assert place(tenant, app).look(anna) is None
    place(tenant, app).remove(anna)


@pytest.mark.parametrize(
    "answer",
    [
        wrong(404, "MailboxNotHostedInExchangeOnline", "Mailbox is hosted by an on-premise or non-Exchange server."),
        wrong(404, "ErrorItemNotFound", "The specified object was not found in the store."),
        wrong(400, "AuthenticationError", "Error authenticating with resource"),
        wrong(404, "MailboxNotEnabledForRESTAPI", "REST API is not yet supported for this mailbox."),
        Answer(404, b"not here"), wrong(403, "ErrorAccessDenied", "Access is denied."), Answer(410),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_not_taken_for_none(
    tenant: FakeGraph, app: AppFiles, anna: str, answer: Answer
) -> None:
    """Or it would be overwritten without a backup: this person is left out, with Graph's words."""
    tenant.people.unreadable[anna] = answer
    with pytest.raises(PhotoError, match=f"{anna}.*{answer.status}") as caught:
        place(tenant, app).look(anna)
    assert caught.value.reason == ("microsoft365.rights" if answer.status == 403 else "photo.unreadable")


def test_who_has_left_is_told_apart(tenant: FakeGraph, app: AppFiles) -> None:
    """404 is said for everything: whether the user is there is asked."""
    there = place(tenant, app)
    for touch in (lambda: there.look(GONE), lambda: there.put(GONE, photo("x")), lambda: there.remove(GONE)):
        with pytest.raises(PhotoError, match=r"no user .* any more") as caught:
            touch()
        assert caught.value.reason == "account.gone"


def test_people_without_a_mailbox_get_a_smaller_photo(tenant: FakeGraph, app: AppFiles, anna: str) -> None:
    """100 kB for everybody unless all have mailboxes; the misleading 404 for more is explained."""
    tenant.people.without_mailbox.add(anna)
    assert place(tenant, app).takes.most_bytes == 100_000
    there = place(tenant, app, mailboxes=True)
    assert there.takes.most_bytes == 4_000_000
    big = photo("noise")[:-2] + b"\0" * 120_000 + b"\xff\xd9"
    with pytest.raises(PhotoError, match="100000 bytes are the most; set mailboxes = false") as caught:
        there.put(anna, big)
    assert caught.value.reason == "photo.too_large"
    there.put(anna, photo("anna"))
    assert tenant.people.writes == {anna: 1}


@pytest.mark.parametrize(
    ("picture", "reason"),
    [
        (b"", "photo.too_large"),
        (b"\xff\xd8\xff" + b"x" * 4_000_000, "photo.too_large"),
        (b"no picture", "photo.shape"),
        (b"\xff\xd8\xffx", "photo.refused"),
        (portrait("small", 23, 23), "photo.refused"),
    ],
)
def test_what_it_does_not_take_fails_for_this_person(
    tenant: FakeGraph, app: AppFiles, anna: str, picture: bytes, reason: str
) -> None:
    """With what it takes, or its words."""
    with pytest.raises(PhotoError) as caught:
        place(tenant, app).put(anna, picture)
    assert caught.value.reason == reason
    assert tenant.people.writes == {}


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        (wrong(400, "ErrorInvalidImage"), PhotoError, "not taken .400 ErrorInvalidImage"),
        (
            wrong(403, "ErrorAccessDenied", "Access is denied"),
            PhotoError,
            "needs ProfilePhoto.ReadWrite.All, and the",
        ),
        (wrong(409, "Conflict"), OutsideError, "was not changed .409"),
        (wrong(413, "TooLarge"), PhotoError, "413 TooLarge"),
        (wrong(500, "x"), OutsideError, "answers 500"),
        (wrong(502, "x"), OutsideError, "answers 502"),
        (wrong(504, "x"), OutsideError, "answers 504"),
        (wrong(507, "InsufficientStorage"), OutsideError, "was not changed .507"),
        (
            Answer(302, b"", {"Location": "https://evil.example/"}),
            ConfigError,
            "our secret is not sent there",
        ),
    ],
)
def test_each_refused_write_is_told_and_not_repeated(
    tenant: FakeGraph, app: AppFiles, anna: str, answer: Answer, error: type[CatchlightError], says: str
) -> None:
    """By what should happen next; a write that may have been taken is never sent again blindly."""
    tenant.next = [answer]
    with pytest.raises(error, match=says):
        place(tenant, app).put(anna, photo("anna"))
    assert len(tenant.writes()) == 1


@pytest.mark.parametrize("kind", ["429", "429-date", "429-bare", "503"])
@pytest.mark.parametrize("method", ["look", "put", "remove"])
def test_a_throttled_call_is_made_again(
    tenant: FakeGraph, app: AppFiles, anna: str, kind: str, method: str
) -> None:
    """After as long as Graph says, in seconds or as a date; a write, too, since nothing was done yet."""
    tenant.people.set(anna, photo("before"))
    there = place(tenant, app)
    tenant.next = [tenant._wrong(kind)] * 2
    getattr(there, method)(anna, *[photo("anna")] * (method == "put"))
    assert tenant.next == []
    assert tenant.people.writes == ({} if method == "look" else {anna: 1})


def test_a_tenant_that_wants_an_hour_is_left_for_the_next_run(
    tenant: FakeGraph, app: AppFiles, anna: str
) -> None:
    """Nothing sleeps for an hour inside a run."""
    tenant.next = [wrong(429, "TooManyRequests", **{"Retry-After": "3600"})]
    with pytest.raises(OutsideError, match="answers 429: too busy"):
        place(tenant, app).put(anna, photo("anna"))
    assert len(tenant.calls) == 1


def test_never_more_than_four_at_a_time(tenant: FakeGraph, app: AppFiles, anna: str) -> None:
    """Of sixteen threads, as many are under way as Outlook serves for one app."""
    tenant.hold = 0.02
    there = place(tenant, app)
    gate = threading.Barrier(16)

    def ask(_: int) -> bytes | None:
        gate.wait()
        return there.look(anna)

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(ask, range(16))) == {None}
    assert (tenant.most, tenant.crowded) == (4, 0)


def test_a_write_without_an_answer_is_found_by_reading_back(
    tenant: FakeGraph, app: AppFiles, anna: str
) -> None:
    """Graph took it, and the line broke before it said so: it is not put a second time."""
    there = place(tenant, app)
    there.look(anna)
    tenant.lose_answers = 1
    with pytest.raises(OutsideError):
        there.put(anna, photo("anna"))
    assert shows(there, there.look(anna), photo("anna"))
    assert tenant.people.writes == {anna: 1}


@pytest.mark.parametrize("body", [b"<html>signed out</html>", b"", b"{}", b"[]"])
def test_an_answer_that_is_no_photo_is_not_one(
    tenant: FakeGraph, app: AppFiles, anna: str, body: bytes
) -> None:
    """Neither as a backup nor as a proof that ours arrived; a page of a proxy is no list of users."""
    tenant.people.set(anna, photo("before"))
    there = place(tenant, app)
    tenant.next = [Answer(200, body)] * 5
    with pytest.raises(OutsideError):
        there.look(anna)
    about = as_json(200, {"@odata.mediaContentType": "image/jpeg", "id": "648x648"})
    tenant.next = [about, *[Answer(200, body, {"Content-Type": "image/jpeg"})] * 5]
    with pytest.raises(OutsideError, match="something else than a picture"):
        there.look(anna)
    tenant.next = [as_json(200, {}), *[Answer(200, body)] * 5]
    with pytest.raises(OutsideError):
        there.accounts([Employee("1")])


def test_replicas_that_disagree_are_not_believed(tenant: FakeGraph, app: AppFiles, anna: str) -> None:
    """Asked once more; while one says that there is a photo and another has none, nothing is overwritten."""
    about = as_json(200, {"@odata.mediaContentType": "image/jpeg", "id": "648x648"})
    there = place(tenant, app)
    tenant.next = [about, NO_PHOTO]
    assert there.look(anna) is None
    tenant.next = [about, NO_PHOTO, about, NO_PHOTO]
    with pytest.raises(OutsideError, match="says that there is a photo"):
        there.look(anna)


def test_a_slow_body_is_left(tenant: FakeGraph, app: AppFiles, anna: str) -> None:
    """A byte now and then keeps no call alive: time is limited altogether."""
    there = place(tenant, app, timeout=0.5)
    there.look(anna)
    tenant.drip = 0.1
    with stamina.set_testing(True, attempts=1), pytest.raises(OutsideError, match="takes too long"):
        there.look(anna)


def test_a_tenant_that_takes_photos_from_on_premises_only_is_told_before_anything(
    tenant: FakeGraph, app: AppFiles, anna: str
) -> None:
    """At the plan and at the probe, with what to do; where the policy cannot be asked, the plan goes on."""
    tenant.people.policy = {"source": "onPremises", "allowedRoles": []}
    with pytest.raises(ConfigError, match=r"directory on premises only.*up to 24 hours"):
        place(tenant, app).accounts([Employee("1")])
    assert "on premises only" in microsoft365.probe(settings(tenant, app))[0]
    with pytest.raises(PhotoError, match="photo policy has to let it"):
        place(tenant, app).put(anna, photo("anna"))
    for told in ([tenant.people.policy], tenant.people.policy):
        tenant.next = [as_json(200, {"value": told})]
        with pytest.raises(ConfigError, match="on premises only"):
            place(tenant, app).accounts([Employee("1")])
    tenant.tokens.roles = ("ProfilePhoto.ReadWrite.All", "User.Read.All")
    assert place(tenant, app).accounts([Employee("1")]).targets == {"1": anna}
    for strange in (
        wrong(404, "ResourceNotFound"),
        Answer(204),
        as_json(200, {"value": None}),
        as_json(200, {}),
    ):
        tenant.next = [strange]
        assert place(tenant, app).accounts([Employee("1")]).targets == {"1": anna}


@pytest.mark.parametrize(
    ("lost", "says"),
    [
        (
            "ProfilePhoto.ReadWrite.All",
            "lacks ProfilePhoto.ReadWrite.All .Application., to read and write photos",
        ),
        ("User.Read.All", "lacks User.Read.All .Application., to find accounts"),
        ("PeopleSettings.Read.All", "lacks PeopleSettings.Read.All"),
        ("GroupMember.Read.All", "lacks GroupMember.Read.All"),
    ],
)
def test_the_probe_names_the_missing_permission(
    tenant: FakeGraph, app: AppFiles, anna: str, lost: str, says: str
) -> None:
    """In Microsoft's words, read from the token; nothing is changed."""
    tenant.people.groups = {GROUP: {anna}}
    tenant.tokens.roles = tuple(role for role in tenant.tokens.roles if role != lost)
    told = microsoft365.probe(settings(tenant, app, only_group=GROUP))
    assert re.search(says, told[0])
    assert tenant.writes() == []


def test_the_probe_says_what_is_too_much(tenant: FakeGraph, app: AppFiles, anna: str) -> None:
    """An app that may change every user is told to give that back; a good one is ready."""
    assert microsoft365.probe(settings(tenant, app)) == []
    tenant.people.unreadable[anna] = wrong(404, "MailboxNotHostedInExchangeOnline")
    assert microsoft365.probe(settings(tenant, app)) == []
    tenant.tokens.roles += ("User.ReadWrite.All", "Directory.ReadWrite.All")
    (told,) = microsoft365.probe(settings(tenant, app))
    assert told.endswith("take away what Catchlight never uses: Directory.ReadWrite.All, User.ReadWrite.All")


def test_the_probe_says_when_the_certificate_ends(
    tenant: FakeGraph, anna: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A month before."""
    soon = make_files(tmp_path_factory.mktemp("soon"), days=29)
    (told,) = microsoft365.probe(settings(tenant, soon))
    assert anna
    assert re.fullmatch(
        r"certificate_file: the certificate ends on \d{4}-\d\d-\d\d; put a new one in its place", told
    )


def test_the_probe_of_an_empty_or_unreachable_tenant(tenant: FakeGraph, app: AppFiles) -> None:
    """Nobody there, nobody in the group, no server."""
    assert microsoft365.probe(settings(tenant, app)) == ["Microsoft 365 lists nobody in the tenant"]
    tenant.people.groups = {GROUP: set()}
    tenant.people.add("1")
    told = microsoft365.probe(settings(tenant, app, only_group=GROUP))
    assert told == ["Microsoft 365 lists nobody in the group of only_group"]
    (told,) = microsoft365.probe(
        settings(tenant, app, url="http://127.0.0.1:9", sign_in_url="http://127.0.0.1:9")
    )
    assert "127.0.0.1:9" in told


@pytest.mark.parametrize(
    ("changed", "says"),
    [({"match": "displayName"}, "match"), ({"only_group": "everybody"}, "only_group"), ({"lag": -1}, "lag")],
)
def test_settings_that_make_no_sense_are_refused(
    tenant: FakeGraph, app: AppFiles, changed: dict[str, Any], says: str
) -> None:
    """The message names the key."""
    with pytest.raises(ValidationError, match=says):
        settings(tenant, app, **changed)


def test_importing_it_is_cheap() -> None:
    """A settings file is read without loading msal."""
    import subprocess  # noqa: PLC0415
    import sys  # noqa: PLC0415

    code = "import sys, connectors.microsoft365, connectors.sharepoint; sys.exit('msal' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
