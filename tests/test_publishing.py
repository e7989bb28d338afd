"""Publishing: only what was approved, nothing lost, nothing twice, and a way back from anywhere."""

import csv
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest

from catchlight import publishing
from catchlight.desk import Desk
from catchlight.drift import find_drift
from catchlight.errors import ConfigError, OutsideError, PhotoError
from catchlight.publish_plan import newest_plan, read_plan, write_plan
from catchlight.publish_planning import draw
from catchlight.records import Answer, Outcome
from catchlight.register import now
from catchlight.rollback import rollback
from tests.published_company import SIZES, Company, apply, codes, make_company


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return an empty company."""
    return make_company(tmp_path)


def skipped(desk: Desk) -> dict[str, str]:
    """Return why people are left out of today's plan."""
    return {skip.employee: skip.reason for skip in draw(desk, "latest", SIZES).skipped}


def test_only_an_approval_of_exactly_this_picture_publishes(company: Company) -> None:
    """Every other answer, no answer, an older picture, a retake and a missing portrait stay out, each with its reason."""
    ids = ["yes", "silent", "keep", "retry", "upload", "refuse", "older", "retake", "none", "sorry"]
    old = company.run("r1", {id_: f"old {id_}" for id_ in ids})
    company.answer({"older": old["older"]})
    new = company.run("r2", {id_: "" if id_ == "none" else id_ for id_ in ids}, {"retake": Outcome.RETAKE})
    company.answer({id_: new[id_] for id_ in ("yes", "retake", "none", "sorry")})
    for answer in ("keep", "retry", "upload", "refuse"):
        company.answer({answer: new[answer]}, answer)
    company.answer({"sorry": old["sorry"]}, Answer.REFUSE)

    plan = draw(company.desk(), "latest", SIZES)
    assert [person.employee for person in plan.people] == ["yes"]
    assert skipped(company.desk()) == {
        "silent": "no_answer", "keep": "keep", "retry": "retry", "upload": "upload", "refuse": "refuse",
        "older": "older_picture", "retake": "retake", "none": "no_portrait", "sorry": "refuse",
    }  # fmt: skip
    apply(company.desk(), plan)
    assert sorted(company.files()) == ["192@2x/yes.jpg", "96/yes.jpg"]


def test_a_second_time_writes_nothing(company: Company) -> None:
    """The same plan again, or a new one, finds everything done: no file, no receipt, no list is written."""
    company.answer(company.run("r1", {"007": "a", "7": "b"}))
    plan = draw(company.desk(), "r1", SIZES)
    assert codes(apply(company.desk(), plan)) == {"sent": 4, "listed": 1}
    before = {path: path.stat().st_mtime_ns for path in company.out.rglob("*")}
    receipts = company.desk().register.receipts()
    assert codes(apply(company.desk(), plan)) == {"unchanged": 4}
    assert codes(company.publish()) == {"unchanged": 4}
    assert {path: path.stat().st_mtime_ns for path in company.out.rglob("*")} == before
    assert company.desk().register.receipts() == receipts


def test_what_was_there_comes_back(company: Company) -> None:
    """Rollback puts back every byte that was replaced, and leaves nothing where nothing was."""
    (company.out / "96").mkdir()
    (company.out / "96" / "a.jpg").write_bytes(b"the old picture")
    (company.out / "portraits.csv").write_bytes(b"somebody's own list")
    company.answer(company.run("r1", {"a": "1", "b": "2"}))
    company.publish()
    assert len(company.files()) == 4
    assert company.files()["96/a.jpg"] != b"the old picture"
    assert codes(rollback(company.desk(), "r1")) == {"restored": 2, "removed": 3}
    assert company.files() == {"96/a.jpg": b"the old picture"}
    assert (company.out / "portraits.csv").read_bytes() == b"somebody's own list"
    assert rollback(company.desk(), "r1") == []


