"""A person is erased where the register is a PostgreSQL database and Prefect keeps a store: a search finds the tombstone alone."""

import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

import polars as pl
import pytest
import sqlalchemy as sa
from prefect import get_client
from typer.testing import CliRunner

from catchlight import backup
from catchlight.consents import Consent, Word
from catchlight.desk import open_register
from catchlight.register import now
from catchlight.review_records import Letter
from catchlight.tombstones import read_tombstones
from catchlight.vault import digest_of_file
from flows import session
from flows.commands.people import app
from flows.refresh import refresh
from flows.server import prefect_server
from tests.lives import Life, stand_in, step
from tests.postgresql_server import database

GONE = "leaver-7731"
REST = ("p1", "p2", "p3")


@pytest.fixture
def life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Life:
    """Return a company that was not begun; developing is stood in for in this test alone."""
    for name in ("Darkroom", "check"):
        monkeypatch.setattr(session, name, getattr(session, name))
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    life = Life(tmp_path)
    life.begin((*REST, GONE))
    life.photograph((*REST, GONE), 0)
    return life


@contextmanager
def _register_in(life: Life, server: str) -> Iterator[str]:
    """Let the register be a database of its own."""
    with database(server, uuid4().hex) as url:
        address = life.home / "secrets/register.url"
        address.parent.mkdir(exist_ok=True, mode=0o700)
        address.touch(0o600)
        address.write_text(url, encoding="utf-8")
        yield url


def _live(life: Life) -> None:
    """Refresh by Prefect, whose store names the person as after a run for them alone; answer, write, publish."""
    stand_in()
    asked = {"source": str(life.root / "source"), "home": str(life.home), "only": [GONE]}
    with prefect_server(life.home), get_client(sync_client=True) as client:
        refresh(source=life.root / "source", home=life.home)
        client.create_flow_run(refresh, parameters=asked, name=f"refresh of {GONE}")  # as by the form
    assert [step(life, verb, "") for verb in ("answer", "publish")] == [0, 0]
    with closing(open_register(life.home)) as register:
        at = now()
        register.add(
            [
                Consent(GONE, "chat", Word.GRANTED, GONE, at),
                Letter("l1", GONE, "", "first", "mail", "en", "sent", at),
            ]
        )
    (life.home / "logs").mkdir(exist_ok=True)
    (life.home / "logs/darkroom.log").write_text(f"libpng: {GONE} is odd\n")


def needles_of(life: Life, who: str) -> set[str]:
    """Return everything that tells of somebody: id, name, e-mail, and each digest of theirs."""
    found = {who, f"{who}@example.com", f"Zoë {who}"}
    for table in ("photos", "renders"):
        for row in (
            pl.read_parquet(life.home / f"runs/latest/{table}.parquet").filter(employee=who).to_dicts()
        ):
            found |= {value for value in row.values() if isinstance(value, str) and len(value) == 64}
    with closing(open_register(life.home)) as register:
        found |= {digest for one in register.receipts(employee=who) for digest in (one.sent, one.replaced)}
    return found - {""}


def in_files(folder: Path, needles: set[str]) -> set[str]:
    """Return the files that hold one of these in their bytes, their name, or the cells of their table."""
    found = set()
    for file in folder.rglob("*"):
        if file.is_file() and not file.is_symlink():
            text = f"{file} {file.parent.name}{file.name} {file.read_bytes().decode('latin-1')}"
            text += str(pl.read_parquet(file).to_dicts()) if file.suffix == ".parquet" else ""
            said = text.lower()
            if any(one.lower() in said or one.encode().decode("latin-1").lower() in said for one in needles):
                found.add(str(file.relative_to(folder)))
    return found


def _in_database(url: str, needles: set[str]) -> set[str]:
    plain = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    command = ["pg_dump", "--data-only", "--inserts", f"--dbname={plain}"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return {one for one in needles if one in told}


def test_a_search_of_home_database_and_prefect_s_store_finds_the_tombstone_alone(
    life: Life, postgresql_server: str
) -> None:
    """And a backup that is put back into a new database does not bring them back."""
    with _register_in(life, postgresql_server) as url, database(postgresql_server, uuid4().hex) as other:
        _live(life)
        needles = needles_of(life, GONE)
        assert any(file.startswith("prefect/") for file in in_files(life.home, {GONE}))
        assert len(_in_database(url, needles)) > 3
        made = backup.make(life.home, life.root / "aside")
        done = CliRunner().invoke(app, ["erase", GONE, "--home", str(life.home), "--yes"])
        assert done.exit_code == 0, done.output
        assert in_files(life.home, needles) == set()
        assert _in_database(url, needles) == set()
        assert (
            life.out / f"96/{GONE}.jpg"
        ).read_bytes() != b""  # what was there before us is theirs and stays
        assert read_tombstones(life.home).has("id", GONE)

        (made.folder / "secrets/register.url").write_text(other, encoding="utf-8")
        name = "secrets/register.url"
        files = made.files | {name: digest_of_file(made.folder / name)}
        life.home.rename(life.root / "before")
        backup.restore(backup.Backup(made.folder, made.facts | {"files": files}), life.home)
        assert _in_database(other, needles)
        assert step(life, "refresh", "") == 0
        assert in_files(life.home, needles) == set()
        assert _in_database(other, needles) == set()
