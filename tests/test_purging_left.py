"""Who left is not who is in no run: whoever said no is here, and that they said no holds as long as they are."""

import json
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight import ledger
from catchlight.checkup import State
from catchlight.checkup_files import look_at_files
from catchlight.consents import Consent, Word
from catchlight.desk import open_register
from catchlight.home import Home, write_json
from catchlight.identities import Claim, Ids, Seen, listed, read_ids, settle, write_ids
from catchlight.permission import read_permissions
from catchlight.records import Answer, Decision, Photo, Render
from catchlight.register import now
from catchlight.review_records import Upload
from catchlight.source_memory import Memory
from flows.commands.catchlight import app
from flows.purging import purge_home
from tests.published_company import Company, make_company, portrait

FIRST, SECOND = "20260101-000000", "20260202-000000"
HERE = ("a", "b", "c")


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company of three whose first run ended long ago; c said no."""
    company = make_company(tmp_path)
    run(company, FIRST, HERE, days=-200)
    company.answer({"a": picture(company, "a"), "b": picture(company, "b")})
    company.answer({"c": picture(company, "c")}, Answer.REFUSE)
    list_of(company, *HERE)
    return company


def run(company: Company, name: str, people: tuple[str, ...], days: int = 0) -> None:
    """Let a run of everybody in a list have ended, with what it leaves beside its tables."""
    company.run(name, {id_: id_ for id_ in people})
    home = Home(company.home)
    photos = [Photo(id_, "p", home.vault.put(portrait(f"photo of {id_}"))) for id_ in people]
    ledger.write(home.run(name) / "photos.parquet", ledger.table(Photo, photos))
    for row in ledger.records(Render, ledger.read(home.run(name) / "renders.parquet")):
        photo = [asdict(one) for one in photos if one.employee == row.employee]
        write_json(home.recipes.path(row.recipe), {"photos": photo, "render": asdict(row), "readings": []})
    write_json(home.run(name) / "run.json", {"run": name, "finished": _in(days).isoformat()})
    write_json(home.ledger(name) / "plan.json", {"job": {"only": [], "onto": ""}})


def list_of(company: Company, *here: str) -> None:
    """Let the newest list have some people; the others are missing since today."""
    today = now()[:10]
    seen = {id_: Seen(listed(id_), id_, "" if id_ in here else today) for id_ in HERE}
    write_ids(company.home, Ids(seen))


def picture(company: Company, id_: str) -> str:
    """Return the digest of somebody's portrait."""
    return Home(company.home).vault.put(portrait(id_))


def pictures(company: Company, id_: str) -> int:
    """Return how many of somebody's two pictures are there."""
    files = (company.home / "vault").glob("??/*")
    return sum(file.read_bytes() in {portrait(id_), portrait(f"photo of {id_}")} for file in files)


def _in(days: int) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


def _gone(company: Company, days: int) -> dict[str, int]:
    return {one.kind: one.count for one in purge_home(company.home, at=_in(days)) if one.count}


def test_a_refusal_holds_for_as_long_as_somebody_is_in_the_list(company: Company) -> None:
    """They are in no run for that alone; their id is not taken for that of somebody who left."""
    run(company, SECOND, ("a", "b"))
    for days in (40, 1200):
        assert "words" not in _gone(company, days)
    assert read_permissions(company.home).refused == {"c"}
    ids, claim = read_ids(company.home), Claim("c", listed("c"), "c", reused=True)
    assert settle(ids, [claim], None, {"c"})[1] == {}


def test_a_refusal_of_somebody_who_left_goes_after_its_term(company: Company) -> None:
    """As all that they said."""
    run(company, SECOND, ("a", "b"))
    list_of(company, "a", "b")
    assert "words" not in _gone(company, 1000)
    assert _gone(company, 1200)["words"] == 1
    assert not read_permissions(company.home).refused


def test_without_a_list_that_is_remembered_a_refusal_holds(company: Company) -> None:
    """A home of an earlier version does not know who is here."""
    run(company, SECOND, ("a", "b"))
    (company.home / "sources/ids.json").unlink()
    assert "words" not in _gone(company, 1200)
    assert read_permissions(company.home).refused == {"c"}


@pytest.mark.parametrize("again", [True, False])
def test_pictures_of_who_said_no_go_after_their_term(company: Company, *, again: bool) -> None:
    """From their word on, whether there was a run since or not; everybody else's stay."""
    if again:
        run(company, SECOND, ("a", "b"))
    _gone(company, 20)
    assert (pictures(company, "c"), pictures(company, "a")) == (2, 2)
    assert _gone(company, 31)["leavers"] == 1
    assert (pictures(company, "c"), pictures(company, "a")) == (0, 2)
    assert "leavers" not in _gone(company, 32)


