"""A plain folder's list that suddenly lacks people: a cut file must not pass for a company that shrank."""

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

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
    before = set() if job.accept_fewer else _last(job.home)
    lost = len(before.difference(listed))
    if lost > max(1, AT_MOST_FEWER * len(before)):
        message = (
            f"source {job.source}: lists {len(before) - lost} of the {len(before)} people of the last run; at most "
            f"{AT_MOST_FEWER:.0%} may be missing. Nothing was changed. If it is right, run once with --accept-fewer"
        )
        raise ConfigError(message)


def _last(home: Path) -> set[str]:
    """Return who was in the newest run of the whole company that came to its end, and whose table can be read."""
    for run in run_names(home):
        if Home(home).finished(run) and takes_in_everyone(home, run):
            with suppress(ConfigError, FileNotFoundError):
                return set(ledger.read(Home(home).run(run) / ledger.file_name(Employee), ["id"])["id"])
    return set()
