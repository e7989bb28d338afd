"""A plain folder's list that suddenly lacks people: a cut file must not pass for a company that shrank."""

from collections.abc import Collection
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


def must_list_most(job: Job, listed: Collection[str]) -> None:
    """Raise ConfigError where a list (by ids) lacks many of the last run's people, unless the job takes it as it is.

    One person may always have left.
    """
    table = None if job.accept_fewer else last_of_everyone(job.home, Employee, ["id"])
    before = set(table["id"]) if table is not None else set[str]()
    lost = len(before.difference(listed))
    if lost > max(1, AT_MOST_FEWER * len(before)):
        message = (
            f"source {job.source}: lists {len(before) - lost} of the {len(before)} people of the last run; at most "
            f"{AT_MOST_FEWER:.0%} may be missing. Nothing was changed. If it is right, run once with --accept-fewer"
        )
        raise ConfigError(message)


def last_of_everyone(home: Path, record: type, columns: list[str]) -> pl.DataFrame | None:
    """Return a table of the newest run of the whole company that came to its end, and whose table can be read."""
    for run in run_names(home):
        if Home(home).finished(run) and takes_in_everyone(home, run):
            with suppress(ConfigError, FileNotFoundError):
                return ledger.read(Home(home).run(run) / ledger.file_name(record), columns)
    return None