def test_a_no_to_being_edited_is_a_no(company: Company) -> None:
    """On paper, for instance: their pictures go as well."""
    register = open_register(company.home)
    register.add([Consent("b", "edit", Word.WITHDRAWN, "hr", now())])
    register.close()
    assert _gone(company, 31)["leavers"] == 2
    assert pictures(company, "b") == 0


def test_pictures_of_who_left_go_with_their_last_run(company: Company) -> None:
    """A year lies between two runs: the one that had them is past its term on the night that they are missing."""
    run(company, SECOND, ("a",))
    list_of(company, "a", "c")
    assert "runs" in _gone(company, 1)
    assert pictures(company, "b") == 2
    assert _gone(company, 31)["leavers"] == 2
    assert (pictures(company, "b"), pictures(company, "a")) == (0, 2)
    assert not list(company.home.glob("ledger/recipes/*/cipe-b.json"))


def test_whoever_waits_for_a_word_about_their_id_has_not_left(company: Company) -> None:
    """They are in no run, and in the list."""
    run(company, SECOND, ("a",))
    list_of(company, *HERE)
    _gone(company, 1200)
    assert (pictures(company, "b"), pictures(company, "c")) == (2, 0)
    assert "b" in read_ids(company.home).seen


def test_the_source_of_who_said_no_knows_them_still(company: Company) -> None:
    """It tells only what changed; were they forgotten, they would be taken for somebody who left."""
    photo = Home(company.home).vault.put(portrait("photo of c"))
    file = company.home / "sources/hr.db"
    Memory(file).close()
    with closing(sqlite3.connect(file)) as store, store:
        store.execute(
            "insert into people (key, fields, digest) values ('c', '{\"employee_number\": \"c\"}', ?)",
            [photo],
        )
    _gone(company, 31)
    with closing(sqlite3.connect(file)) as store:
        assert store.execute("select key, digest from people").fetchall() == [("c", "")]


def test_what_a_run_left_behind_is_somebody_s(company: Company) -> None:
    """Kept for longer than runs, pictures can be seen, taken along and erased."""
    (company.home / "trust.toml").write_text("[keep]\nleavers = 1000\n")
    run(company, SECOND, ("a",))
    write_ids(company.home, Ids({"a": Seen("list a", "a")}))
    register = open_register(company.home)
    with register.alone() as store:
        store.remove(Decision, employee="b")
    register.close()
    _gone(company, 1)
    file, home = company.home.parent / "b.zip", ("--home", str(company.home))
    shown = CliRunner().invoke(app, ["people", "show", "b", *home])
    assert (shown.exit_code, "2 pictures" in shown.output) == (0, True), shown.output
    assert CliRunner().invoke(app, ["people", "export", "b", "--to", str(file), *home]).exit_code == 0
    with zipfile.ZipFile(file) as archive:
        assert sum(name.startswith("pictures/") for name in archive.namelist()) == 2
    assert CliRunner().invoke(app, ["people", "erase", "b", "--yes", *home]).exit_code == 0
    assert pictures(company, "b") == 0


def test_the_doctor_misses_nothing_of_whom_a_purge_let_go(company: Company) -> None:
    """Neither what they approved nor what they sent; of everybody else it does."""
    vault, register = Home(company.home).vault, open_register(company.home)
    sent = {id_: vault.put(portrait(f"sent by {id_}")) for id_ in HERE}
    register.add([Upload(id_, photo, "p", id_, _in(-1).isoformat()) for id_, photo in sent.items()])
    run(company, SECOND, ("a",))
    list_of(company, "a", "c")
    assert _gone(company, 31)["leavers"] == 2
    finding = next(iter(look_at_files(company.home, register)))
    assert (finding.what, finding.state) == ("Vault", State.OK), finding.said
    vault.path(picture(company, "a")).unlink()
    assert next(iter(look_at_files(company.home, register))).state == State.FAIL
    register.close()


def test_the_export_of_who_said_no_says_so_when_no_run_has_them(company: Company) -> None:
    """What may be done is told by their word, not by a run."""
    run(company, SECOND, ("a", "b"))
    _gone(company, 31)
    file = company.home.parent / "c.zip"
    words = ["people", "export", "c", "--to", str(file), "--home", str(company.home)]
    assert CliRunner().invoke(app, words).exit_code == 0
    with zipfile.ZipFile(file) as archive:
        assert json.loads(archive.read("data.json"))["allowed now"]["edit"]["code"] == Answer.REFUSE


def test_a_damaged_recipe_is_no_reason_to_refuse_a_withdrawal(company: Company) -> None:
    """Whose it was is not known; a refresh makes it anew."""
    next(company.home.glob("ledger/recipes/*/*.json")).write_text("{")
    words = [
        "people",
        "consent",
        "a",
        "--purpose",
        "chat",
        "--said",
        "withdrawn",
        "--home",
        str(company.home),
    ]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
