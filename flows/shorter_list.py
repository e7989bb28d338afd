"""A list that suddenly lacks people: neither a cut file nor the list of others must pass for a company that shrank."""

import json
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

import polars as pl

from catchlight import ledger
from catchlight.errors import ConfigError
from catchlight.home import Home
from catchlight.job import Job
from catchlight.job_file import AT_MOST_FEWER
from catchlight.records import Employee
from catchlight.runs import run_names, takes_in_everyone

_CUT = f"; at most {AT_MOST_FEWER:.0%} may be missing. Nothing was changed. If it is right, run once with --accept-fewer"
_OTHER = (
    ", which was of {source}: the others would be taken off as no longer with the company. No run was made. All lists and job "
    "files of one home are of the same people: name all sources in one job file, or give each company its own --home. If this "
    "one takes the place of that, run once with --accept-fewer"
)


def must_list_most(job: Job, listed: Collection[str]) -> None:
    """Raise ConfigError where a list (by ids) lacks many of the last run's people, unless the job takes it as it is.

    One person may always have left. Each source of a job file is held to what it had itself: here it is only where
    the last run was of another list or job file than this one of everybody.
    """
    if job.accept_fewer:
        return
    source, before = _last(job.home)
    other = source not in {"", str(job.source.resolve())}
    if job.from_file and (job.of_some or not other):
        return
    here = len(before.intersection(listed))
    if is_too_many(len(before) - here, len(before)):
        why = _OTHER.format(source=source) if other else _CUT
        message = f"source {job.source}: lists {here} of the {len(before)} people of the last run{why}"
        raise ConfigError(message)


def is_too_many(lost: int, before: int) -> bool:
    """Whether more went of what there was than may go from one time to the next; one may always."""
    return lost > max(1, AT_MOST_FEWER * before)


def last_of_everyone(home: Path, record: type, columns: list[str]) -> pl.DataFrame | None:
    """Return a table of the newest run of the whole company that came to its end, and whose table can be read."""
    return next((table for _, table in _of_everyone(home, record, columns)), None)


def _last(home: Path) -> tuple[str, set[str]]:
    """Return of which source the newest such run was, and who was in it."""
    for run, table in _of_everyone(home, Employee, ["id"]):
        job = json.loads((Home(home).ledger(run) / "plan.json").read_bytes())["job"]
        return str(job.get("source", "")), set(table["id"])
    return "", set()


def _of_everyone(home: Path, record: type, columns: list[str]) -> Iterator[tuple[str, pl.DataFrame]]:
    for run in run_names(home):
        if Home(home).finished(run) and takes_in_everyone(home, run):
            with suppress(ConfigError, FileNotFoundError):
                yield run, ledger.read(Home(home).run(run) / ledger.file_name(record), columns)
