"""A person is erased: nothing in the home folder tells of them any more, and nothing brings them back."""

import csv
import hashlib
import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from catchlight.audit_check import verify
from catchlight.audit_settings import seal_of
from catchlight.consents import Consent, Word
from catchlight.desk import open_desk, open_register
from catchlight.errors import ConfigError
from catchlight.home import Home
from catchlight.job import Job
from catchlight.journal import State
from catchlight.print_book import print_book
from catchlight.publish_plan import write_plan
from catchlight.publish_planning import draw
from catchlight.records import Answer, Decision, Receipt
from catchlight.register import now
from catchlight.review_records import Delegation, Letter, Session
from catchlight.rollback import rollback
from catchlight.runs import portraits
from catchlight.scrubbing import scrub, tells
from catchlight.tombstones import add_tombstones, read_tombstones
from catchlight.traces import Traces
from catchlight.unwriting import unwrite
from catchlight.vault import Vault
from flows.burying import bury_alone
from flows.commands.people import app
from flows.destinations import folder_place
from tests.asked_company import refresh
from tests.published_company import SIZES, apply
from tests.whole_company import SIX, Whole

pytest_plugins = ["tests.whole_fixtures"]

GONE = SIX[0]
FURTHER = "f" * 64  # a further photo of theirs, that no run took


@pytest.fixture
def lived(refreshed_six: Whole, tmp_path: Path) -> Path:
    """Return a home in which somebody did everything: answered, was written to, published, delegated, logged."""
    home = tmp_path / "home"
    shutil.copytree(refreshed_six.home, home, symlinks=True)
    (tmp_path / "out").mkdir()
    (tmp_path / "out/96").mkdir()
    register = open_register(home)
    pictures = {id_: one.picture for id_, one in portraits(home / "runs/latest").items()}
    at = now()
    register.decide([Decision(id_, one, Answer.APPROVE, id_, at) for id_, one in pictures.items()])
    register.add([
        Consent(GONE, "chat", Word.GRANTED, GONE, at), Delegation(SIX[1], GONE, SIX[1], at, at),
        Letter("l1", GONE, "", "first", "mail", "en", "sent", at), Session("s", GONE, GONE, "employee", "", at, at),
        Decision(SIX[1], pictures[SIX[1]], Answer.HOLD, f"delegate {GONE}", at, side="brand"),
    ])  # fmt: skip
    register.close()
    desk = open_desk(home, folder_place(tmp_path / "out", home))
    draw(desk, "latest", ["128"])  # files that are cut and listed by no plan
    plan = draw(desk, "latest", SIZES)
    write_plan(home, plan)
    apply(desk, plan)
    desk.register.close()
    (home / "logs").mkdir(exist_ok=True)
    (home / "logs/darkroom.log").write_text(f"libpng of {GONE} is odd\nall is well\n")
    (home / "sources").mkdir(exist_ok=True)
    with closing(sqlite3.connect(home / "sources/hr.db")) as store, store:
        store.execute("create table people (key text primary key, fields text, digest text)")
        email = f"{GONE}@example.com"
        store.execute("insert into people values ('77', ?, '')", (json.dumps({"email": email}),))
        store.execute("insert into people values (?, '{}', ?)", ("77\n2", FURTHER))
        store.execute("insert into people values ('78', '{}', '')")
    return home


def _said(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(words))
    return done.exit_code, done.output


def _needles(home: Path) -> list[str]:
    """Return everything that tells of the person: id, names, e-mail, and each digest of theirs in any table."""
    employee = portraits(home / "runs/latest")[GONE].employee
    found = {GONE, employee.email, employee.display_name, f"{employee.given_name} {employee.family_name}"}
    for name in ("photos", "renders"):
        rows = pl.read_parquet(home / f"runs/latest/{name}.parquet").filter(employee=GONE).to_dicts()
        found |= {str(v) for row in rows for v in row.values() if isinstance(v, str) and len(v) == 64}
    register = open_register(home)
    found.add(FURTHER)
    found |= {one.sent for one in register.receipts(employee=GONE)}
    found |= print_book(home).digests([portraits(home / "runs/latest")[GONE].picture])
    register.close()
    return sorted(found)


def _still(home: Path, needles: list[str]) -> set[str]:
    """Return the files that hold one of these, in their bytes, their names or the cells of their tables."""
    found = set()
    for file in home.rglob("*"):
        if not file.is_file() or file.is_symlink():
            continue
        text = file.read_bytes().decode("latin-1") + str(file)
        if file.suffix == ".parquet":
            text += str(pl.read_parquet(file).to_dicts())
        place = str(file.relative_to(home))
        digest = file.parent.name + file.name if place.startswith("vault") else ""
        found |= {
            place
            for one in needles
            if one.encode().decode("latin-1").lower() in text.lower() or one == digest
        }
    return found


