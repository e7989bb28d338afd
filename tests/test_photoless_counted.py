"""Whoever has no photo was neither rendered nor known already, and is counted so everywhere."""

from pathlib import Path
from typing import Any, cast

import pytest

from catchlight.job import Job
from flows import stages
from flows.rehearsal import rehearse
from flows.session import Session
from reports.contact_sheet import _facts
from tests.source_worlds import jpeg


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """Return the job of a new company: one photo, one that is not there, and one person without any."""
    people = tmp_path / "people"
    (people / "photos").mkdir(parents=True)
    (people / "photos/1.jpg").write_bytes(jpeg(1))
    (people / "directory.csv").write_text("id,photo\n1,photos/1.jpg\n2,photos/2.jpg\n3,\n", "utf-8")
    return Job(source=people, home=tmp_path / "home")


def test_a_dry_run_of_a_new_company_knows_nobody(job: Job) -> None:
    """The first run says what is true of it."""
    told = rehearse(job).sentence
    assert told == "3 people; 1 would be rendered, 0 are done already, 2 without a photo that can be read."


def test_a_run_counts_them_apart(job: Job) -> None:
    """Rendered, known and without a photo add up to everybody; the contact sheet says so."""
    plan = stages.gather(job)
    some = cast("Any", None)
    begun = Session(job, plan, some, some, plan.shards(), 1, 0, 0, 0, some)
    assert begun.counts() == {"rendered": 1, "reused": 0, "photoless": 2}
    facts = _facts({}, {}, begun.counts())
    assert facts["Unchanged since an earlier run"] == "0"
    assert facts["Without a photo that can be read"] == "2"
