"""A source's name is that of a file in the home: it leads nowhere else, and what it remembers is erased."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from catchlight.checkup import State
from catchlight.checkup_databases import look_at_databases
from catchlight.desk import open_register
from catchlight.erasure import erase
from catchlight.errors import ConfigError
from catchlight.source import Entry, Page
from catchlight.source_memory import Memory
from flows.sources import wire

JOB = '[sources."{}"]\nkind = "folder"\nroot = "/srv/hr"\n'


def job(root: Path, name: str) -> Path:
    """Return a job file whose one source has this name."""
    file = root / "job.toml"
    file.write_text(JOB.format(name), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    "name",
    ["hr/de", "../../escaped", "..", ".hidden", "", " ", "hr ", "a\\\\b", "a\\nb", "x" * 201, "ü" * 101],
)
def test_a_name_that_is_no_files_is_refused(tmp_path: Path, name: str) -> None:
    """The key is told, and what would do."""
    with pytest.raises(ConfigError, match=r"sources\..*: .*take letters, digits, - and _, such as hr-de"):
        wire(job(tmp_path, name))


@pytest.mark.parametrize("name", ["hr", "hr-de", "HR_2", "hr.eu", "Personal Zürich", "a..b", "ü" * 100])
def test_any_name_of_a_file_stays_one(tmp_path: Path, name: str) -> None:
    """Blanks, accents and dots within a name do no harm."""
    assert [one.name for one in wire(job(tmp_path, name))[1]] == [name]


def test_what_a_source_with_a_slash_remembers_is_erased(tmp_path: Path) -> None:
    """Homes of earlier versions may have one: it is looked at, and nothing is left in it."""
    file = tmp_path / "sources/hr/de.db"
    file.parent.mkdir(parents=True)
    people = [Entry(key, {"email": f"{key}@example.com"}, None) for key in ("dora", "emil")]
    with closing(Memory(file)) as memory:
        memory.take(Page(people))
        memory.finish("", changes=False)
    with closing(open_register(tmp_path)) as register:
        done = erase(tmp_path, register, "dora", lambda _: None)
    assert done.left == ()
    with closing(sqlite3.connect(file)) as store:
        assert store.execute("select key from people").fetchall() == [("emil",)]
    assert b"dora" not in b"".join(one.read_bytes() for one in file.parent.iterdir())
    file.write_bytes(b"damaged")
    assert [one.state for one in look_at_databases(tmp_path)] == [State.FAIL]
