"""Microsoft 365 as one source of a job, by the contract of all sources and by Graph's own traps."""

import base64
import functools
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import ValidationError

from catchlight.errors import ConfigError, OutsideError, PhotoError
from catchlight.source import Entry, Fetched, Page, StaleMarkError
from catchlight.vault import Vault
from connectors import microsoft365
from connectors._graph_calls import Graph
from connectors._graph_source_batch import ALLOWED, ask
from connectors._trust import trusted
from tests.fake_graph_answers import Answer, as_json, wrong
from tests.fake_graph_delta import STALE
from tests.graph_app import AppFiles, calm_graph, make_files
from tests.source_contract import Contract, later, synced
from tests.source_graph import GROUP, GraphWorld, guid
from tests.source_worlds import Fault, What, jpeg

_ANSWERS: tuple[Fault, ...] = ("401", "403", "404", "429", "500", "truncated", "wrong_type", "slow")
FAULTS: frozenset[tuple[What, Fault]] = frozenset(itertools.product(("list", "photo"), _ANSWERS))


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> AppFiles:
    """Return the files of an app registration."""
    return make_files(tmp_path_factory.mktemp("app"))


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, app: AppFiles) -> Iterator[GraphWorld]:
    """Return an empty tenant in which nobody waits; it is never called by more than four at a time."""
    monkeypatch.setattr("connectors._allowed_calls.trusted", functools.cache(trusted))  # takes its time
    with calm_graph(monkeypatch) as tenant:
        yield GraphWorld(tenant, app)


