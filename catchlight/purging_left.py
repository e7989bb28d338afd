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
from catchlight.traces import ids_of_recipes
from catchlight.unfinished import unfinished


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
    seen, newest, recipes = identities.read_ids(home).seen, _newest(home), ids_of_recipes(home)
    (last, unread), heard = _last_runs(home), _heard(register)
    listed = {id_ for id_, one in seen.items() if not one.gone}
    stopped = {one.employee for one in unfinished(home)}
    known = (seen.keys() | last.keys() | heard.keys() | recipes | stopped) - {""}
    known -= {row.employee for row in standing_now(register.receipts())}
    barred = read_permissions(home).barred(last[id_][0] if id_ in last else Employee(id_) for id_ in known)
    unwilling = {id_ for id_, found in barred.items() if found.is_own_no}
    # Who said no is in no run for that alone: where no list is remembered, they may be here.
    left = known - newest - (listed if seen else unwilling) if newest else set[str]()
    left_out = last.keys() - newest if newest else set[str]()
    outside = {id_ for id_ in listed & known if seen[id_].outside} - newest if newest else set[str]()
    resting = (unwilling | (barred.keys() & left_out) | outside) - left

    def since(id_: str) -> str:
        """Return when somebody was last in a run, heard of, or found missing in a list or outside a job's people."""
        one = seen.get(id_, Seen("", ""))
        ran = last[id_][1] if id_ in last else unread
        return max(ran, heard.get(id_, ""), one.gone, one.outside)

    return Absent(
        {id_: since(id_) for id_ in sorted(left)}, {id_: since(id_) for id_ in sorted(resting)},
        frozenset(last.keys() | recipes),
    )  # fmt: skip


def _newest(home: Path) -> set[str]:
    """Return who is in the newest run, nobody where that was not of the whole company."""
    try:
        newest = run_folder(home)
    except ConfigError:
        return set()
    return set(portraits(newest)) if takes_in_everyone(home, newest.name) else set()


def _last_runs(home: Path) -> tuple[dict[str, tuple[Employee, str]], str]:
    """Return everybody as the newest run with them had them, and when that ended; and the end of one that cannot be read.

    Whoever is in no newer run may have been in that one, so it is their last.
    """
    found, unread = dict[str, tuple[Employee, str]](), ""
    for name in run_names(home):
        file = home / "runs" / name / ledger.file_name(Employee)
        try:
            people = ledger.records(Employee, ledger.read(file)) if file.is_file() else []
        except ConfigError:
            unread = unread or ended(home, name)
            continue
        for person in people:
            found.setdefault(person.id, (person, unread or ended(home, name)))
    return found, unread


def _heard(register: Register) -> Mapping[str, str]:
    """Return when each was last heard of."""
    found = defaultdict[str, str](str)
    for record in TABLES:
        rows: list[Any] = register.rows(record)
        for row in rows:
            employee = getattr(row, "employee", "")
            found[employee] = max(found[employee], getattr(row, "at", ""))
    return found
