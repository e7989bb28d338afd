"""A table that the job file describes as a source, against a stand-in that pages and answers in every usual way."""

import base64
import json
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar

import pytest
import stamina
from pydantic import ValidationError

from catchlight import plugins
from catchlight.errors import ConfigError, OutsideError
from catchlight.source import Fetched, Page, Source, StaleMarkError, another
from connectors import http_table
from connectors._http_table_rows import at, text
from tests.fake_table import TOKEN, FakeTable
from tests.faulty_answers import IMPATIENT
from tests.http_stand_in import Answer, Call, serving
from tests.source_contract import Contract
from tests.source_worlds import Fault, What, jpeg

JSON: dict[str, Any] = {
    "items": "data.people", "key": "id",
    "fields": {"given_name": "name.first", "family_name": "name.last", "email": "emails.0.value", "title": "title"},
}  # fmt: skip
FLAT = {"given_name": "first", "family_name": "last", "email": "email", "title": "title"}
CSV: dict[str, Any] = {"format": "csv", "delimiter": ";", "key": "id", "fields": FLAT}
PHOTOS = {"url": "/photos/{key}.jpg"}
WAYS: dict[str, dict[str, Any]] = {
    "none": {},
    "next": {"by": "next", "next": "links.next"},
    "cursor": {"by": "cursor", "next": "meta.cursor", "param": "after"},
    "page": {"by": "page", "param": "page", "size": 2, "size_param": "limit"},
    "offset": {"by": "offset", "param": "offset", "total": "meta.total"},
}


class TableWorld:
    """A system with JSON pages by links, and photos with ETags."""

    none = ("404", "204", "empty")
    tells = False
    page = 3
    usual: dict[str, Any] = {  # noqa: RUF012  replaced, never changed
        **JSON, "paging": WAYS["next"], "photo": {**PHOTOS, "etag": True}, "recheck_days": 28,
    }  # fmt: skip

    def __init__(self, table: FakeTable, folder: Path) -> None:
        """Begin with nobody."""
        self.table, self.calls, self.folder = table, table.calls, folder
        self.token = self.secret("token", TOKEN)

    def secret(self, name: str, words: str) -> Path:
        """Return a file with a secret in it."""
        file = self.folder / name
        file.touch(0o600)
        file.write_text(words)
        return file

    def person(self, key: str, picture: bytes | None = None, **values: str) -> None:
        """Let somebody be there."""
        self.table.people[key] = values
        self.table.photos.pop(key, None)
        if picture:
            self.table.photos[key] = picture

    def without_photo(self, key: str, how: str) -> None:
        """Take somebody's photo away; enough time passes for it to be asked for again."""
        del self.table.photos[key]
        self.table.empty[key] = how
        self.usual = {**self.usual, "recheck_days": 0}

    def gone(self, key: str) -> None:
        """Take somebody away."""
        del self.table.people[key]

    def fail(self, what: What, fault: Fault, times: int) -> None:
        """Let answers be faulty."""
        self.table.faults.set(what, fault, times)
        self.usual = {**self.usual, "timeout": IMPATIENT if fault == "slow" and times else 30}

    def settings(self, **changed: Any) -> http_table.SourceSettings:
        """Return settings as IT would write them."""
        told = {
            "url": self.table.url,
            "path": "/people",
            "auth": {"token_file": self.token},
            **self.usual,
            **changed,
        }
        return http_table.SourceSettings(**told)

    def open(self, **changed: Any) -> Source:
        """Return the source."""
        return http_table.open_source(self.settings(**changed), "hr")

    def pages(self, mark: str = "", **changed: Any) -> list[Page]:
        """Return all pages."""
        with closing(self.open(**changed)) as source:
            return list(source.pages(mark))

    def keys(self, **changed: Any) -> list[str]:
        """Return who is listed."""
        return [one.key for page in self.pages(**changed) for one in page.entries]

    def photo(self, key: str, known: str = "", **changed: Any) -> Fetched:
        """Return what the source gives for one person."""
        with closing(self.open(**changed)) as source:
            list(source.pages(""))
            return next(iter(source.photos([(key, known)])))

    def probe(self, **changed: Any) -> list[str]:
        """Return what stands in the way."""
        return http_table.probe_source(self.settings(**changed))


