"""Health is asked for every few seconds: the register answers without a byte of it being written."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from catchlight.desk import open_register
from catchlight.home import Home, write_json
from catchlight.register_probe import is_readable
from catchlight.register_tables import VERSION


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home with a register and a finished run."""
    open_register(tmp_path).close()
    write_json(tmp_path / "runs/r1/run.json", {})
    Home(tmp_path).point_to("r1")
    return tmp_path


def _files(home: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in home.rglob("*") if file.is_file()}


def _schema(home: Path, version: int) -> None:
    with closing(sqlite3.connect(home / "register.db")) as store, store:
        store.execute("update schema_version set version = ?", (version,))


def test_a_probe_writes_nothing(home: Path) -> None:
    """No transaction, no line in the audit log of settings that changed meanwhile, no new file."""
    (home / "publish.toml").write_text('theirs = "replaced"\n')
    before = _files(home)
    assert is_readable(home)
    assert {f: d for f, d in _files(home).items() if f.suffix not in {".db-shm", ".db-wal"}} == before


def test_a_probe_waits_for_nobody_who_writes(home: Path) -> None:
    """A long transaction does not make the register look ill."""
    with closing(sqlite3.connect(home / "register.db", isolation_level=None)) as store:
        store.execute("begin immediate")
        assert is_readable(home)


def test_a_new_home_is_well_and_gets_no_register(tmp_path: Path) -> None:
    """A server may be started before the first refresh; a folder that is not there is not well."""
    assert is_readable(tmp_path)
    assert not list(tmp_path.iterdir())
    assert not is_readable(tmp_path / "away")


@pytest.mark.parametrize("fault", ["lost", "junk", "empty", "newer", "address"])
def test_what_cannot_be_read_is_not_well(home: Path, fault: str) -> None:
    """A register that is gone though there are runs, no register, one of a newer Catchlight, an address of nothing."""
    file = home / "register.db"
    match fault:
        case "lost":
            file.unlink()
        case "junk" | "empty":
            file.write_bytes(b"no database at all" * 100 * (fault == "junk"))
        case "newer":
            _schema(home, VERSION + 1)
        case "address":
            (home / "secrets").mkdir(mode=0o700, exist_ok=True)
            (home / "secrets/register.url").write_text("pigeon://post")
            (home / "secrets/register.url").chmod(0o600)
    assert not is_readable(home)


def test_an_older_register_is_well_and_is_not_updated(home: Path) -> None:
    """Whoever writes to it updates it; a probe does not."""
    _schema(home, VERSION - 1)
    assert is_readable(home)
    with closing(sqlite3.connect(home / "register.db")) as store:
        assert store.execute("select max(version) from schema_version").fetchone() == (VERSION - 1,)