@pytest.fixture
def group(world: GraphWorld) -> GraphWorld:
    """Return the same tenant, of which only the members of one group are read."""
    return GraphWorld(world.tenant, world.app, group=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the memory and the pictures lie."""
    return tmp_path / "sync"


class TestGraph(Contract):
    """The contract, by delta query."""

    FAULTS: ClassVar[frozenset[tuple[What, Fault]]] = FAULTS


class TestGraphInPart(Contract):
    """The contract, where a change brings only what changed, everybody comes twice, and base64 is of the other kind."""

    FAULTS: ClassVar[frozenset[tuple[What, Fault]]] = frozenset({("list", "500"), ("photo", "truncated")})

    @pytest.fixture
    def world(self, world: GraphWorld) -> GraphWorld:
        """Return a stranger tenant."""
        world.tenant.delta.partly = world.tenant.delta.twice = True
        world.tenant.batches.url_safe, world.tenant.batches.padded = True, False
        world.tenant.batches.strange, world.tenant.batches.largest = True, 64 << 20
        return world


class TestGraphGroup(Contract):
    """The contract, for the members of one group."""

    FAULTS: ClassVar[frozenset[tuple[What, Fault]]] = frozenset(
        {("list", "403"), ("list", "429"), ("list", "truncated")}
    )

    @pytest.fixture
    def world(self, group: GraphWorld) -> GraphWorld:
        """Return a tenant with a group."""
        return group


def listed(world: GraphWorld, mark: str = "", **changed: Any) -> tuple[dict[str, Entry], Page]:
    """Return whom a source lists from a mark, and its last page."""
    found: dict[str, Entry] = {}
    page = Page([])
    for page in world.open(**changed).pages(mark):
        found |= {one.key: one for one in page.entries}
    return found, page


def fetched(world: GraphWorld, *wanted: tuple[str, str]) -> dict[str, Fetched]:
    """Return what comes of photos."""
    return {one.key: one for one in world.open().photos(wanted)}


def test_properties_become_our_fields(world: GraphWorld) -> None:
    """As the company maps them, into a property, too; what is not set is empty, and no more is asked for."""
    world.person("1001", given_name="Zoë", email="zoe@example.com")
    world.people.users[guid("1001")] |= {
        "onPremisesExtensionAttributes": {"extensionAttribute1": "007"},
        "city": "x",
    }
    fields = {"employee_number": "onPremisesExtensionAttributes.extensionAttribute1", "entity": "city"}
    found, _ = listed(world, fields=fields)
    assert found["1001"].values == {
        "employee_number": "007", "given_name": "Zoë", "family_name": "", "display_name": "1001", "email": "zoe@example.com",
        "username": "", "department": "", "title": "", "country": "", "entity": "x", "language": "",
        "subject": guid("1001"), "employee_type": "",
    }  # fmt: skip


@pytest.mark.parametrize("partly", [True, False])
def test_changes_tell_what_changed(world: GraphWorld, partly: bool) -> None:
    """A value that was taken away is empty; who is away is gone and comes back whole."""
    for key in ("1001", "1002", "1003"):
        world.person(key, title="Clerk", department="Sales")
    world.tenant.delta.partly = partly
    world.tenant.delta.deleted = {guid("900")}
    first, page = listed(world)
    assert first["900"].gone
    users = world.people.users
    users[guid("1001")]["jobTitle"] = None
    users[guid("1002")]["accountEnabled"] = False
    users[guid("1003")]["userType"] = "Guest"
    found, page = listed(world, page.then)
    assert found["1001"].values["title"] == ""
    assert found["1001"].values["department"] == "Sales"
    assert [one.gone for one in found.values()] == [False, True, True]
    users[guid("1002")]["jobTitle"] = "Boss"  # of somebody whom we do not know any more
    users[guid("1003")]["userType"] = None
    found, page = listed(world, page.then)
    assert found["1002"].gone
    assert found["1003"].values["department"] == "Sales"
    users[guid("1002")]["accountEnabled"] = True
    found, page = listed(world, page.then)
    assert (found["1002"].values["title"], found["1002"].values["department"]) == ("Boss", "Sales")
    assert listed(world, page.then)[0] == {}


def test_somebody_who_leaves_while_being_looked_up_is_gone(world: GraphWorld) -> None:
    """Delta tells of a change, and the user is not there any more."""
    world.person("1001", title="Clerk")
    world.person("1002", title="Clerk")
    world.tenant.delta.partly = True
    _, page = listed(world)
    world.people.users[guid("1001")]["jobTitle"] = "Boss"
    answer = world.tenant.delta.answer(
        world.tenant.url, world.people.users, {"$deltatoken": token_of(page.then)}, ("User.Read.All",)
    )
    del world.people.users[guid("1001")]
    world.tenant.next = [answer]
    found, _ = listed(world, page.then)
    assert found["1001"].gone


def token_of(mark: str) -> str:
    """Return the token at the end of a mark, as it was before it was escaped."""
    from urllib.parse import unquote  # noqa: PLC0415

    return unquote(mark.rpartition("token=")[2])


@pytest.mark.parametrize("stale", STALE)
def test_an_old_token_means_everybody_anew(world: GraphWorld, folder: Path, stale: Answer) -> None:
    """Nobody is lost, and no photo is fetched again that is still the same."""
    for n in range(8):
        world.person(str(1000 + n), jpeg(n), title="Clerk")
    before = synced(world, folder)
    world.tenant.delta.stale = stale
    world.tenant.delta.expire()
    del world.calls[:]
    world.gone("1002")
    after = synced(world, folder)
    assert after == {key: one for key, one in before.items() if key != "1002"}
    assert not [call for call in world.calls if "photo" in call]


def test_a_list_that_never_lets_itself_be_finished_is_the_world(world: GraphWorld, folder: Path) -> None:
    """Every second page is refused: told as such, after one more try."""
    for n in range(8):
        world.person(str(1000 + n), jpeg(n))
    real = world.tenant.delta.answer

    def answer(url: str, users: Any, query: dict[str, str], roles: tuple[str, ...]) -> Answer:
        return STALE[0] if len(query.get("$skiptoken", "")) else real(url, users, query, roles)

    world.tenant.delta.answer = answer  # type: ignore[method-assign]
    with pytest.raises(OutsideError, match="does not let itself be listed to the end"):
        synced(world, folder)


def test_a_mark_goes_on_in_another_process_and_with_the_same_settings_only(world: GraphWorld) -> None:
    """Links are kept as they are; other fields, another group, another tenant or another address begin anew."""
    for n in range(8):
        world.person(str(1000 + n))
    pages = list(world.open().pages(""))
    assert [bool(page.next) for page in pages] == [True, True, False]
    assert [bool(page.then) for page in pages] == [False, False, True]
    rest = [one.key for page in world.open().pages(pages[0].next) for one in page.entries]
    assert rest == [one.key for page in pages[1:] for one in page.entries]
    mark = pages[2].then
    assert listed(world, mark)[0] == {}
    for changed in (
        {"fields": {"title": "department"}},
        {"fields": {"title": "city"}},
        {"only_group": GROUP},
    ):
        with pytest.raises(StaleMarkError):
            listed(world, mark, **changed)
    for other in (
        mark.replace(world.tenant.url, "https://evil.example"), mark.replace("/delta", ""), mark.partition(" ")[2], "x",
        mark.replace("/v1.0", "/beta"), mark.replace("token=", "token=x"),
    ):  # fmt: skip
        with pytest.raises(StaleMarkError):
            listed(world, other)


@pytest.mark.parametrize(
    "link",
    ["https://evil.example/v1.0/users/delta?x=1", "{url}.evil.example/v1.0/users/delta?x=1", "{url}/v1.0/users?x=1",
     "/v1.0/users/delta?x=1", "{url}@evil.example/v1.0/users/delta?x=1", "{url}/v1.0/users/delta/../me?x=1"],
)  # fmt: skip
@pytest.mark.parametrize("page", [1, 9])
def test_a_link_that_leads_elsewhere_is_not_followed(world: GraphWorld, link: str, page: int) -> None:
    """Neither to the next page, nor the next time."""
    world.person("1001")
    world.person("1002")
    world.tenant.delta.page, world.tenant.delta.link = page, link.format(url=world.tenant.url)
    with pytest.raises(OutsideError, match="elsewhere"):
        listed(world)
    assert len(world.calls) == 1


def test_lists_without_an_end_are_the_world(world: GraphWorld) -> None:
    """A round that ends without a token, or goes in circles."""
    for key in ("1001", "1002", "1003"):
        world.person(key)
    world.tenant.delta.bare = True
    with pytest.raises(OutsideError, match="without saying where to go on"):
        listed(world)
    world.tenant.delta.page, world.tenant.delta.bare = 1, False
    first = json.loads(
        world.tenant.delta.answer(world.tenant.url, world.people.users, {}, ("User.Read.All",)).body
    )
    world.tenant.delta.link = first["@odata.nextLink"]
    with pytest.raises(OutsideError, match="again and again"):
        listed(world)


def test_only_members_of_the_group_are_read(group: GraphWorld, folder: Path) -> None:
    """Who joins it comes, who leaves it goes, which a delta query would not tell; nobody else is ever asked for."""
    for key in ("1001", "1002", "1003"):
        group.person(key, jpeg(int(key)))
    members = group.people.groups[GROUP]
    members -= {guid("1003")}
    assert synced(group, folder).keys() == {"1001", "1002"}
    members.add(guid("1003"))
    members.remove(guid("1001"))
    del group.calls[:]
    assert synced(group, folder).keys() == {"1002", "1003"}
    assert not [call for call in group.calls if guid("1001") in call or guid("1002") in call]
    assert not [call for call in group.calls if "delta" in call]
    with pytest.raises(ConfigError, match="only_group: there is no group"):
        list(
            microsoft365.open_source(
                group.settings().model_copy(update={"only_group": GROUP[:-1] + "9"}), "x"
            ).pages("")
        )


def test_what_graph_does_not_list_is_a_matter_of_the_settings(world: GraphWorld) -> None:
    """A property that is misspelt or kept elsewhere is named."""
    with pytest.raises(ConfigError, match=r"fields: .*jobTitel.*Could not find a property"):
        listed(world, fields={"title": "jobTitel"})
    for name in ("hireDate", "job title", "a/b", "a.b.c", ""):
        with pytest.raises(ValidationError, match="fields"):
            world.settings(fields={"started": name})
    world.person("1001")
    world.tenant.tokens.roles = ()
    with pytest.raises(ConfigError, match=r"API permissions: the app needs User.Read.All .Application.: 403"):
        listed(world)


def test_photos_are_asked_for_in_few_calls(world: GraphWorld) -> None:
    """Ten new people in one batch; twenty known ones in one, and the bytes of those that changed in another."""
    keys = [str(1000 + n) for n in range(20)]
    for key in keys:
        world.person(key, jpeg(int(key)))
    first = fetched(world, *((key, "") for key in keys))
    assert all(first[key].picture == jpeg(int(key)) and first[key].version for key in keys)
    assert world.tenant.batches.sizes == [20, 20]
    world.tenant.batches.sizes.clear()
    world.people.set(guid("1003"), jpeg(1))
    world.people.set(guid("1004"), None)
    second = fetched(world, *((key, first[key].version) for key in keys))
    assert world.tenant.batches.sizes == [20, 1]
    assert (second["1003"].picture, second["1003"].same) == (jpeg(1), False)
    assert (second["1004"].picture, second["1004"].problem, second["1004"].same) == (None, None, False)
    assert all(second[key].same and second[key].version == first[key].version for key in keys[5:])
    world.tenant.batches.sizes.clear()
    assert fetched(world, ("1004", second["1004"].version))["1004"].picture is None
    assert world.tenant.batches.sizes == [1]


@pytest.mark.parametrize("fault", ["429", "500"])
def test_only_those_who_were_not_answered_are_asked_for_again(world: GraphWorld, fault: Fault) -> None:
    """An answer inside of a batch has a status and a pause of its own."""
    keys = [str(1000 + n) for n in range(10)]
    for key in keys:
        world.person(key, jpeg(int(key)))
    world.fail("photo", fault, 3)
    assert all(one.picture for one in fetched(world, *((key, "") for key in keys)).values())
    assert world.tenant.batches.sizes == [20, 3]


def test_what_does_not_come_in_a_batch_comes_by_itself(world: GraphWorld) -> None:
    """Too large, cut, or left out of the answers; and one in an hour is left for the next time."""
    for key in ("1001", "1002"):
        world.person(key, jpeg(int(key)) + bytes(1000))
    world.tenant.batches.largest = 500
    assert all(one.picture for one in fetched(world, ("1001", ""), ("1002", "")).values())
    assert [line for line in world.calls if line.startswith("GET") and line.endswith("$value")]
    world.tenant.batches.largest = 1 << 20
    for drop in (1, 100):
        world.tenant.batches.drop = drop
        assert all(one.picture for one in fetched(world, ("1001", ""), ("1002", "")).values())
    world.people.unreadable[guid("1001")] = wrong(429, "TooManyRequests", **{"Retry-After": "3600"})
    came = []
    with pytest.raises(OutsideError, match="wants 3600 seconds"):
        came.extend(world.open().photos([("1001", ""), ("1002", "")]))
    assert [one.key for one in came] == ["1002"]


@pytest.mark.parametrize("safe", [True, False])
@pytest.mark.parametrize("padded", [True, False])
def test_pictures_come_in_either_base64(world: GraphWorld, safe: bool, padded: bool) -> None:
    """In batches, and nobody has to be asked for by a call of their own."""
    keys = [str(1000 + n) for n in range(9)]
    for key in keys:
        world.person(key, jpeg(int(key)) + b"?" * int(key[-1]))
    world.tenant.batches.url_safe, world.tenant.batches.padded = safe, padded
    found = fetched(world, *((key, "") for key in keys))
    assert all(found[key].picture == jpeg(int(key)) + b"?" * int(key[-1]) for key in keys)
    assert not [line for line in world.calls if line.startswith("GET")]


def test_a_picture_that_was_cut_in_a_batch_is_not_believed(
    world: GraphWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is good base64, and begins like a picture."""
    world.person("1001", jpeg(1))
    monkeypatch.setattr(
        world.tenant.batches, "_text", lambda answer: base64.b64encode(answer.body[:-100]).decode()
    )
    assert fetched(world, ("1001", ""))["1001"].picture == jpeg(1)
    assert [line for line in world.calls if line.startswith("GET") and line.endswith("$value")]


def test_one_person_that_is_not_answered_for_keeps_nobody_else_back(world: GraphWorld, folder: Path) -> None:
    """What came stays; of the one it is told that the photo could not be had, and it is asked for the next time."""
    for key in ("1001", "1002", "1003"):
        world.person(key, jpeg(int(key)))
    world.people.unreadable[guid("1002")] = wrong(429, "TooManyRequests", **{"Retry-After": "3600"})
    found = synced(world, folder)
    assert [(bool(found[key].digest), found[key].reason) for key in sorted(found)] == [
        (True, ""),
        (False, "photo.away"),
        (True, ""),
    ]
    del world.people.unreadable[guid("1002")]
    del world.calls[:]
    assert synced(world, folder)["1002"].digest
    assert not [line for line in world.calls if guid("1001") in line]


@pytest.mark.parametrize(
    "answer", [Answer(500), Answer(200, b"<html>"), as_json(200, {}), wrong(400, "BadRequest")]
)
def test_a_batch_that_fails_as_a_whole_is_asked_for_in_smaller_ones(
    world: GraphWorld, answer: Answer
) -> None:
    """And at last one by one; an outage is not answered by a call for each person."""
    keys = [str(1000 + n) for n in range(10)]
    for key in keys:
        world.person(key, jpeg(int(key)))
    world.tenant.next = [answer] * 2
    assert all(one.picture for one in fetched(world, *((key, "") for key in keys)).values())
    assert world.tenant.batches.sizes == [5] * 4
    world.tenant.next = [answer] * 3
    assert all(one.picture for one in fetched(world, *((key, "") for key in keys)).values())
    assert len([line for line in world.calls if line.startswith("GET")]) == 20
    world.tenant.faults = {"503": 1.0}
    before = len(world.calls)
    with pytest.raises(OutsideError):
        fetched(world, *((key, "") for key in keys))
    assert len(world.calls) - before <= 3 * 5 + 2 * 5


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (
            wrong(404, "MailboxNotHostedInExchangeOnline", "Mailbox is hosted elsewhere."),
            "account.no_mailbox",
        ),
        (
            wrong(404, "ErrorItemNotFound", "The specified object was not found in the store."),
            "account.no_mailbox",
        ),
        (wrong(400, "AuthenticationError", "Error authenticating with resource"), "photo.unreadable"),
        (wrong(403, "ErrorAccessDenied", "Access is denied."), "microsoft365.rights"),
        (wrong(404, "Request_ResourceNotFound", "Resource does not exist."), "account.gone"),
    ],
)
def test_one_unreadable_photo_is_no_missing_photo(world: GraphWorld, answer: Answer, reason: str) -> None:
    """And it is nobody else's problem."""
    world.person("1001", jpeg(1))
    world.person("1002", jpeg(2))
    world.people.unreadable[guid("1001")] = answer
    for version in ("", '"BA09D118"', "none"):
        found = fetched(world, ("1001", version), ("1002", ""))
        assert isinstance(found["1001"].problem, PhotoError)
        assert found["1001"].problem.reason == reason
        assert str(answer.status) in str(found["1001"].problem) or reason == "account.gone"
        assert found["1002"].picture == jpeg(2)


