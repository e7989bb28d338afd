"""What an older Catchlight left is opened as it is: registers of each version, tables without newer columns."""

import dataclasses
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from catchlight import ledger
from catchlight.audit_check import verify
from catchlight.audit_settings import seal_of
from catchlight.consents import Consent
from catchlight.desk import open_register
from catchlight.records import Decision, Employee, Photo, Reading, Receipt, Render, Verdict
from catchlight.register import VERSION
from catchlight.review_records import Invitation
from flows.commands.catchlight import app
from tests.published_company import make_company

# Written by the program of that time: one file a schema, with answers, a receipt and what else there was then.
OLD = sorted((Path(__file__).parent / "old_registers").glob("*.sql"))
# The columns of the first version, from its records.
FIRST = {
    Employee: [
        "id",
        "given_name",
        "family_name",
        "display_name",
        "email",
        "department",
        "title",
        "country",
        "rung",
    ],
    Photo: ["employee", "file", "digest", "date", "size", "chosen", "note"],
    Render: [
        "employee",
        "recipe",
        "photo",
        "picture",
        "before",
        "after",
        "width",
        "height",
        "rung",
        "preset",
        "engine",
        "enlarged",
        "seconds",
        "reason",
        "note",
        "cap",
    ],
    Reading: ["employee", "recipe", "check", "value", "low", "high", "error", "score"],
    Verdict: ["employee", "recipe", "outcome", "reasons", "sentences"],
}


@pytest.fixture(params=OLD, ids=lambda file: f"schema {file.stem}")
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a home whose register an older program made."""
    with closing(sqlite3.connect(tmp_path / "register.db")) as made:
        made.executescript(request.param.read_text(encoding="utf-8"))
    key = request.param.with_suffix(".key")
    if key.is_file():
        (tmp_path / "secrets").mkdir(mode=0o700)
        shutil.copy(key, tmp_path / "secrets/audit.key")
        (tmp_path / "secrets/audit.key").chmod(0o600)
    return tmp_path


def rows(file: Path) -> dict[str, list[dict[str, str]]]:
    """Return every row of a database, by table, with the columns that it had."""
    with closing(sqlite3.connect(file)) as store:
        store.row_factory = sqlite3.Row
        tables = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: [dict(row) for row in store.execute(f"SELECT * FROM {name}")] for name in tables}  # noqa: S608


def test_every_schema_there_was_has_its_file() -> None:
    """Whoever raises VERSION adds the register of before: python -c "…iterdump()" of a home of that version, and its key."""
    assert [int(file.stem) for file in OLD] == list(range(1, VERSION))


def test_an_older_register_opens_and_keeps_every_row(home: Path) -> None:
    """Nothing that was written then is changed; what it lacks is added; a second start changes nothing more."""
    before = rows(home / "register.db")
    register = open_register(home)
    assert [(one.employee, one.answer, one.side) for one in register.rows(Decision)] == [
        ("007", "approve", "employee"),
        ("008", "refuse", "employee"),
    ]
    assert [one.state for one in register.rows(Receipt)] == ["sent"]
    register.close()
    after = rows(home / "register.db")
    for table, old in before.items():
        kept = [{key: row[key] for key in old[0]} for row in after[table]] if old else []
        assert kept[: len(old)] == old, table
    assert {row["version"] for row in after["schema_version"]} == {
        int(before["schema_version"][0]["version"]),
        VERSION,
    }
    open_register(home).close()
    assert rows(home / "register.db") == after


def test_an_older_register_takes_what_is_new(home: Path) -> None:
    """Consents, invitations and a sealed log are written into it; the log verifies, also about what was there before."""
    register = open_register(home)
    register.add([Consent("007", "chat", "granted", "007", "2026-11-20T10:00:00.000000+00:00")])
    register.add([Invitation("i9", "008", "b" * 64, "hr", "", "", "")])
    assert "i9" in {one.id for one in register.rows(Invitation)}
    seal = seal_of(home)
    assert verify(register, seal).problems == ()
    register.close()


def test_a_newer_register_is_refused_with_both_numbers(home: Path) -> None:
    """The commands say what to do, and nothing is written."""
    open_register(home).close()
    with closing(sqlite3.connect(home / "register.db")) as store:
        store.execute("INSERT INTO schema_version VALUES (99)")
        store.commit()
    before = rows(home / "register.db")
    ended = CliRunner().invoke(app, ["audit", "verify", "--home", str(home)])
    assert ended.exit_code == 2
    assert f"schema 99, this one has {VERSION}" in " ".join(ended.stderr.split())
    assert rows(home / "register.db") == before


def test_a_run_of_before_newer_columns_is_shown_planned_and_published(tmp_path: Path) -> None:
    """Tables with the first columns alone, as an older program wrote them, are enough for all that comes after a run."""
    company = make_company(tmp_path)
    company.answer(company.run("20261101-100000", {"007": "a", "008": "b"}))
    for record, columns in FIRST.items():
        file = company.home / "runs/20261101-100000" / ledger.file_name(record)
        if file.is_file():
            pl.read_parquet(file).select(columns).write_parquet(file)
    assert [one.code for one in company.publish()][:2] == ["sent", "sent"]
    assert company.files()
    shown = CliRunner().invoke(app, ["people", "show", "007", "--home", str(company.home)])
    assert shown.exit_code == 0, shown.stderr


@pytest.mark.parametrize("record", list(FIRST), ids=lambda record: record.__name__)
def test_a_run_that_an_older_program_began_is_finished(record: type, tmp_path: Path) -> None:
    """Shards of before and after an update are gathered into one table, with today's columns and their defaults."""
    required = [one for one in dataclasses.fields(record) if one.default is dataclasses.MISSING]
    row = record(**{one.name: "x" for one in required})
    whole = ledger.table(record, [row])
    for number, frame in enumerate((whole.select(FIRST[record]), whole)):
        ledger.write(tmp_path / f"shard={number}" / ledger.file_name(record), frame)
    found = ledger.gather(record, [tmp_path / "shard=0", tmp_path / "shard=1"])
    assert found.columns == list(ledger.schema(record))
    assert ledger.records(record, found) == [row, row]