def test_one_person_is_taken_back_through_all_runs(company: Company) -> None:
    """Who withdraws gets back what was there before Catchlight, whatever was published in between."""
    (company.out / "96").mkdir()
    (company.out / "96" / "a.jpg").write_bytes(b"before")
    for run in ("r1", "r2"):
        company.answer(company.run(run, {"a": run, "b": run}))
        company.publish()
    assert codes(rollback(company.desk(), "r1")) == {"conflict": 4}
    rollback(company.desk(), employee="a")
    assert company.files().keys() == {"96/a.jpg", "96/b.jpg", "192@2x/b.jpg"}
    assert company.files()["96/a.jpg"] == b"before"
    listed = csv.DictReader(StringIO((company.out / "portraits.csv").read_text("utf-8-sig")))
    assert {row["employee"] for row in listed} == {"b"}
    rollback(company.desk(), "r2")
    assert codes(rollback(company.desk(), "r1")) == {"removed": 3}
    assert company.files() == {"96/a.jpg": b"before"}


def test_what_somebody_changed_since_stays(company: Company) -> None:
    """A picture that its owner replaced is neither rolled back nor drifts unseen; --force keeps theirs in the vault."""
    company.answer(company.run("r1", {"a": "1", "b": "2"}))
    company.publish()
    (company.out / "96" / "a.jpg").write_bytes(b"theirs")
    (company.out / "96" / "b.jpg").unlink()
    assert {(d.target, d.kind) for d in find_drift(company.desk())} == {
        ("96/a.jpg", "changed"),
        ("96/b.jpg", "missing"),
    }
    results = rollback(company.desk(), "r1")
    assert {result.target for result in results if result.code == "conflict"} == {"96/a.jpg"}
    assert company.files() == {"96/a.jpg": b"theirs"}
    forced = rollback(company.desk(), "r1", force=True)
    assert company.files() == {}
    kept = next(result.sentence.split()[-1] for result in forced if result.target == "96/a.jpg")
    assert company.desk().vault.get(kept) == b"theirs"


@pytest.mark.parametrize("change", ["destination", "answer", "plan"])
def test_a_plan_that_the_world_has_overtaken_is_refused(company: Company, change: str) -> None:
    """When a picture at the destination, an answer or the plan file itself changed, nothing at all is written."""
    pictures = company.run("r1", {"a": "1", "b": "2"})
    company.answer(pictures)
    plan = draw(company.desk(), "r1", SIZES)
    if change == "destination":
        (company.out / "96").mkdir()
        (company.out / "96" / "a.jpg").write_bytes(b"theirs")
    elif change == "answer":
        company.answer({"a": pictures["a"]}, Answer.KEEP)
    else:
        other = plan.people[1].files[0].sent
        file = plan.people[0].files[0].model_copy(update={"sent": other})
        person = plan.people[0].model_copy(update={"files": (file, plan.people[0].files[1])})
        plan = plan.model_copy(update={"people": (person, plan.people[1])})
    before = company.files()
    with pytest.raises(ConfigError, match=r"nothing was written: .*a: .*plan again"):
        apply(company.desk(), plan)
    assert company.files() == before
    assert company.desk().register.receipts() == []


def test_an_answer_that_changes_in_the_last_moment_counts(company: Company) -> None:
    """A refusal between the check and the write stops that person's files; the others go out."""
    pictures = company.run("r1", {"a": "1", "b": "2"})
    company.answer(pictures)
    plan = draw(company.desk(), "r1", SIZES)
    publishing.check(company.desk(), plan)
    calls: list[int] = []

    def clock() -> str:
        calls.append(1)
        if len(calls) == 1:
            company.answer({"a": pictures["a"]}, Answer.REFUSE)
        return now()

    assert codes(publishing.apply(company.desk(clock), plan)) == {"withdrawn": 2, "sent": 2}
    assert all(name.endswith("b.jpg") for name in company.files())


def test_the_list_of_files_is_safe_to_open(company: Company) -> None:
    """Ids that a spreadsheet would run as formulas are disarmed in the list, and file names are plain."""
    ids = ["=HYPERLINK(1)", "+1", "@SUM(1)", "-2", "\t=1", "ok"]
    company.answer(company.run("r1", dict.fromkeys(ids, "a")))
    company.publish()
    text = (company.out / "portraits.csv").read_text("utf-8-sig")
    rows = list(csv.DictReader(StringIO(text)))
    assert len(rows) == len(ids) * len(SIZES)
    assert {row["employee"][0] for row in rows} == {"'", "o"}
    assert {row["file"] for row in rows} == company.files().keys()