def test_without_the_right_to_read_photos_nothing_goes_on(world: GraphWorld) -> None:
    """It is nobody's photo in particular."""
    world.person("1001", jpeg(1))
    world.tenant.tokens.roles = ("User.Read.All",)
    with pytest.raises(
        ConfigError, match=r"API permissions: the app needs ProfilePhoto.Read.All .Application."
    ):
        fetched(world, ("1001", ""))


def test_replicas_that_disagree_are_asked_the_next_time(world: GraphWorld) -> None:
    """A photo by its metadata and none by its bytes: neither stored nor taken for none."""
    world.person("1001", jpeg(1))
    real = world.people.photo

    def photo(id_: str, *, value: bool, roles: tuple[str, ...]) -> Answer:
        return wrong(404, "ImageNotFound") if value else real(id_, value=value, roles=roles)

    world.people.photo = photo  # type: ignore[method-assign]
    for version in ("", '"1"'):
        with pytest.raises(OutsideError, match="says that there is a photo, and gives none"):
            fetched(world, ("1001", version))


def test_some_photos_have_their_turn_every_day(world: GraphWorld, folder: Path) -> None:
    """Graph does not tell that a photo changed: in 28 days everybody is asked, and only what changed is fetched."""
    for n in range(56):
        world.person(str(1000 + n), jpeg(n))
    synced(world, folder)
    for day in range(28):
        later(folder, days=1)
        if day == 3:
            for n in range(56):
                world.people.set(guid(str(1000 + n)), jpeg(100 + n))
        del world.calls[:]
        found = synced(world, folder)
        assert len([line for line in world.calls if line.endswith("photo")]) == 2
    stored = [Vault(folder / "vault").get(one.digest) for one in found.values()]
    assert [stored.count(jpeg(100 + n)) for n in range(56)] == [0] * 6 + [1] * 50
    del world.calls[:]
    synced(world, folder)
    assert not [line for line in world.calls if "photo" in line]


