"""An id is one, however its accents are written, and with a comma in it: file names of macOS, tables, what somebody types."""

import unicodedata
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight import identities, ledger
from catchlight.desk import open_register
from catchlight.errors import ConfigError
from catchlight.identities import Ids
from catchlight.job import Job
from catchlight.plan import Plan
from catchlight.records import Answer, Decision, Employee
from catchlight.register import now
from catchlight.scrubbing import tells
from catchlight.spelling import as_known, ids_of
from catchlight.tombstones import add_tombstones, read_tombstones, take_away
from catchlight.traces import Traces
from connectors import folder
from flows import stages
from flows.commands.catchlight import app
from tests.source_worlds import jpeg

ZOE, APART = "Zoë", unicodedata.normalize("NFD", "Zoë")
DOE = "Doe, John"


def make(root: Path, *files: str) -> Path:
    """Make a folder of pictures without a list, all different."""
    root.mkdir(exist_ok=True)
    for number, file in enumerate(files, 1):
        (root / file).write_bytes(jpeg(number))
    return root


def gathered(source: Path, *only: str) -> Plan:
    """Read a folder or a job, as a refresh does."""
    return stages.gather(Job(source=source, home=source.parent / "home", only=only))


def ids(plan: Plan) -> list[str]:
    """Return who is in a plan."""
    return [one.id for one in plan.employees()]


def earlier(home: Path, source: Path, id_: str) -> None:
    """Let a home know somebody by an id that is written in two signs, as earlier versions took it from a file's name."""
    plan = gathered(source)
    people = [replace(one, id=id_) if one.id == ZOE else one for one in plan.employees()]
    ledger.write(plan.folder / ledger.file_name(Employee), ledger.table(Employee, people))
    seen = identities.read_ids(home).seen
    identities.write_ids(home, Ids({id_ if one == ZOE else one: row for one, row in seen.items()}))


def run(home: Path, *words: str) -> str:
    """Run the command; return its code and what it says."""
    done = CliRunner().invoke(app, [*words, "--home", str(home)])
    return f"{done.exit_code}\n{done.output}"


def test_a_file_name_of_macos_gives_a_composed_id(tmp_path: Path) -> None:
    """Two ways to write one name are one person with two photos."""
    source = make(tmp_path / "in", f"{APART}.jpg", f"{ZOE}.png", "Ann.jpg")
    found = folder.read(folder.Settings(root=source))
    assert sorted(one.id for one in found.employees) == ["Ann", ZOE]
    assert sorted(one.employee for one in found.photos) == ["Ann", ZOE, ZOE]
    assert all(folder.fetch(folder.Settings(root=source), photo) for photo in found.photos)


@pytest.mark.parametrize("typed", [ZOE, APART])
def test_people_are_found_however_their_id_is_typed(tmp_path: Path, typed: str) -> None:
    """By refresh --only as by what shows and erases one person."""
    source, home = make(tmp_path / "in", f"{APART}.jpg", "Ann.jpg"), tmp_path / "home"
    assert [one.employee for one in gathered(source, typed).photos()] == [ZOE]
    assert run(home, "people", "show", typed).startswith("0")
    assert run(home, "people", "erase", typed, "--dry-run").startswith("0")
    assert run(home, "people", "erase", typed, "--yes").startswith("0")
    assert ids(gathered(source)) == ["Ann"]
    assert run(home, "people", "readmit", typed).startswith("0")
    assert ids(gathered(source)) == ["Ann", ZOE]


@pytest.mark.parametrize("typed", [ZOE, APART])
def test_who_is_known_by_two_signs_stays_that_person(tmp_path: Path, typed: str) -> None:
    """In a home of an earlier version nobody loses what they said, and commands find them either way."""
    source, home = make(tmp_path / "in", f"{APART}.jpg", "Ann.jpg"), tmp_path / "home"
    earlier(home, source, APART)
    assert ids(gathered(source)) == ["Ann", APART]
    assert [one.employee for one in gathered(source, typed).photos()] == [APART]
    with closing(open_register(home)) as register:
        register.add([Decision(APART, "", Answer.REFUSE, APART, now())])
    assert ids(gathered(source)) == ["Ann"]
    assert run(home, "people", "show", typed).startswith("0")
    assert run(home, "people", "erase", typed, "--yes").startswith("0")
    assert ids(gathered(source)) == ["Ann"]
    assert ids(gathered(make(source, f"{ZOE}.jpg"))) == ["Ann"]


def test_who_was_erased_stays_so_however_their_id_is_written(tmp_path: Path) -> None:
    """A list in another form brings nobody back; taking in again undoes it in each."""
    add_tombstones(tmp_path / "home", [("id", APART), ("hr", APART)], now())
    stones = read_tombstones(tmp_path / "home")
    assert all(stones.has(kind, id_) for kind in ("id", "hr") for id_ in (ZOE, APART))
    assert take_away(tmp_path / "home", ZOE)
    assert not read_tombstones(tmp_path / "home").has("id", APART)


def test_a_name_in_two_signs_tells_of_the_person(tmp_path: Path) -> None:
    """Whoever is erased goes out of lines that have their file's name as macOS writes it; others' names stay."""
    zoe = Traces(f"{ZOE}-1", frozenset({f"{ZOE} Berg"}), others=frozenset({f"{ZOE} Berg-Holm"}))
    for text in (f"{APART}-1", f"photos/{APART} Berg.jpg", f"{ZOE} Berg"):
        (tmp_path / "a.log").write_text(text)
        assert zoe.tell(text)
        assert tells(tmp_path / "a.log", zoe)
    assert not zoe.tell(f"{APART} Berg-Holm")


def test_an_id_with_a_comma_stays_one(tmp_path: Path) -> None:
    """The whole text is tried as an id first, then so many of its parts as are one."""
    source = make(tmp_path / "in", f"{DOE}.jpg", "5.jpg", "Doe.jpg", f"{APART}.jpg")
    for only, wanted in {
        DOE: [DOE], f"{DOE},5": ["5", DOE], f"5, {DOE} ,{ZOE}": ["5", DOE, ZOE], "Doe,5": ["5", "Doe"], "5,": ["5"],
    }.items():  # fmt: skip
        assert sorted(one.employee for one in gathered(source, only).photos()) == wanted
    with pytest.raises(ConfigError, match="--only Ann: nobody in"):
        gathered(source, "5,Ann")


def test_the_command_gives_an_id_with_a_comma_on(tmp_path: Path) -> None:
    """It is not cut before anybody knows who there is."""
    source = make(tmp_path / "in", f"{DOE}.jpg", "5.jpg")
    said = run(tmp_path / "home", "refresh", "--source", str(source), "--only", DOE, "--dry-run")
    assert "nobody" not in said
    assert said.startswith("0")


def test_words_are_ids_as_they_are_known() -> None:
    """Of two forms that are both known, the one that was typed; what nobody knows is composed."""
    assert as_known(APART, {ZOE, APART}) == APART
    assert as_known(ZOE, {APART}) == APART
    assert as_known(APART, set()) == ZOE
    assert ids_of([",".join(map(str, range(3000)))], set()) == tuple(map(str, range(3000)))
    assert ids_of(["a,b,a", " ", "b"], {"a"}) == ("a", "b")
