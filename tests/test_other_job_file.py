"""Two job files of one home are for the same people: one of others takes nobody off by surprise."""

from pathlib import Path

import pytest

from catchlight import ledger
from catchlight.errors import ConfigError
from catchlight.home import Home
from catchlight.identities import FILE
from catchlight.job import Job
from catchlight.plan import Plan
from catchlight.records import Employee
from flows import stages
from tests.source_worlds import jpeg


class Companies:
    """Folders of people, each with its own job file, and one home."""

    def __init__(self, root: Path) -> None:
        """Begin with no folder."""
        self.root, self.home = root, root / "home"

    def job(self, name: str, *people: str, **said: object) -> Job:
        """Let there be a folder of people; return the job of its job file."""
        folder = self.root / name
        (folder / "photos").mkdir(parents=True, exist_ok=True)
        for one in people:
            (folder / f"photos/{one}.jpg").write_bytes(jpeg(sum(one.encode())))
        rows = "".join(f"{one}\n" for one in people)
        (folder / "directory.csv").write_text(f"id\n{rows}", encoding="utf-8")
        file = self.root / f"{name}.toml"
        file.write_text(f'[sources.{name}]\nkind = "folder"\nroot = "{folder}"\n', encoding="utf-8")
        return Job.model_validate({"source": file, "home": self.home, **said})

    def ran(self, job: Job) -> Plan:
        """Gather, and let that run be at its end."""
        plan = stages.gather(job)
        folder = plan.home.run(plan.run)
        ledger.write(folder / ledger.file_name(Employee), ledger.table(Employee, plan.employees()))
        (folder / "run.json").write_text('{"counts": {"people": 1}}', encoding="utf-8")
        plan.home.point_to(plan.run)
        return plan


@pytest.fixture
def companies(tmp_path: Path) -> Companies:
    """Return a home in which a company of four had a run by its job file."""
    found = Companies(tmp_path)
    found.ran(found.job("north", "a", "b", "c", "d"))
    return found


def test_a_job_file_of_other_people_is_refused(companies: Companies) -> None:
    """It says whose people would be lost and what to do; no run is made, and nobody's id is written down."""
    before = (companies.home / FILE).read_bytes()
    with pytest.raises(
        ConfigError, match=r"lists 0 of the 4 people of the last run, which was of .*north\.toml"
    ) as told:
        stages.gather(companies.job("south", "e", "f", "g", "h"))
    assert "in one job file" in str(told.value)
    assert "--accept-fewer" in str(told.value)
    assert len([*(companies.home / "ledger").iterdir()]) == 1
    assert (companies.home / FILE).read_bytes() == before


def test_one_that_takes_its_place_is_accepted_once(companies: Companies) -> None:
    """From then on the first one is the one of other people."""
    companies.ran(companies.job("south", "e", "f", "g", "h", accept_fewer=True))
    assert len(companies.ran(companies.job("south", "e", "f", "g", "h")).employees()) == 4
    with pytest.raises(ConfigError, match=r"which was of .*south\.toml"):
        stages.gather(companies.job("north", "a", "b", "c", "d"))


def test_two_job_files_of_the_same_people_are_welcome(companies: Companies) -> None:
    """One person may have left, and some may be new."""
    assert len(companies.ran(companies.job("again", "a", "b", "c", "new", "newer")).employees()) == 5


def test_a_refresh_of_some_people_takes_off_nobody(companies: Companies) -> None:
    """It is of these people alone, as ever where it cannot go on with the newest run."""
    plan = stages.gather(companies.job("south", "e", "f", only=("e",)))
    assert [one.id for one in plan.employees()] == ["e"]


def test_the_same_job_file_is_held_to_its_own_sources(companies: Companies) -> None:
    """As its settings say."""
    job = companies.job("north", "a", "b")
    job.source.write_text(job.source.read_text("utf-8") + "at_most_fewer = 0.5\n", encoding="utf-8")
    assert len(companies.ran(job).employees()) == 2


def test_a_folder_of_other_people_is_told_in_the_same_words(companies: Companies) -> None:
    """Without a job file, too."""
    companies.job("south", "e", "f", "g")
    with pytest.raises(
        ConfigError, match=r"lists 0 of the 4 people of the last run, which was of .*north\.toml"
    ):
        stages.gather(Job(source=companies.root / "south", home=Home(companies.home).root))


def test_a_folder_that_a_job_file_takes_the_place_of(companies: Companies) -> None:
    """The same people by another way need no word."""
    companies.job("plain", "a", "b", "c", "d")
    companies.ran(Job(source=companies.root / "plain", home=companies.home))
    assert len(companies.ran(companies.job("north", "a", "b", "c", "d")).employees()) == 4