def test_no_other_call_can_be_made(world: GraphWorld) -> None:
    """Neither alone nor inside of a batch: this reads people and their photos."""
    graph = Graph(world.settings(), ALLOWED)
    user = f"/users/{guid('1001')}"
    for path in (
        "/me/photo",
        f"{user}/messages",
        f"{user}/photo/../messages",
        "/users",
        f"{user}/photos/96x96/$value",
    ):
        with pytest.raises(ValueError, match="is not a call that this connector makes"):
            ask(graph, {path: lambda _: None})
    for method, path in (
        ("PUT", f"{user}/photo/$value"),
        ("DELETE", f"{user}/photo/$value"),
        ("PATCH", user),
    ):
        with pytest.raises(ValueError, match="is not a call that this connector makes"):
            graph.call(method, f"/v1.0{path}")
    assert world.calls == []


READ = ("User.Read.All", "ProfilePhoto.Read.All")
WRITE = ("User.Read.All", "ProfilePhoto.ReadWrite.All", "PeopleSettings.Read.All")


@pytest.mark.parametrize(
    ("roles", "says"),
    [
        (READ, []), (WRITE, []), ((*READ, *WRITE), []),
        (READ[:1], ["lacks ProfilePhoto.Read.All .Application., to read photos", "needs ProfilePhoto.Read.All"]),
        (READ[1:], ["lacks User.Read.All .Application., to see who there is", "needs User.Read.All"]),
        ((*READ, "User.ReadWrite.All"), ["take away what Catchlight never uses: User.ReadWrite.All"]),
    ],
)  # fmt: skip
def test_the_probe_names_the_permissions_of_reading(
    world: GraphWorld, roles: tuple[str, ...], says: list[str]
) -> None:
    """One app may read and write; the right to write photos includes that to read them."""
    world.person("1001", jpeg(1))
    world.tenant.tokens.roles = roles
    told = microsoft365.probe_source(world.settings())
    assert len(told) == len(says)
    assert all(re.search(*pair) for pair in zip(says, told, strict=True))
    assert world.tenant.writes() == [("POST", "/v1.0/$batch")] * len(world.tenant.batches.sizes)


