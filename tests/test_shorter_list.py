"""A list of a plain folder that was cut stops the refresh, also of a small company, and takes off nobody."""

import json
from pathlib import Path

import pytest

from catchlight import ledger
from catchlight.errors import ConfigError
from catchlight.home import Home
from catchlight.job import Job
from catchlight.publish_planning import draw
from catchlight.records import Employee
from flows import stages
from tests.published_company import apply, codes, make_company
from tests.source_worlds import jpeg


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """Return the job of a company of five, of which there was a run."""
    (tmp_path / "people/photos").mkdir(parents=True)
    for number in range(5):
        (tmp_path / f"people/photos/{number}.jpg").write_bytes(jpeg(number))
    job = Job(source=tmp_path / "people", home=tmp_path / "home")
    lists(job, 5)
    ran(job, "20260101-000000", 5)
    return job


def lists(job: Job, people: int) -> None:
    """Let the list have so many people."""
    rows = "".join(f"{number}\n" for number in range(people))
    (job.source / "directory.csv").write_text(f"id\n{rows}", "utf-8")


def ran(job: Job, run: str, people: int, only: tuple[str, ...] = ()) -> None:
    """Let there be a finished run of so many people, of everybody or only of some."""
    home = Home(job.home)
    table = ledger.table(Employee, [Employee(str(number)) for number in range(people)])
    ledger.write(home.run(run) / ledger.file_name(Employee), table)
    home.ledger(run).mkdir(parents=True)
    (home.ledger(run) / "plan.json").write_text(json.dumps({"want": "", "job": {"only": only}}))
    (home.run(run) / "run.json").write_text(json.dumps({"counts": {"people": people}}))
    home.point_to(run)


@pytest.mark.parametrize("left", [1, 2, 3])
def test_a_list_that_was_cut_stops_the_refresh(job: Job, left: int) -> None:
    """Nothing is written, and it is said how to go on if it is right."""
    lists(job, left)
    says = rf"lists {left} of the 5 people of the last run; at most 20% may be missing.*--accept-fewer"
    with pytest.raises(ConfigError, match=says):
        stages.gather(job)
    assert not (job.home / "sources").exists()
    assert len(stages.gather(job.model_copy(update={"accept_fewer": True})).employees()) == left


def test_one_person_may_always_have_left(job: Job) -> None:
    """In a company of five or of two."""
    lists(job, 4)
    assert len(stages.gather(job).employees()) == 4
    ran(job, "20260102-000000", 2)
    lists(job, 1)
    assert len(stages.gather(job).employees()) == 1


def test_a_run_of_a_few_people_is_no_measure(job: Job) -> None:
    """The last run of the whole company is."""
    ran(job, "20260102-000000", 1, only=("0",))
    lists(job, 2)
    with pytest.raises(ConfigError, match="lists 2 of the 5 people"):
        stages.gather(job)


def test_a_damaged_table_is_no_measure_either(job: Job) -> None:
    """The run before is, and where there is none the refresh goes on: it makes a new one."""
    stages.gather(job)
    ran(job, "20260102-000000", 5)
    lists(job, 2)
    newest, older = (
        job.home / "runs" / name / "employees.parquet" for name in ("20260102-000000", "20260101-000000")
    )
    newest.write_bytes(b"PAR1")
    with pytest.raises(ConfigError, match="lists 2 of the 5 people"):
        stages.gather(job)
    older.unlink()
    assert len(stages.gather(job).employees()) == 2


@pytest.mark.parametrize(
    ("people", "left", "stops"), [(5, 1, True), (5, 2, True), (5, 3, False), (2, 1, False), (2, 0, True)]
)
def test_a_small_company_is_not_emptied_either(
    tmp_path: Path, people: int, left: int, *, stops: bool
) -> None:
    """A publication that takes off more than half of those who are shown is refused; one or two who left go."""
    company = make_company(tmp_path)
    everyone = {str(number): str(number) for number in range(people)} | {"new": "new"}
    company.answer(company.run("r1", {id_: seed for id_, seed in everyone.items() if id_ != "new"}))
    company.publish(sizes=("96",))
    company.run("r2", {id_: everyone[id_] for id_ in [*map(str, range(left)), "new"]})
    (company.home / "ledger/r2").mkdir(parents=True)
    (company.home / "ledger/r2/plan.json").write_text(json.dumps({"job": {"only": [], "onto": ""}}))
    plan = draw(company.desk(), "r2", ("96",))
    if stops:
        with pytest.raises(
            ConfigError, match=f"{people - left} of {people} published people would be taken off"
        ):
            apply(company.desk(), plan)
    else:
        assert codes(apply(company.desk(), plan))["removed"] == people - left