class CsvWorld(TableWorld):
    """The same as one CSV file with photos in it."""

    none = ("empty cell",)
    tells = True
    usual: dict[str, Any] = {**CSV, "photo": {"base64": "photo"}}  # noqa: RUF012  same


@pytest.fixture
def table() -> Iterator[FakeTable]:
    """Return a system without people; nothing waits before it tries again."""
    table = FakeTable()
    with serving(table.answer) as url, stamina.set_testing(True, attempts=3):
        table.url = f"{url}/api"
        yield table


@pytest.fixture
def world(table: FakeTable, tmp_path: Path) -> TableWorld:
    """Return the system as the contract sees it."""
    return TableWorld(table, tmp_path)


class TestTable(Contract):
    """The contract, with JSON."""

    FAULTS: ClassVar[frozenset[tuple[What, Fault]]] = frozenset(
        {("list", "401"), ("list", "403"), ("list", "404"), ("list", "429"), ("list", "500"), ("list", "truncated"),
         ("list", "wrong_type"), ("list", "slow"), ("photo", "slow"), ("photo", "401"), ("photo", "403"), ("photo", "429"), ("photo", "500"),
         ("photo", "truncated"), ("photo", "wrong_type")}
    )  # fmt: skip


class TestCsvTable(Contract):
    """The contract, with CSV."""

    FAULTS: ClassVar[frozenset[tuple[What, Fault]]] = frozenset(
        {("list", "truncated"), ("list", "wrong_type")}
    )

    @pytest.fixture
    def world(self, table: FakeTable, tmp_path: Path) -> TableWorld:
        """Return the system as the contract sees it."""
        table.format, table.paging = "csv", "none"
        return CsvWorld(table, tmp_path)


@pytest.mark.parametrize("format_", ["json", "ndjson", "csv"])
@pytest.mark.parametrize("way", list(WAYS))
def test_every_way_of_paging_lists_everybody_once(world: TableWorld, way: str, format_: str) -> None:
    """As far as rows alone can be paged; each page but the last is whole."""
    if format_ != "json" and way in {"next", "cursor"}:
        pytest.skip("rows alone have no place for a link")
    paging = {name: value for name, value in WAYS[way].items() if format_ == "json" or name != "total"}
    world.table.paging, world.table.format = way, format_
    for n in range(7):
        world.person(str(n), jpeg(1))
    usual = JSON if format_ == "json" else {**CSV, "items": "", "format": format_}
    assert world.keys(**usual, paging=paging) == list("0123456")


@pytest.mark.parametrize("way", ["page", "offset"])
def test_a_list_by_places_that_changes_while_it_is_read_is_not_used(world: TableWorld, way: str) -> None:
    """Whoever follows moves up, and one of them would be passed over: the total tells."""
    world.table.paging = way
    for n in range(7):
        world.person(str(n), jpeg(1))
    with closing(world.open(paging={**WAYS[way], "total": "meta.total"})) as source:
        pages = source.pages("")
        next(pages)
        world.gone("0")
        with pytest.raises(StaleMarkError, match="changes while it is read"):
            list(pages)


def test_a_list_goes_on_where_it_was(world: TableWorld) -> None:
    """In a new process, by a link or a cursor; a mark that has expired is told."""
    for n in range(7):
        world.person(str(n), jpeg(1))
    for way in ("next", "cursor"):
        world.table.paging, world.table.forgetful = way, False
        first, *rest = world.pages(paging=WAYS[way])
        assert [
            one.key for page in world.pages(first.next, paging=WAYS[way]) for one in page.entries
        ] == list("3456")
        assert rest[-1].next == ""
        world.table.forgetful = True
        with pytest.raises(StaleMarkError):
            world.pages(first.next, paging=WAYS[way])
    assert all(page.next == "" for page in world.pages(photo={**PHOTOS, "version": "hash"}, paging={}))


