"""Pictures and tables on disk: complete or not there, unchanged or told."""

import errno
import os
import signal
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catchlight import ledger
from catchlight.errors import OutsideError
from catchlight.ledger import Recipes
from catchlight.records import Decision, Employee, Photo, Reading, Receipt, Render, Rung, Verdict
from catchlight.vault import Vault, digest_of, write_whole

KINDS = (Employee, Photo, Render, Reading, Verdict, Decision, Receipt)
QUICK = settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
ROOT = Path(__file__).parents[1]
TEXT = st.text(st.characters(codec="utf-8"))
VALUES: dict[Any, Any] = {
    "str": TEXT,
    "int": st.integers(-(2**63), 2**63 - 1),
    "float": st.floats(allow_nan=False),
    "bool": st.booleans(),
    "int | None": st.none() | st.integers(-(2**63), 2**63 - 1),
    "float | None": st.none() | st.floats(allow_nan=False),
    "tuple[str, ...]": st.lists(TEXT, max_size=4).map(tuple),
}


def _name(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) and not hasattr(hint, "__args__") else str(hint)


@st.composite
def rows(draw: st.DrawFn) -> tuple[type, list[Any]]:
    """Draw some records of one kind, with anything in their fields."""
    kind = draw(st.sampled_from(KINDS))
    record = st.builds(kind, **{f.name: VALUES[_name(f.type)] for f in fields(kind)})
    return kind, draw(st.lists(record, max_size=5))


def test_a_table_of_before_a_field_was_added_is_still_read() -> None:
    """A run of an older version can be published and restored: what it did not record has its default."""
    old = ledger.table(Employee, [Employee("ana", title="Clerk")]).drop("country", "rung")
    assert ledger.records(Employee, old) == [Employee("ana", title="Clerk")]


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@QUICK
@given(rows())
def test_every_record_survives_the_ledger(tmp_path: Path, drawn: tuple[type, list[Any]]) -> None:
    """Written and read again: the same records, None, empty text and tuples included."""
    kind, records = drawn
    path = ledger.write(tmp_path / "shard=0001" / ledger.file_name(kind), ledger.table(kind, records))
    assert ledger.records(kind, pl.read_parquet(path)) == records
    assert ledger.records(kind, ledger.gather(kind, [path.parent])) == records


@pytest.mark.parametrize("kind", KINDS)
def test_a_tables_columns_are_the_records_fields(kind: type) -> None:
    """One schema, in the order of the fields, also for an empty table."""
    empty = ledger.table(kind, [])
    assert empty.columns == [field.name for field in fields(kind)]
    assert dict(empty.schema) == ledger.schema(kind)
    assert ledger.records(kind, empty) == []


def test_a_rung_is_kept_as_a_word() -> None:
    """What was an enumeration is text in the table and compares equal to the enumeration again."""
    table = ledger.table(Render, [Render("ana", "r", "p", rung=Rung.BACKGROUND)])
    assert table["rung"].to_list() == ["background"]
    assert ledger.records(Render, table)[0].rung == Rung.BACKGROUND


def test_shards_are_gathered_in_order_and_missing_ones_are_empty(tmp_path: Path) -> None:
    """A shard without a file of this kind has nobody in it."""
    for shard, name in (("a", "ana"), ("b", "bo")):
        ledger.write(tmp_path / shard / "employees.parquet", ledger.table(Employee, [Employee(name)]))
    gathered = ledger.gather(Employee, [tmp_path / name for name in ("b", "none", "a")])
    assert gathered["id"].to_list() == ["bo", "ana"]
    assert ledger.gather(Employee, []).is_empty()


@QUICK
@given(st.binary(max_size=300))
def test_what_is_stored_comes_back(tmp_path: Path, data: bytes) -> None:
    """Any bytes, once: storing them again changes nothing and gives the same digest."""
    vault = Vault(tmp_path / "vault")
    digest = vault.put(data)
    before = _files(vault.root)
    assert vault.put(data) == digest == digest_of(data)
    assert vault.get(digest) == data
    assert vault.has(digest)
    assert _files(vault.root) == before


def test_a_changed_byte_is_told(tmp_path: Path) -> None:
    """A picture that rots on disk is never shown or published as the one that was stored."""
    vault = Vault(tmp_path)
    digest = vault.put(b"a picture of Ana")
    vault.path(digest).chmod(0o640)
    vault.path(digest).write_bytes(b"a picture of Bo.")
    with pytest.raises(OutsideError, match="not what was stored") as caught:
        vault.get(digest)
    assert str(vault.path(digest)) in str(caught.value)


