"""Everything that is known of one person, as one file for them: data, pictures, their words, who got what, for how long."""

import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import polars as pl

from catchlight import ledger
from catchlight.errors import ConfigError, OutsideError
from catchlight.home import Home
from catchlight.moments import now
from catchlight.permission import Permissions, read_permissions
from catchlight.promises import ACTS, Keep, load_promises
from catchlight.records import Employee, Photo, Reading, Render, Verdict
from catchlight.register import Register
from catchlight.register_tables import TABLES
from catchlight.review_records import Notice, Session
from catchlight.runs import run_names
from catchlight.traces import source_entries, traces_of
from catchlight.vault import digest_of

_KINDS = {b"\xff\xd8": "jpg", b"\x89P": "png", b"RI": "webp"}


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
    pictures: int


def export(
    home: Path,
    register: Register,
    employee: str,
    to: Path,
    *,
    checks: Mapping[str, Explained],
    recipients: Sequence[Mapping[str, str]],
) -> Exported:
    """Write the file; ConfigError when nothing is known of this id. Others may write meanwhile: it is of one moment."""
    runs, rows = list(_runs(home, employee, checks)), _rows(register, employee)
    if not runs and not any(rows.values()):
        message = f"nothing is known of {employee!r}"
        raise ConfigError(message)
    promises, permissions = load_promises(home), read_permissions(home, employee)
    data = {
        "id": employee, "made": now(), "runs": runs, **rows, "notices": _notices(register, rows),
        "sources": source_entries(home, traces := traces_of(home, register, employee)),
        "recipients": list(recipients), "allowed now": _allowed(permissions, _newest(runs)),
        "kept for (days)": {name: [days, _meant(name)] for name, days in promises.keep.model_dump().items()},
    }  # fmt: skip
    pictures = dict(_pictures(home, traces.digests, runs))
    plain = json.dumps(data, indent=1, ensure_ascii=False).encode()
    _write(to, {"READ ME.txt": _words(data, pictures).encode(), "data.json": plain, **pictures})
    return Exported(len(runs), sum(map(len, rows.values())), len(pictures))


def _write(to: Path, files: Mapping[str, bytes]) -> None:
    """Write the archive whole or not at all; ``sha256sum -c manifest.sha256`` proves what was unpacked."""
    listed = "".join(f"{digest_of(data)}  {name}\n" for name, data in files.items())
    partial = to.with_name(f".{to.name}.partial")
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in {**files, "manifest.sha256": listed.encode()}.items():
                archive.writestr(name, data)
        partial.chmod(0o600)
        partial.replace(to)
    except OSError as error:
        message = f"--to {to}: cannot be written: {error.strerror}"
        raise ConfigError(message) from error
    finally:
        partial.unlink(missing_ok=True)


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
    return pl.read_parquet(file).filter(pl.col(column) == employee).to_dicts() if file.is_file() else []


def _explained(row: Mapping[str, Any], checks: Mapping[str, Explained]) -> dict[str, Any]:
    check = checks.get(row["check"])
    return {
        **row,
        **({} if check is None else {"title": check.title, "unit": check.unit, "means": check.words}),
    }


def _rows(register: Register, employee: str) -> dict[str, list[dict[str, Any]]]:
    """Return the register's rows about the person, by table, all of one moment."""
    with register.snapshot() as store:
        return {
            TABLES[kind].name: [asdict(row) for row in _of(store, kind, employee)]
            for kind in TABLES
            if kind is not Session and "employee" in {field.name for field in fields(kind)}
        }


def _of(store: Any, kind: type, employee: str) -> list[Any]:
    found: list[Any] = store.rows(kind, employee=employee)
    return found


def _notices(register: Register, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """Return the texts that the person was shown."""
    shown = {row["notice"] for table in rows.values() for row in table if row.get("notice")}
    return [asdict(one) for digest in sorted(shown) for one in register.rows(Notice, digest=digest)]


def _newest(runs: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = runs[0]["person"] if runs else {}
    return found


def _allowed(permissions: Permissions, person: Mapping[str, Any]) -> dict[str, str]:
    """Return what may be done with their photo now, in words."""
    staff = Employee(str(person.get("id", "")), country=str(person.get("country", "")))
    asked = {act: permissions.may(staff, act) for act in ACTS}
    return {act: "yes" if found else f"no: {found.why}" for act, found in asked.items()}


def _pictures(
    home: Path, digests: frozenset[str], runs: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, bytes]]:
    """Yield the person's pictures, named by what they are."""
    roles = {row["digest"]: "photo" for run in runs for row in run["photos"] if row["digest"]}
    roles |= {row["picture"]: "portrait" for run in runs for row in run["portraits"] if row["picture"]}
    vault = Home(home).vault
    for digest in sorted(digest for digest in digests if vault.has(digest)):
        with suppress(OutsideError):
            data = vault.get(digest)
            kind = _KINDS.get(data[:2], "bin")
            yield f"pictures/{roles.get(digest, 'copy')}-{digest[:12]}.{kind}", data


def _meant(name: str) -> str:
    return str(Keep.model_fields[name].description)


def _words(data: Mapping[str, Any], pictures: Mapping[str, bytes]) -> str:
    """Return the first page: what is in here, in plain words."""
    person = _newest(data["runs"])
    name = (
        person.get("display_name")
        or f"{person.get('given_name', '')} {person.get('family_name', '')}".strip()
    )
    shown = [f"  {one['place']}, for: {one['purpose']}, since {one['since']}" for one in data["recipients"]]
    said = [f"  {one['at'][:16]} UTC  {one['purpose']}: {one['word']}" for one in data["consents"]]
    kept = [f"  {days} days: {meaning}" for days, meaning in data["kept for (days)"].values()]
    may = [f"  {act.replace('_', ' ')}: {word}" for act, word in data["allowed now"].items()]
    parts = [
        f"What is known of {name or data['id']} (id {data['id']}), as of {data['made'][:16]} UTC\n",
        "data.json has all of it, for a program. pictures/ has every picture of you alone: photos as they came, portraits,",
        "and copies in other sizes, with what portraits took the place of. manifest.sha256 proves that nothing was changed.\n",
        f"Pictures: {len(pictures)}. Runs in which you are: {len(data['runs'])}. Answers: {len(data['decisions'])}.\n",
        "Where your portrait is shown:", *(shown or ["  nowhere"]), "",
        "What you said of purposes:", *(said or ["  nothing"]), "",
        "What may be done with your photo now:", *may, "",
        "How long things are kept:", *kept, "",
        "Measures (readings in data.json) are of the picture, not of you: framing, light, focus. Each has a title and what",
        "it means. They are deleted with the picture, and no decision about you is made from them.",
    ]  # fmt: skip
    return "\n".join(parts) + "\n"