@pytest.mark.parametrize(
    "there", ["https://evil.example.com/api", "http://127.0.0.1:1/api", "/elsewhere", "//evil.test"]
)
def test_our_secret_goes_to_our_address_only(world: TableWorld, there: str) -> None:
    """A next page somewhere else is not asked for."""
    for n in range(7):
        world.person(str(n), jpeg(1))
    world.table.next_at = there
    with pytest.raises(ConfigError, match=r"paging.next: goes on at .* which is not below"):
        world.pages()
    world.table.next_at = "/api"
    assert len(world.keys()) == 7


def test_pages_that_never_end_stop(world: TableWorld) -> None:
    """A server that does not know the parameter gives the first page for ever; a link may lead back."""
    for n in range(7):
        world.person(str(n), jpeg(1))
    with pytest.raises(ConfigError, match=r"paging.param: 'seite' changes nothing"):
        world.pages(paging={"by": "page", "param": "seite"})
    world.table.paging = "cursor"
    with pytest.raises(OutsideError, match="again and again"):
        world.pages(paging={"by": "cursor", "next": "meta.total", "param": "x"})


@pytest.mark.parametrize(
    ("header", "accepted", "auth"),
    [
        ("authorization", "Basic aHI6d29yZA==", {"user": "hr", "password_file": "word"}),
        ("x-api-key", "word", {"header": "X-Api-Key", "value_file": "word"}),
        ("authorization", "Bearer word", {"token_file": "word"}),
        ("x-nothing", None, None),
    ],
)
def test_every_way_in_works(
    world: TableWorld, header: str, accepted: str, auth: dict[str, Any] | None
) -> None:
    """And a wrong secret is told without repeating it."""
    world.table.header, world.table.accepted = header, {accepted}
    world.person("1", jpeg(1))
    secret = world.secret("word", "word")
    told = auth and {name: secret if name.endswith("_file") else value for name, value in auth.items()}
    assert world.keys(auth=told) == ["1"]
    secret.write_text("wrong-secret")
    if auth:
        found = world.probe(auth=told)[0]
        assert found.startswith("auth: ")
        assert "401" in found
        assert "wrong-secret" not in found


def test_only_who_is_active_is_listed(world: TableWorld) -> None:
    """By a word or by true; who is not counts for the paging all the same."""
    for n in range(7):
        world.person(str(n), jpeg(1), status="left" if n < 4 else "active")
    world.table.paging = "offset"
    for active in ({"field": "status", "equals": "active"}, {"field": "active", "equals": True}):
        assert world.keys(active=active, paging=WAYS["offset"]) == list("456")


def test_further_rows_of_a_table_of_photos_are_further_photos(world: TableWorld) -> None:
    """Where the table says when a photo was taken; elsewhere two different ones for one person are nobody's."""
    rows = [("7", "2019-01-01", 1), ("7", "2024-05-05", 2), ("8", "2020-02-02", 3)]
    world.table.more = [
        {"id": key, "taken": day, "photo": base64.b64encode(jpeg(number)).decode()}
        for key, day, number in rows
    ]
    told = {"paging": WAYS["none"], "photo": {"base64": "photo"}}
    world.table.paging = "none"
    with closing(world.open(**told, fields={"photo_date": "taken"})) as source:
        entries = [one for page in source.pages("") for one in page.entries]
        got = {one.key: one.picture for one in source.photos([(one.key, "") for one in entries])}
    assert [one.key for one in entries] == ["7", another("7", "2"), "8"]
    assert list(got.values()) == [jpeg(1), jpeg(2), jpeg(3)]
    assert entries[1].values == {"photo_date": "2024-05-05"}
    assert world.photo("7", **told, fields={"title": "taken"}).problem


def test_photos_by_etag_are_not_sent_twice(world: TableWorld) -> None:
    """Asked with If-None-Match; without etag they come each time."""
    world.person("1", jpeg(1))
    first = world.photo("1")
    assert world.photo("1", first.version) == Fetched("1", version=first.version, same=True)
    world.person("1", jpeg(2))
    assert world.photo("1", first.version).picture == jpeg(2)
    assert world.photo("1", photo=PHOTOS) == Fetched("1", jpeg(2))
    with closing(world.open(recheck_days=None)) as source:
        assert source.recheck == 1