def test_nothing_is_left_of_an_erased_person_but_a_keyed_tombstone(lived: Path, tmp_path: Path) -> None:
    """Searched like an adversary would: bytes, names and tables of every file, and what was published."""
    needles, out = _needles(lived), tmp_path / "out"
    before = {file.name for file in out.rglob("*.jpg")}
    assert len(_still(lived, needles)) > 20
    code, said = _said("erase", GONE, "--home", str(lived), "--yes")
    assert (code, "nothing is left" in said) == (0, True), said
    assert _still(lived, needles) == set()
    assert _still(out, needles) == set()
    assert len({file.name for file in out.rglob("*.jpg")}) == len(before) - 1
    (stone,) = json.loads((lived / "erased/tombstones.json").read_bytes())[:1]
    assert set(stone) == {"person", "at"}


def test_halves_and_old_lists_that_name_them_go_too(lived: Path, tmp_path: Path) -> None:
    """What a killed write left of their photo, and the list of a publication that was taken back since."""
    needles, vault = _needles(lived), Vault(lived / "vault")
    digest = next(one for one in needles if len(one) == 64 and vault.has(one))
    half = vault.path(digest).with_name(f".{digest[2:42]}.abc12345.partial")
    half.write_bytes(vault.get(digest)[:99])
    desk = open_desk(lived, folder_place(tmp_path / "out", lived))
    rollback(desk, "latest")
    desk.register.close()
    code, said = _said("erase", GONE, "--home", str(lived), "--yes")
    assert (code, "nothing is left" in said) == (0, True), said
    assert not half.exists()
    assert _still(lived, needles) == set()


def test_a_list_that_is_half_way_to_one_place_stays_in_the_journal(tmp_path: Path) -> None:
    """What a stopped program may have written is looked at again, also where another place has a list of that name."""
    register = open_register(tmp_path)
    for place, *states in (("intranet", State.SENDING), ("wall", State.SENDING, State.DONE, State.RESTORED)):
        for state in states:
            register.note([Receipt(place, "", "portraits.csv", "d1", "", state, now())])
    register.note([Receipt("chat", "", "portraits.csv", "d1", "", State.DONE, now())])
    unwrite(tmp_path, register, Traces(GONE))
    assert {(one.destination, one.state) for one in register.receipts()} == {
        ("intranet", State.SENDING), ("chat", State.DONE),
    }  # fmt: skip
    register.close()


def test_everybody_else_stays_whole(lived: Path) -> None:
    """The others' rows, pictures, answers and published files are as they were; what was done for them stays."""
    _said("erase", GONE, "--home", str(lived), "--yes")
    rest = set(SIX) - {GONE}
    assert set(portraits(lived / "runs/latest")) == rest
    register = open_register(lived)
    assert {one.employee for one in register.decisions()} == rest
    assert [one.by for one in register.decisions(SIX[1]) if one.side == "brand"] == ["delegate [erased]"]
    report = verify(register, seal_of(lived))
    register.close()
    assert report.problems == ()
    with (lived / "runs/latest/portraits.csv").open(encoding="utf-8-sig", newline="") as file:
        listed = {row["employee"]: row["file"] for row in csv.DictReader(file)}
    assert all((lived / "runs/latest" / file).is_file() for file in listed.values())
    assert set(listed) == rest
    assert "all is well" in (lived / "logs/darkroom.log").read_text()
    assert all(one in (lived / "runs/latest/contact_sheet.html").read_text() for one in rest)


def test_neither_the_next_list_nor_a_restored_backup_brings_them_back(lived: Path, tmp_path: Path) -> None:
    """The source still has them, and the backup is older than the erasure: both are met by the second copy."""
    needles, backup = _needles(lived), tmp_path / "backup"
    shutil.copytree(lived, backup, symlinks=True)
    assert _said("erase", GONE, "--home", str(lived), "--yes")[0] == 0
    job = json.loads(next((lived / "ledger").glob("*/plan.json")).read_bytes())["job"]
    again = Job.model_validate({**job, "home": lived, "workers": 1})
    refresh(again)
    assert _still(lived, needles) == set()
    shutil.rmtree(lived)
    shutil.copytree(backup, lived, symlinks=True)
    assert _still(lived, needles)
    refresh(again)
    assert _still(lived, needles) == set()
    assert set(portraits(lived / "runs/latest")) == set(SIX) - {GONE}


