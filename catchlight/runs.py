"""Which runs there are, and what a run says about each person."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from catchlight import ledger
from catchlight.errors import ConfigError
from catchlight.namesakes import told_apart
from catchlight.records import Employee, Render, Verdict, by_employee

NEVER = "9999"  # later than any moment
_BEGINS = re.compile(rb'\s*\{\s*"run":\s*"([^"\\]+)"')


@dataclass(frozen=True, slots=True)
class Portrait:
    """One person's part of a run; what there is none of is None."""

    employee: Employee
    render: Render | None
    verdict: Verdict | None

    @property
    def picture(self) -> str:
        """The digest of the portrait, "" when the run made none."""
        return self.render.picture if self.render else ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An earlier attempt at a person's portrait that they may still choose, and what was different about it.

    ``picture``, ``before``, ``after`` and ``aligned`` are vault digests as in ``Render``; ``photo`` is the photo that it was made from.
    """

    employee: str
    recipe: str
    picture: str
    photo: str = ""
    before: str = ""
    after: str = ""
    aligned: str = ""
    rung: str = ""
    wish: str = ""


def candidates(folder: Path) -> dict[str, list[Candidate]]:
    """Return the earlier attempts that a run keeps, by employee, the newest first."""
    if not (folder / ledger.file_name(Candidate)).is_file():
        return {}
    return by_employee(_rows(folder, Candidate))


def run_folder(home: Path, name: str = "latest") -> Path:
    """Return the folder of a run; ``latest`` is a link to it, a file that holds its name, or a copy that followed the link.

    Raises ConfigError that lists the runs when there is none of this name.
    """
    runs = home / "runs"
    pointer = runs / name
    if pointer.is_file() and pointer.parent == runs:
        name = pointer.read_text(encoding="utf-8").strip()
    folder = (copied_from(pointer) or runs / name).resolve()
    if not name or folder.parent != runs.resolve() or not folder.is_dir():
        message = (
            f"run {name!r}: none of this name in {runs}; there are: {', '.join(_known(runs)) or 'none yet'}"
        )
        raise ConfigError(message)
    return folder


def copied_from(folder: Path) -> Path | None:
    """Return the run beside a folder that is a copy of it under another name, as `cp -rL` makes one of ``latest``."""
    if folder.is_symlink() or not folder.is_dir():
        return None
    try:
        beside = folder.with_name(_told_run(folder / "run.json"))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return beside if beside != folder and beside.is_dir() else None


def _told_run(file: Path) -> Any:
    """Return the run that a run.json is of: it says so first, and what was found in a large company is long."""
    with file.open("rb") as told:
        begins = _BEGINS.match(told.read(1000))
    return begins[1].decode() if begins else json.loads(file.read_bytes())["run"]


def run_names(home: Path) -> list[str]:
    """Return all runs there are, the newest first."""
    return _known(home / "runs")[::-1]


def ended(home: Path, run: str) -> str:
    """Return when a run came to its end, in UTC; one that has not is of the far future."""
    try:
        told = str(json.loads((home / "runs" / run / "run.json").read_bytes())["finished"])
        return datetime.fromisoformat(told).astimezone(UTC).isoformat(timespec="microseconds")
    except (OSError, ValueError, KeyError):
        return NEVER


def takes_in_everyone(home: Path, run: str) -> bool:
    """Whether a run was of the whole company, so that whoever is not in it is not there any more."""
    try:
        job = json.loads((home / "ledger" / run / "plan.json").read_bytes())["job"]
    except (OSError, ValueError, KeyError):
        return False
    if job.get("onto"):
        # a few were made anew, the others are carried over
        return bool(job.get("onto_everyone")) or takes_in_everyone(home, job["onto"])
    return not (job.get("only") or job.get("departments"))


def _known(runs: Path) -> list[str]:
    found = runs.iterdir() if runs.is_dir() else ()
    real = (path for path in found if path.is_dir() and not path.is_symlink())
    return sorted(path.name for path in real if copied_from(path) is None)


def portraits(folder: Path) -> dict[str, Portrait]:
    """Return what a run says about each person, by id; ConfigError when its tables are not there."""
    renders = {row.employee: row for row in _rows(folder, Render)}
    verdicts = {(row.employee, row.recipe): row for row in _rows(folder, Verdict)}
    found = {}
    for employee in _rows(folder, Employee):
        render = renders.get(employee.id)
        verdict = verdicts.get((employee.id, render.recipe)) if render else None
        found[employee.id] = Portrait(employee, render, verdict)
    return found


def names_of(folder: Path) -> dict[str, str]:
    """Return everybody's name to show by id, namesakes told apart; ConfigError when the run's table is not there."""
    people = _rows(folder, Employee)
    beside = told_apart(people)
    return {one.id: f"{one.name} ({beside[one.id]})" if one.id in beside else one.name for one in people}


def _rows(folder: Path, record: type) -> list[Any]:
    path = folder / ledger.file_name(record)
    try:
        return ledger.records(record, ledger.read(path))
    except FileNotFoundError as error:
        message = (
            f"run {folder.name}: {path.name} is not there; let the run finish, or choose another with --run"
        )
        raise ConfigError(message) from error