def test_a_version_in_the_list_saves_the_calls(world: TableWorld) -> None:
    """It is the entry's, and the photo's once it came."""
    world.person("1", jpeg(1))
    photo = {**PHOTOS, "version": "hash"}
    version = world.pages(photo=photo)[0].entries[0].photo
    assert version
    assert world.photo("1", photo=photo) == Fetched("1", jpeg(1), version)
    del world.calls[:]
    assert world.photo("1", version, photo=photo).same
    assert not [call for call in world.calls if "photos" in call]


@pytest.mark.parametrize("key", ["a/b", "../people", "x?y#z", "ü %2F", "."])
def test_a_key_is_one_part_of_the_address(world: TableWorld, key: str) -> None:
    """Whatever is in it; what cannot be asked for so is one person's problem."""
    world.person(key, jpeg(1))
    got = world.photo(key)
    assert got.picture == jpeg(1) if key != "." else got.problem


def test_photos_at_other_addresses_come_without_our_secret(world: TableWorld) -> None:
    """From hosts that are named; others are not asked."""
    asked = list[Call]()

    def host(call: Call) -> Answer:
        asked.append(call)
        return Answer(200, jpeg(7), {"ETag": '"7"'})

    with serving(host) as url:
        world.person("1", link=f"{url}/seven.jpg")
        world.person("2", link="https://evil.example.com/a.jpg")
        world.person("3")
        link = {"photo": {"link": "link"}, "photo_hosts": {"hosts": [url.removeprefix("http://")]}}
        assert [one.photo for one in world.pages(**link)[0].entries] == ["", "", None]
        assert world.photo("1", **link) == Fetched("1", jpeg(7), '"7"')
        problem = world.photo("2", **link).problem
        assert problem
        assert problem.reason == "photo.elsewhere"
        assert world.photo("3", **link) == Fetched("3")
        versioned = {**link, "photo": {"link": "link", "version": "link"}}
        assert world.photo("1", **versioned).version == f"{url}/seven.jpg"
    assert all("authorization" not in call.headers for call in asked)


def test_who_may_see_no_photo_at_all_lacks_a_right(world: TableWorld) -> None:
    """One refusal is one person's problem."""
    for n in range(12):
        world.person(str(n), jpeg(1))
    world.table.refuses_photos = {"3"}
    assert world.photo("3").problem
    world.table.refuses_photos = {"*"}
    with (
        closing(world.open()) as source,
        pytest.raises(ConfigError, match="auth: give this account the right"),
    ):
        list(source.photos([(str(n), "") for n in range(12)]))


def test_what_does_not_fit_is_told_by_its_key(world: TableWorld) -> None:
    """With what there is instead."""
    world.person("1", jpeg(1), email="a@example.com")
    assert world.probe() == ["fields.given_name: none of the first 1 people has 'name.first'",
                             "fields.family_name: none of the first 1 people has 'name.last'",
                             "fields.title: none of the first 1 people has 'title'"]  # fmt: skip
    assert world.probe(items="people") == ["items: 'people' is no list; there are: data, meta, links"]
    assert world.probe(key="number")[0].startswith("key: nobody has 'number'; there are: id, first")
    assert world.probe(path="/staff")[0].startswith("path: http://127.0.0.1")
    assert "photo: none of the first 1 people has one" in world.probe(photo={"url": "/photos/{key}.png"})
    world.table.format = "csv"
    usual = {**CSV, "items": "", "paging": {}}
    assert world.probe(**{**usual, "fields": {"email": "mail"}})[0].startswith(
        "fields.email: there is no column 'mail'; there are: id"
    )
    assert world.probe(**{**usual, "delimiter": ","})[0].startswith("key: there is no column 'id'")
    assert world.probe(**{**usual, "photo": {"base64": "bild"}})[0].startswith(
        "photo.base64: there is no column 'bild'"
    )