def test_a_picture_that_is_already_there_becomes_ours_to_watch(company: Company) -> None:
    """Where the destination shows our very bytes already, nothing is written, but it is listed and verified."""
    company.answer(company.run("r1", {"a": "1"}))
    company.publish()
    for name in ("register.db", "audit.head"):
        company.home.joinpath(name).unlink()
    company.answer(company.run("r1", {"a": "1"}))
    assert codes(company.publish()) == {"unchanged": 2, "listed": 1}
    (company.out / "96" / "a.jpg").unlink()
    assert [drift.kind for drift in find_drift(company.desk())] == ["missing"]


def test_a_withdrawal_is_shown_until_it_is_rolled_back(company: Company) -> None:
    """Who changes their mind after publication is named by the next plan and by verify."""
    pictures = company.run("r1", {"a": "1", "b": "2"})
    company.answer(pictures)
    company.publish()
    company.answer({"a": pictures["a"]}, Answer.REFUSE)
    assert [removal.employee for removal in draw(company.desk(), "r1", SIZES).removals] == ["a"]
    assert {(drift.employee, drift.kind) for drift in find_drift(company.desk())} == {("a", "withdrawn")}
    rollback(company.desk(), employee="a")
    assert find_drift(company.desk()) == []


def test_a_name_stays_with_its_owner(company: Company) -> None:
    """When ``a`` joins a company that has an ``A``, the published file of ``A`` stays theirs."""
    company.answer(company.run("r1", {"A": "1"}))
    company.publish(sizes=("96",))
    company.answer(company.run("r2", {"A": "1", "a": "2"}))
    company.publish(sizes=("96",))
    names = sorted(name.lower() for name in company.files())
    assert len(set(names)) == 2
    assert "96/A.jpg" in company.files()
    assert find_drift(company.desk()) == []


def test_plans_are_numbered_and_read_back(company: Company) -> None:
    """A plan on disk is the plan; what is none is refused; a run without one says what to do."""
    company.answer(company.run("r1", {"a": "1", "b": ""}))
    with pytest.raises(ConfigError, match="catchlight publish plan"):
        newest_plan(company.home, "r1")
    plan = draw(company.desk(), "r1", SIZES)
    paths = [write_plan(company.home, plan) for _ in range(11)]
    assert newest_plan(company.home, "latest") == paths[-1]
    assert paths[-1].name == "plan-11.json"
    assert read_plan(paths[0]) == plan
    paths[0].write_text('{"version": 2}')
    with pytest.raises(ConfigError, match="not a plan"):
        read_plan(paths[0])


def test_a_plan_for_another_place_is_refused(company: Company) -> None:
    """A plan is only good for the destination that it looked at."""
    company.answer(company.run("r1", {"a": "1"}))
    plan = draw(company.desk(), "r1", SIZES).model_copy(update={"destination": "folder:/elsewhere"})
    with pytest.raises(ConfigError, match="the plan is for folder:/elsewhere"):
        publishing.check(company.desk(), plan)


def test_a_place_that_shows_all_at_once_is_told_at_the_end(company: Company) -> None:
    """After the last file and the list, and again after the way back; a place that cannot be told is a failure."""
    company.answer(company.run("r1", {"a": "1"}))
    seen: list[set[str]] = []
    desk = company.desk()
    place = replace(desk.place, finish=lambda: seen.append(set(company.files())))
    desk = replace(desk, place=place)
    apply(desk, draw(desk, "r1", SIZES))
    rollback(desk, "r1")
    assert seen == [{"192@2x/a.jpg", "96/a.jpg"}, set()]

    def fail() -> None:
        message = "the disk is full"
        raise OutsideError(message)

    desk = replace(desk, place=replace(place, finish=fail))
    results = apply(desk, draw(desk, "r1", SIZES))
    assert [result.sentence for result in results if result.code == "failed"] == ["the disk is full"]


def test_somebody_whom_a_place_refuses_is_left_out(company: Company) -> None:
    """One person's refusal is a sentence in the plan, and the others are planned."""
    company.answer(company.run("r1", {"a": "1", "b": "2"}))
    desk = company.desk()

    def look(target: str) -> bytes | None:
        if "a.jpg" in target:
            raise PhotoError("place.link", "A link lies in the way.")
        return desk.place.look(target)

    refusing = replace(desk, place=replace(desk.place, look=look))
    drawn = draw(refusing, "r1", SIZES)
    assert [person.employee for person in drawn.people] == ["b"]
    assert [(skip.employee, skip.sentence) for skip in drawn.skipped] == [("a", "A link lies in the way.")]