def test_storing_a_picture_again_heals_it(tmp_path: Path) -> None:
    """The source still has the photo: the next run puts it back instead of failing for ever."""
    vault = Vault(tmp_path)
    digest = vault.put(b"a picture of Ana")
    vault.path(digest).chmod(0o640)
    vault.path(digest).write_bytes(b"")
    vault.put(b"a picture of Ana")
    assert vault.get(digest) == b"a picture of Ana"


@pytest.mark.parametrize("digest", ["", "0" * 64])
def test_what_is_not_there_is_told(tmp_path: Path, digest: str) -> None:
    """By an error that says where it was looked for."""
    vault = Vault(tmp_path / "vault")
    assert not vault.has(digest)
    with pytest.raises(OutsideError, match="not in the vault"):
        vault.get(digest)


def test_nothing_outside_of_the_vault_is_given(tmp_path: Path) -> None:
    """A digest that is a path of another file gets no bytes of it."""
    (tmp_path / "secret").write_text("payroll")
    for digest in (f"..{tmp_path}/secret", "../secret"):
        with pytest.raises(OutsideError) as caught:
            Vault(tmp_path / "vault").get(digest)
        assert "payroll" not in str(caught.value)


def test_a_stored_picture_cannot_be_written_through(tmp_path: Path) -> None:
    """A run's portraits are links to it, so it is read-only on disk."""
    vault = Vault(tmp_path)
    assert vault.path(vault.put(b"picture")).stat().st_mode & 0o222 == 0


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EIO])
def test_a_full_disk_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: int
) -> None:
    """No file under the final name, none under another; the error says what to do; later it works."""
    vault = Vault(tmp_path / "vault")
    with monkeypatch.context() as disk:

        def refuse(_: int) -> None:
            raise OSError(fault, os.strerror(fault))

        disk.setattr(os, "fsync", refuse)
        with pytest.raises(OutsideError, match="cannot be written"):
            vault.put(b"picture")
    assert _files(tmp_path) == []
    assert not vault.has(digest_of(b"picture"))
    assert vault.get(vault.put(b"picture")) == b"picture"


def test_a_process_killed_while_writing_leaves_no_picture(tmp_path: Path) -> None:
    """Killed before the bytes are safe on disk: nothing lies under the final name, and the next run stores it."""
    code = (
        "import os, signal, sys; from pathlib import Path; from catchlight.vault import Vault;"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL); Vault(Path(sys.argv[1])).put(b'picture')"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False, cwd=ROOT)
    vault, digest = Vault(tmp_path), digest_of(b"picture")
    assert done.returncode == -signal.SIGKILL
    assert not vault.has(digest)
    assert [path.suffix for path in _files(tmp_path)] == [".partial"]
    assert vault.get(vault.put(b"picture")) == b"picture"


def test_a_file_is_replaced_at_once(tmp_path: Path) -> None:
    """Whoever reads while a file is rewritten sees the old content or the new one, never a part."""
    path = tmp_path / "run.json"
    write_whole(path, b"old" * 1000)
    with path.open("rb") as open_before:
        write_whole(path, b"new" * 1000)
        assert open_before.read() == b"old" * 1000
    assert path.read_bytes() == b"new" * 1000
    assert _files(tmp_path) == [path]
    assert path.stat().st_mode & 0o007 == 0


def test_two_that_store_the_same_picture_do_not_disturb_each_other(tmp_path: Path) -> None:
    """Several processes at once: one file, whole."""
    code = (
        "import sys; from pathlib import Path; from catchlight.vault import Vault;"
        "[Vault(Path(sys.argv[1])).put(bytes([i]) * 50_000) for i in range(40)]"
    )
    commands = [[sys.executable, "-c", code, str(tmp_path)]] * 3
    running = [subprocess.Popen(command, cwd=ROOT) for command in commands]
    assert [process.wait() for process in running] == [0, 0, 0]
    vault = Vault(tmp_path)
    assert [vault.get(digest_of(bytes([i]) * 50_000)) for i in range(40)] == [
        bytes([i]) * 50_000 for i in range(40)
    ]
    assert len(_files(tmp_path)) == 40


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@QUICK
@given(st.dictionaries(TEXT, JSON, max_size=4))
def test_a_finished_recipe_is_remembered(tmp_path: Path, result: dict[str, Any]) -> None:
    """What was remembered is recalled as it was; an unknown recipe is None."""
    recipes = Recipes(tmp_path)
    recipes.remember("ab" * 32, result)
    assert recipes.recall("ab" * 32) == result
    assert recipes.recall("cd" * 32) is None


def test_numbers_that_are_none_are_not_remembered(tmp_path: Path) -> None:
    """A result with a NaN in it is a bug and fails loudly, and nothing of it is kept."""
    recipes = Recipes(tmp_path)
    with pytest.raises(ValueError, match="Out of range"):
        recipes.remember("ab" * 32, {"value": float("nan")})
    assert recipes.recall("ab" * 32) is None
