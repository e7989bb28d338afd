"""A home in which a newer program was at work is refused by its number, before anything else of it is read or written."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight.desk import open_register
from catchlight.errors import ConfigError
from catchlight.identities import FILE
from catchlight.register_probe import must_not_be_newer
from catchlight.register_tables import VERSION
from flows.commands.catchlight import app
from tests.source_worlds import jpeg


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home with files that have fields of a newer version, and its number; beside it people to refresh."""
    (tmp_path / "people/photos").mkdir(parents=True)
    (tmp_path / "people/photos/1.jpg").write_bytes(jpeg(1))
    (tmp_path / "people/directory.csv").write_text("id\n1\n", encoding="utf-8")
    home = tmp_path / "home"
    (home / FILE).parent.mkdir(parents=True)
    seen = {"1": {"owner": "x", "name": "Ann", "of_next_year": "1"}}
    (home / FILE).write_text(json.dumps({"seen": seen, "others": {}}), encoding="utf-8")
    open_register(home).close()
    with closing(sqlite3.connect(home / "register.db")) as store, store:
        store.execute("insert into schema_version values (?)", (VERSION + 1,))
    return home


@pytest.mark.parametrize("more", [(), ("--dry-run",)], ids=["refresh", "rehearsal"])
def test_a_refresh_tells_both_numbers_and_reads_nothing(home: Path, more: tuple[str, ...]) -> None:
    """Not that a file with fields it does not know is damaged."""
    before = {file: file.read_bytes() for file in home.rglob("*") if file.is_file()}
    ended = CliRunner().invoke(
        app, ["refresh", "--source", str(home.parent / "people"), "--home", str(home), *more]
    )
    said = " ".join(ended.stderr.split())
    assert ended.exit_code == 2
    assert f"schema {VERSION + 1}, this one has {VERSION}" in said
    assert "backup of before the update" in said
    after = {file: file.read_bytes() for file in home.rglob("*") if file.is_file()}
    assert {file: data for file, data in after.items() if not file.name.startswith("register.db-")} == before


def test_a_home_of_this_version_or_without_a_register_is_let_be(home: Path, tmp_path: Path) -> None:
    """The number is looked for without writing."""
    with pytest.raises(ConfigError, match="newer"):
        must_not_be_newer(home)
    with closing(sqlite3.connect(home / "register.db")) as store, store:
        store.execute("delete from schema_version where version > ?", (VERSION,))
    must_not_be_newer(home)
    must_not_be_newer(tmp_path / "none")
    assert not (tmp_path / "none").exists()
