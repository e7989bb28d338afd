"""A refresh of some people is one of the whole company: everybody else is carried over as they are."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from catchlight import planning
from catchlight.home import Home
from catchlight.job import Job
from catchlight.plan import Plan
from catchlight.records import Answer
from catchlight.runs import run_folder, takes_in_everyone
from flows import stages
from flows.rehearsal import rehearse
from tests.asked_company import TABLES, Asked, copy_of, job_of, refresh

pytestmark = pytest.mark.slow
ANN, BEN, CAT, NEW = "A000148", "E000298", "H001052", "O000174"


@pytest.fixture(scope="module")
def first(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Job:
    """Return the job of three people who were refreshed."""
    job = job_of(
        tmp_path_factory.mktemp("some"),
        {id_: [shared / f"congress/photos/{id_}.jpg"] for id_ in (ANN, BEN, CAT)},
    )
    refresh(job)
    return job


@pytest.fixture
def job(first: Job, tmp_path: Path) -> Job:
    """Return the job with a home of its own; its source stays where it is."""
    return first.model_copy(update={"home": copy_of(Asked(first.home), tmp_path).home})


@pytest.fixture(scope="module")
def after(first: Job, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Asked, Asked]:
    """Return the company before and after a refresh of one who has a new photo and one who is new."""
    root = tmp_path_factory.mktemp("after")
    before = copy_of(Asked(first.home), root)
    home = copy_of(before, root / "later").home
    photos, table = first.source / "photos", first.source / "directory.csv"
    kept = (photos / f"{ANN}_0.jpg").read_bytes(), table.read_bytes()
    shutil.copyfile(shared / "congress/photos/M000312.jpg", photos / f"{ANN}_0.jpg")
    shutil.copyfile(shared / f"congress/photos/{NEW}.jpg", photos / f"{NEW}_0.jpg")
    with table.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow([NEW, f"Zoë Nº {NEW}"])
    refresh(first.model_copy(update={"home": home, "only": (f"{ANN}, {NEW}",)}))
    (photos / f"{ANN}_0.jpg").write_bytes(kept[0])
    (photos / f"{NEW}_0.jpg").unlink()
    table.write_bytes(kept[1])
    return before, Asked(home)


def told(company: Asked) -> dict[str, object]:
    """Return what the newest run says of itself."""
    found: dict[str, object] = json.loads((run_folder(company.home) / "run.json").read_bytes())
    return found


def test_they_are_made_anew_and_everybody_else_is_as_before(after: tuple[Asked, Asked]) -> None:
    """Rows and pictures of the others are those of the run before; whoever is new is there as well."""
    before, later = after
    for name in TABLES:
        same = [company.table(name).filter(employee=BEN) for company in after]
        assert same[0].equals(same[1]), name
    assert set(later.people()) == {ANN, BEN, CAT, NEW}
    assert later.people()[ANN].portrait.picture != before.people()[ANN].portrait.picture
    assert (run_folder(later.home) / f"portraits/{CAT}.jpg").is_file()
    assert told(later)["carried"] == {"people": 2, "run": before.run}
    counts = told(later)["counts"]
    assert isinstance(counts, dict)
    assert (counts["people"], counts["rendered"], counts["reused"]) == (4, 2, 2)


def test_the_run_is_of_the_whole_company(after: tuple[Asked, Asked]) -> None:
    """Plans still take off whoever is in no list any more."""
    assert takes_in_everyone(after[1].home, after[1].run)


def test_who_refused_since_is_not_carried_over(job: Job) -> None:
    """As in a refresh of everybody: nothing of theirs is in the new run, neither rows nor their portrait."""
    company = Asked(job.home)
    company.say(BEN, Answer.REFUSE)
    refresh(job.model_copy(update={"only": (ANN,)}))
    assert set(company.people()) == {ANN, CAT}
    assert {who for name in TABLES for who in company.table(name)["employee"]} == {ANN, CAT}
    assert not (run_folder(job.home) / f"portraits/{BEN}.jpg").exists()


def test_an_interrupted_one_goes_on(job: Job) -> None:
    """The same command finds its plan again; so does whoever shares it, who only knows what was asked for."""
    some = job.model_copy(update={"only": (ANN,)})
    plan = stages.gather(some)
    assert stages.gather(some).resumed
    joined = planning.read(Home(job.home), plan.run, some)
    assert _developed(joined) == _developed(plan) == {ANN}
    assert len(joined.employees()) == 3


def _developed(plan: Plan) -> set[str]:
    return {order.employee for orders in plan.shards().values() for order in orders}


def test_a_rehearsal_counts_those_alone(job: Job) -> None:
    """And says that the others stay as they are."""
    said = rehearse(job.model_copy(update={"only": (ANN,)}))
    assert said.sentence.startswith("1 person; 0 would be rendered, 1 is done already.")
    assert "Everybody else of the last run (2) stays as they are." in said.sentence
    assert rehearse(job).sentence.startswith("3 people;")
    assert "Everybody else" not in rehearse(job).sentence


@pytest.mark.parametrize("what", ["preset", "source", "table", "plan"])
def test_alone_where_the_last_run_cannot_be_gone_on_with(job: Job, what: str, tmp_path: Path) -> None:
    """Another preset or source, or a table that is damaged: the run is of these people, and says why."""
    latest, some = run_folder(job.home), job.model_copy(update={"only": (ANN,)})
    if what == "preset":
        some = Job(source=job.source, home=job.home, only=(ANN,))  # the preset is house
    elif what == "source":
        some = some.model_copy(update={"source": Path(shutil.copytree(job.source, tmp_path / "other"))})
    elif what == "table":
        (latest / "readings.parquet").write_bytes(b"PAR1")
    else:
        (job.home / "ledger" / latest.name / "plan.json").unlink()
    plan = stages.gather(some)
    assert [person.id for person in plan.employees()] == [ANN]
    assert not plan.job.onto
    (alone,) = [one["sentence"] for one in plan.findings if one["kind"] == "alone"]
    assert "pages and plans are about them until everybody is refreshed" in alone
    assert latest.name in alone


def test_a_trial_of_another_preset_is_passed_over(job: Job) -> None:
    """Who tried a look on one person goes on with the company's next time; not where everybody got another look."""
    latest = run_folder(job.home).name
    refresh(Job(source=job.source, home=job.home, only=(ANN,)))
    assert run_folder(job.home).name != latest
    some = job.model_copy(update={"only": (BEN,)})
    assert stages.gather(some).job.onto == latest
    refresh(Job(source=job.source, home=job.home))
    assert not stages.gather(some).job.onto


def test_the_first_run_of_some_is_of_them(first: Job, tmp_path: Path) -> None:
    """In a new home there is nobody else, and nothing to tell of it; the next person joins them."""
    new = first.model_copy(update={"home": tmp_path / "new", "only": (ANN,)})
    plan = stages.gather(new)
    assert [person.id for person in plan.employees()] == [ANN]
    assert "alone" not in {one["kind"] for one in plan.findings}
    refresh(new)
    refresh(new.model_copy(update={"only": (BEN,)}))
    company = Asked(new.home)
    assert set(company.people()) == {ANN, BEN}
    assert not takes_in_everyone(company.home, company.run)
