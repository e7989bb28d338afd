"""Who left, and whose photo is not processed though they are here. A run alone tells neither."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catchlight import identities, ledger
from catchlight.errors import ConfigError
from catchlight.identities import Seen
from catchlight.journal import standing_now
from catchlight.permission import read_permissions
from catchlight.records import Employee
from catchlight.register import Register
from catchlight.register_tables import TABLES
from catchlight.runs import ended, portraits, run_folder, run_names, takes_in_everyone
from catchlight.traces import ids_of_recipes, known_ids


@dataclass(frozen=True, slots=True)
class Absent:
    """Who is published nowhere, by id, with the time since when ("" where nothing tells it).

    ``left`` are those whom no list has any more; ``resting`` are here, and said no to being processed, may not
    be, or are outside the people whom the job is about.
    ``pictured`` are all of whom a run tells, or a recipe, which outlives its run.
    """

    left: Mapping[str, str]
    resting: Mapping[str, str]
    pictured: frozenset[str]


def absent(home: Path, register: Register) -> Absent:
    """Return who left and who rests, as of now."""
    seen, last, newest = identities.read_ids(home).seen, _last_runs(home), _newest(home)
    listed = {id_ for id_, one in seen.items() if not one.gone}
    known = known_ids(home, register) - {row.employee for row in standing_now(register.receipts())}
    barred = read_permissions(home).barred(last[id_][0] if id_ in last else Employee(id_) for id_ in known)
    unwilling = {id_ for id_, found in barred.items() if found.is_own_no}
    # Who said no is in no run for that alone: where no list is remembered, they may be here.
    left = known - newest - (listed if seen else unwilling) if newest else set[str]()
    left_out = last.keys() - newest if newest else set[str]()
    outside = {id_ for id_ in listed & known if seen[id_].outside} - newest if newest else set[str]()
    resting = (unwilling | (barred.keys() & left_out) | outside) - left
    since = _since(register, last, seen)
    return Absent(
        {id_: since[id_] for id_ in sorted(left)}, {id_: since[id_] for id_ in sorted(resting)},
        frozenset(last.keys() | ids_of_recipes(home)),
    )  # fmt: skip


def _newest(home: Path) -> set[str]:
    """Return who is in the newest run, nobody where that was not of the whole company."""
    try:
        newest = run_folder(home)
    except ConfigError:
        return set()
    return set(portraits(newest)) if takes_in_everyone(home, newest.name) else set()


def _last_runs(home: Path) -> dict[str, tuple[Employee, str]]:
    """Return everybody as the newest run with them had them, and when that ended."""
    found: dict[str, tuple[Employee, str]] = {}
    for name in run_names(home):
        file = home / "runs" / name / ledger.file_name(Employee)
        for person in ledger.records(Employee, ledger.read(file)) if file.is_file() else ():
            found.setdefault(person.id, (person, ended(home, name)))
    return found


def _since(
    register: Register, last: Mapping[str, tuple[Employee, str]], seen: Mapping[str, Seen]
) -> Mapping[str, str]:
    """Return when each was last in a run, heard of, or found missing in a list or outside a job's people, whichever was latest."""
    found = defaultdict[str, str](str, {id_: at for id_, (_, at) in last.items()})
    for record in TABLES:
        rows: list[Any] = register.rows(record)
        for row in rows:
            employee = getattr(row, "employee", "")
            found[employee] = max(found[employee], getattr(row, "at", ""))
    for id_, one in seen.items():
        found[id_] = max(found[id_], one.gone, one.outside)
    return found
