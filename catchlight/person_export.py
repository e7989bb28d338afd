"""Everything that is known of one person, as one file for them: data, pictures, their words, who got what, for how long."""

import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import polars as pl

from catchlight import ledger
from catchlight.audit_settings import seal_of
from catchlight.errors import ConfigError
from catchlight.moments import now
from catchlight.permission import Permissions, read_permissions
from catchlight.person_delegations import as_read
from catchlight.person_files import files_of
from catchlight.person_log import lines_of
from catchlight.promises import ACTS, Keep, load_promises
from catchlight.records import Employee, Photo, Reading, Render, Verdict
from catchlight.register import Register
from catchlight.register_tables import TABLES
from catchlight.review_records import Delegation, Notice, Session
from catchlight.runs import run_names
from catchlight.traces import known_ids, listed_ids, source_entries, traces_of
from catchlight.vault import digest_of

OTHERS = "answers for others"
Pages = Callable[[Mapping[str, Any], Collection[str]], Mapping[str, bytes]]


@dataclass(frozen=True, slots=True)
class Explained:
    """A check in plain words: what it is called, its unit, and what it measures."""

    title: str
    unit: str
    words: str


@dataclass(frozen=True, slots=True)
class Exported:
    """How much there was."""

    runs: int
    rows: int
    files: int


def export(
    home: Path,
    register: Register,
    employee: str,
    to: Path,
    *,
    checks: Mapping[str, Explained],
    recipients: Sequence[Mapping[str, str]],
    pages: Pages,
) -> Exported:
    """Write the file; ConfigError when nothing is known of this id. Others may write meanwhile: it is of one moment.

    ``pages`` makes what is read first, by file name, from the data and the names of the files.
    """
    runs, rows = list(_runs(home, employee, checks)), _rows(register, employee)
    listed = listed_ids(home).get(employee, {})
    if employee not in known_ids(home, register):
        message = f"nothing is known of {employee!r}"
        raise ConfigError(message)
    for name in ("delegations", OTHERS):
        rows[name] = as_read(home, rows[name])
    promises, permissions = load_promises(home), read_permissions(home, employee)
    data = {
        "id": employee, "made": now(), "runs": runs, **rows, "notices": _notices(register, rows),
        "sources": source_entries(home, traces := traces_of(home, register, employee)), "listed": listed,
        "log": lines_of(register, seal_of(home), employee),
        "recipients": list(recipients), "allowed now": _allowed(permissions, employee, runs),
        "kept for (days)": {name: [days, _meant(name)] for name, days in promises.keep.model_dump().items()},
    }  # fmt: skip
    files = dict(files_of(home, traces.digests, runs, rows["receipts"]))
    plain = json.dumps(data, indent=1, ensure_ascii=False).encode()
    _write(to, {**pages(data, files), "data.json": plain, **files})
    return Exported(len(runs), sum(map(len, rows.values())), len(files))


def _write(to: Path, files: Mapping[str, bytes]) -> None:
    """Write the archive whole or not at all, never readable by others; ``sha256sum -c manifest.sha256`` proves what was unpacked."""
    listed = "".join(f"{digest_of(data)}  {name}\n" for name, data in files.items())
    try:
        handle, name = tempfile.mkstemp(dir=to.parent, prefix=f".{to.name[:40]}.", suffix=".partial")  # 0600
        with _gone_at_the_end(Path(name)) as partial:
            with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                for inside, data in {**files, "manifest.sha256": listed.encode()}.items():
                    archive.writestr(inside, data)
            partial.replace(to)
    except OSError as error:
        message = f"--to {to}: cannot be written: {error.strerror}"
        raise ConfigError(message) from error


@contextmanager
def _gone_at_the_end(file: Path) -> Iterator[Path]:
    try:
        yield file
    finally:
        file.unlink(missing_ok=True)


def _runs(home: Path, employee: str, checks: Mapping[str, Explained]) -> Iterator[dict[str, Any]]:
    """Yield what each run says of the person, the newest first."""
    for name in run_names(home):
        tables = {
            kind: _theirs(home, name, kind, employee) for kind in (Employee, Photo, Render, Verdict, Reading)
        }
        if tables[Employee]:
            readings = [_explained(row, checks) for row in tables[Reading]]
            yield {
                "run": name, "person": tables[Employee][0], "photos": tables[Photo], "portraits": tables[Render],
                "judged": tables[Verdict], "readings": readings,
            }  # fmt: skip


def _theirs(home: Path, run: str, kind: type, employee: str) -> list[dict[str, Any]]:
    file, column = home / "runs" / run / ledger.file_name(kind), "id" if kind is Employee else "employee"
    return ledger.read(file).filter(pl.col(column) == employee).to_dicts() if file.is_file() else []


def _explained(row: Mapping[str, Any], checks: Mapping[str, Explained]) -> dict[str, Any]:
    check = checks.get(row["check"])
    return {
        **row,
        **({} if check is None else {"title": check.title, "unit": check.unit, "means": check.words}),
    }


def _rows(register: Register, employee: str) -> dict[str, list[dict[str, Any]]]:
    """Return the register's rows about the person, by table, and for whom they answer; all of one moment."""
    with register.snapshot() as store:
        mine = {
            TABLES[kind].name: [asdict(row) for row in _of(store, kind, employee)]
            for kind in TABLES
            if kind is not Session and "employee" in {field.name for field in fields(kind)}
        }
        others = store.rows(Delegation, delegate=employee)
    return mine | {OTHERS: [asdict(replace(row, why="")) for row in others]}  # why is theirs


def _of(store: Any, kind: type, employee: str) -> list[Any]:
    found: list[Any] = store.rows(kind, employee=employee)
    return found


def _notices(register: Register, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """Return the texts that the person was shown."""
    shown = {row["notice"] for table in rows.values() for row in table if row.get("notice")}
    return [asdict(one) for digest in sorted(shown) for one in register.rows(Notice, digest=digest)]


def _allowed(
    permissions: Permissions, employee: str, runs: Sequence[Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Return what may be done with their photo now, and why not."""
    country = str(runs[0]["person"].get("country", "")) if runs else ""
    asked = {act: permissions.may(Employee(employee, country=country), act) for act in ACTS}
    return {
        act: {"allowed": bool(found), "code": found.code, "why": found.why} for act, found in asked.items()
    }


def _meant(name: str) -> str:
    return str(Keep.model_fields[name].description)
