"""Photos of many people that are suddenly not there: a disk that is not mounted must not pass for people without a photo."""

from collections.abc import Sequence

import polars as pl

from catchlight.errors import ConfigError
from catchlight.job import Job
from catchlight.job_file import AT_MOST_FEWER
from catchlight.out_of_reach import out_of_reach
from catchlight.records import Employee, Photo, by_employee
from flows.shorter_list import is_too_many, last_of_everyone

_SHOWN = 3


def must_show_most(job: Job, people: Sequence[Employee], photos: Sequence[Photo]) -> None:
    """Raise ConfigError where many who had a photo in the last run of everybody have none now, unless the job takes it so.

    Whoever left, or may not be read, is not counted, nor is a photo that is there and cannot be had. One person may
    always have lost theirs.
    """
    before = {} if job.accept_fewer else _before(job)
    theirs = by_employee(photos)
    lost = [one.id for one in people if one.id in before and _has_none(theirs.get(one.id, []))]
    if is_too_many(len(lost), len(before)):
        files = ", ".join(before[id_] for id_ in lost[:_SHOWN])
        more = f" and {len(lost) - _SHOWN} more" if len(lost) > _SHOWN else ""
        message = (
            f"source {job.source}: {len(lost)} of the {len(before)} people who had a photo in the last run have none now; "
            f"at most {AT_MOST_FEWER:.0%} may lose theirs. It was {files}{more}: is a disk not mounted? No run was made, and "
            "nobody is asked for a photo. If it is right, run once with --accept-fewer"
        )
        raise ConfigError(message)


def _before(job: Job) -> dict[str, str]:
    """Return the file of somebody's photo, for each who had one in the last run of everybody."""
    table = last_of_everyone(job.home, Photo, ["employee", "file", "digest"])
    had = table.filter(pl.col("digest") != "") if table is not None else None
    return dict(had.select("employee", "file").iter_rows()) if had is not None else {}


def _has_none(photos: Sequence[Photo]) -> bool:
    return not any(one.digest or out_of_reach(one.reason) for one in photos)