def test_the_probe_of_publishing_is_content_with_an_app_that_reads_too(world: GraphWorld) -> None:
    """And says so where it can only read."""
    world.person("1001", jpeg(1))
    settings = microsoft365.Settings(
        **world.settings().model_dump(exclude={"only_group", "fields", "recheck_days"})
    )
    world.tenant.tokens.roles = (*READ, *WRITE)
    assert microsoft365.probe(settings) == []
    world.tenant.tokens.roles = READ
    told = microsoft365.probe(settings)
    assert [re.search(r"lacks (\S+)", one)[1] for one in told] == [WRITE[1], WRITE[2]]  # type: ignore[index]


def test_the_probe_tells_what_else_is_in_the_way(group: GraphWorld, tmp_path: Path) -> None:
    """The group's right, a certificate that ends, nobody there, no answer; one unreadable photo is nothing."""
    assert microsoft365.probe_source(group.settings()) == [
        "Microsoft 365 lists nobody in the group of only_group"
    ]
    group.person("1001", jpeg(1))
    group.people.unreadable[guid("1001")] = wrong(404, "MailboxNotHostedInExchangeOnline")
    assert microsoft365.probe_source(group.settings()) == []
    group.tenant.tokens.roles = READ
    told = microsoft365.probe_source(group.settings())
    assert "lacks GroupMember.Read.All (Application), to see who is in the group" in told[0]
    world = GraphWorld(group.tenant, make_files(tmp_path / "soon", days=20))
    (told_of,) = microsoft365.probe_source(world.settings(certificate_file=world.app.pem))
    assert told_of.startswith("certificate_file: the certificate ends on")
    dead = {"url": "http://127.0.0.1:9", "sign_in_url": "http://127.0.0.1:9"}
    (told_of,) = microsoft365.probe_source(world.settings().model_copy(update=dead))
    assert "127.0.0.1:9" in told_of