def test_a_refresh_at_work_stops_neither_publishing_nor_reviewing_once_somebody_was_erased(
    lived: Path, tmp_path: Path
) -> None:
    """Only when a backup did bring them back is the home needed for itself, and the sentence says so."""
    needles, backup = _needles(lived), tmp_path / "backup"
    shutil.copytree(lived, backup, symlinks=True)
    assert _said("erase", GONE, "--home", str(lived), "--yes")[0] == 0
    with Home(lived).alone():
        bury_alone(lived)
    shutil.rmtree(lived)
    shutil.copytree(backup, lived, symlinks=True)
    with Home(lived).alone(), pytest.raises(ConfigError, match="another refresh"):
        bury_alone(lived)
    bury_alone(lived)
    assert _still(lived, needles) == set()


def test_a_dry_run_counts_and_changes_nothing(lived: Path) -> None:
    """Whoever answers a request wants to know first what it takes."""
    needles = _needles(lived)
    before = _still(lived, needles)
    code, said = _said("erase", GONE, "--home", str(lived), "--dry-run")
    assert (code, "To be taken off first: folder:" in said) == (0, True)
    assert _still(lived, needles) == before
    assert not read_tombstones(lived)
    assert _said("erase", "nobody", "--home", str(lived), "--dry-run")[0] == 2


def test_a_source_does_not_bring_an_erased_entry_back_and_readmitting_does(tmp_path: Path) -> None:
    """References are of ids and of entries; the files name nobody."""
    home = tmp_path / "home"
    add_tombstones(home, [("id", "17"), ("hr", "key-9")], now())
    stones = read_tombstones(home)
    assert [stones.has("id", "17"), stones.has("hr", "key-9"), stones.has("it", "key-9"), stones.has("id", "1")] == [
        True, True, False, False,
    ]  # fmt: skip
    assert "key-9" not in (home / "erased/tombstones.json").read_text()
    assert _said("readmit", "17", "--home", str(home))[0] == 0
    assert not read_tombstones(home).has("hr", "key-9")


def test_a_run_of_one_person_does_not_become_one_of_everybody(tmp_path: Path) -> None:
    """An empty list of ids would mean the whole company, and everybody else would count as gone."""
    file = tmp_path / "plan.json"
    file.write_text(json.dumps({"job": {"only": ["17"]}, "wishes": {"17": {}}, "findings": []}))
    scrub(file, Traces("17"))
    assert json.loads(file.read_bytes()) == {"job": {"only": ["[erased]"]}, "wishes": {}, "findings": []}


def test_short_ids_are_looked_for_in_cells_and_not_in_numbers(tmp_path: Path) -> None:
    """Person 17 is not the 17 seconds of a run, nor person 170."""
    text = tmp_path / "run.json"
    text.write_text('{"people": 17, "sentence": "17 people"}')
    table = tmp_path / "renders.parquet"
    pl.DataFrame({"employee": ["17", "170"]}).write_parquet(table)
    assert (tells(text, Traces("17")), tells(table, Traces("17"))) == (False, True)
    scrub(table, Traces("17"))
    assert pl.read_parquet(table)["employee"].to_list() == ["170"]


def test_an_export_holds_all_of_one_person_and_nothing_of_others(lived: Path, tmp_path: Path) -> None:
    """Every digest in the manifest is right, every picture of theirs is there, and nobody else is named."""
    needles, file = _needles(lived), tmp_path / "theirs.zip"
    code, said = _said("export", GONE, "--to", str(file), "--home", str(lived))
    assert (code, "rows" in said) == (0, True), said
    with zipfile.ZipFile(file) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    listed = dict(
        reversed(line.split("  ", 1)) for line in content.pop("manifest.sha256").decode().splitlines()
    )
    assert listed == {name: hashlib.sha256(data).hexdigest() for name, data in content.items()}
    data = json.loads(content["data.json"])
    assert [row["purpose"] for row in data["consents"]] == ["chat"]
    assert data["recipients"][0]["purpose"] == "intranet"
    readings = data["runs"][0]["readings"]
    assert readings
    assert all(row["title"] and row["means"] for row in readings)
    digests = set(listed.values())
    assert {one for one in needles if len(one) == 64 and Vault(lived / "vault").has(one)} <= digests
    assert not any(other in content["data.json"].decode() for other in set(SIX[2:]))
    assert "intranet" in content["READ ME.txt"].decode()


def test_an_export_is_not_kept_in_the_home_folder(lived: Path) -> None:
    """It would be one more copy that somebody has to erase."""
    assert _said("export", GONE, "--to", str(lived / "theirs.zip"), "--home", str(lived))[0] == 2
    assert _said("export", "nobody", "--to", str(lived.parent / "n.zip"), "--home", str(lived))[0] == 2