WRONG = [
    ({"auth": {}}, "give token_file, or user and password_file, or header and value_file"),
    ({"auth": {"user": "hr"}}, "give token_file, or"),
    ({"auth": {"token_file": "a", "header": "X", "value_file": "b"}}, "give token_file, or"),
    ({"auth": {"header": "X: y\n", "value_file": "b"}}, "pattern"),
    ({"paging": {"by": "next"}}, 'by = "next" needs next'),
    ({"paging": {"by": "cursor"}}, 'by = "cursor" needs next and param'),
    ({"paging": {"by": "none", "param": "page"}}, 'by = "none" has no param'),
    ({"paging": {"by": "next", "next": "a", "total": "b"}}, 'by = "next" has no total'),
    ({"paging": {"by": "page", "param": "p", "size": 3}}, "size and size_param go together"),
    ({"paging": {"by": "pages"}}, "'none', 'next', 'page', 'offset' or 'cursor'"),
    ({"photo": {}}, "give one of url, base64 and link"),
    ({"photo": {"url": "/a/{key}", "link": "b"}}, "give one of url, base64 and link"),
    ({"photo": {"url": "https://photos.example.com/{key}"}}, "a path below url"),
    ({"photo": {"url": "/photos/{id}.jpg"}}, "with {key} in it once"),
    ({"photo": {"base64": "a", "version": "b"}}, "needs no version"),
    ({"photo": {"url": "/{key}", "etag": True, "version": "b"}}, "etag goes with url"),
    ({"photo": {"link": "a"}}, "photo_hosts.hosts"),
    ({"path": "//evil.test/people"}, "a path below url"),
    ({"path": "people"}, "a path below url"),
    ({"url": "http://hr.example.com"}, "https only"),
    ({"format": "csv", "items": "a"}, "rows only"),
    ({"encoding": "utf-9"}, "no encoding"),
    ({"method": "POST"}, "Extra inputs"),
]


@pytest.mark.parametrize(("changed", "words"), WRONG)
def test_wrong_settings_are_refused(changed: dict[str, Any], words: str) -> None:
    """With a sentence on what is right."""
    with pytest.raises(ValidationError, match=words.replace("{", r"\{")):
        http_table.SourceSettings(
            **{"url": "https://hr.example.com", "path": "/people", "key": "id", **changed}
        )


@pytest.mark.parametrize(
    ("format_", "body", "words"),
    [
        ("json", b"[" * 100_000, "no whole JSON"),
        ("json", b'[{"id": 1}', "no whole JSON"),
        ("json", b'{"people": {}}', "no list; there are: people"),
        ("ndjson", b'{"id": 1}\n{"id": ', "line 2 of the list is no whole JSON"),
        ("ndjson", b"[1]\n", "no object"),
        ("csv", b"id,first\n1,Anna,Berlin\n", "line 2 of the list has not as many cells"),
        ("csv", b"id,first\n1\n", "line 2 of the list has not as many cells"),
        ("csv", b'id,first\n1,"Anna\n', "of the list: unexpected end"),
        ("csv", b"id,first\n1,M\xfcller\n", "encoding: the list is not in utf-8-sig"),
        ("csv", b"", "no column"),
    ],
)
def test_half_a_list_is_none(world: TableWorld, format_: str, body: bytes, words: str) -> None:
    """Nobody is lost to a list that is cut off, or read with the wrong delimiter."""
    with (
        serving(lambda _: Answer(200, body)) as url,
        pytest.raises((ConfigError, OutsideError), match=words),
    ):
        world.pages(url=url, format=format_, items="", paging={}, fields={}, photo=None)


def test_values_are_found_and_are_text() -> None:
    """By the key as it is, or by keys with dots; numbers stay as they are written."""
    row = json.loads(
        '{"a": {"b": [{"c": 1.50}, null]}, "x.y": 007e, "t": true}'.replace("007e", "70"), parse_float=str
    )
    assert text(at(row, "a.b.0.c")) == "1.50"
    assert [text(at(row, key)) for key in ("a.b.1.c", "a.b.7", "a.q.z", "a", "x.y", "t")] == [
        "",
        "",
        "",
        "",
        "70",
        "true",
    ]


@pytest.mark.parametrize("kind", ["workday", "successfactors", "http_table"])
def test_the_example_in_the_docs_can_be_used(kind: str) -> None:
    """As it stands there."""
    page = (Path(__file__).parents[1] / "docs/sources.md").read_text(encoding="utf-8")
    example = page.partition(f"## {kind}\n")[2].partition("```toml\n")[2].partition("```")[0]
    (table,) = tomllib.loads(example)["sources"].values()
    assert table.pop("kind") == kind
    assert plugins.load("connectors", kind).SourceSettings.model_validate(table)
