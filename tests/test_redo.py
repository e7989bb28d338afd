"""Another try: it changes what was asked for, renders nobody else, and ends honestly."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight import candidates, redo_plan, runs, tries, wishes
from catchlight.cropping import place_of
from catchlight.darkroom import Darkroom
from catchlight.errors import ConfigError
from catchlight.home import Home
from catchlight.job import Job
from catchlight.policy import Policy
from catchlight.publish_crops import places
from catchlight.records import Answer, Outcome, Rung
from catchlight.register import Register, now
from catchlight.review_records import Upload
from catchlight.runs import run_folder, run_names, takes_in_everyone
from catchlight.vault import Vault
from catchlight.wish import Wish
from flows.commands import review
from flows.redo import redo
from reports.review.place import place_of as place_at
from reports.review.place import tried
from tests.asked_company import PRESET, TABLES, Asked, copy_of, job_of, refresh
from tests.refreshed_company import ROOT, environment

pytestmark = pytest.mark.slow
CLOSE, LIGHT, BACK, OTHER, SILENT = "A000148", "E000298", "H001052", "O000174", "T000460"


def stands(company: Asked, id_: str) -> str:
    """Return what the page of somebody says of their other try."""
    register, person = Register(company.home / "register.db"), company.people()[id_]
    place = tried(place_at(person, register, Policy()), person, register, company.home)
    register.close()
    return place.stand


def made_with(company: Asked) -> dict[str, Wish]:
    """Return the wishes of the newest run."""
    return wishes.wishes_of(Home(company.home), run_folder(company.home).name)


@pytest.fixture(scope="module")
def refreshed(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """Return a company of five people with a finished run; one of them has two photos."""
    photos = {id_: [shared / f"congress/photos/{id_}.jpg"] for id_ in (CLOSE, LIGHT, BACK, OTHER, SILENT)}
    photos[OTHER].append(shared / "congress/photos/M000312.jpg")
    job = job_of(tmp_path_factory.mktemp("asked"), photos)
    refresh(job)
    return Asked(job.home)


@pytest.fixture(scope="module")
def redone(refreshed: Asked, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """Return the company after one pass: four people asked for different things."""
    company = copy_of(refreshed, tmp_path_factory.mktemp("redone"))
    company.retry(
        **{CLOSE: "tighter", LIGHT: "as_photographed", BACK: "old_background", OTHER: "other_photo"}
    )
    source, away = refreshed.home.parent / "source", refreshed.home.parent / "away"
    source.rename(away)  # a pass needs only the vault
    assert redo(company.home) == run_folder(company.home)
    away.rename(source)
    return company


def test_each_reason_changes_the_picture_as_it_says(redone: Asked, refreshed: Asked) -> None:
    """The head grows; light and background are left as photographed; the other photo is taken."""
    before, after = refreshed.people(), redone.people()
    assert redone.reading(CLOSE, "head") > refreshed.reading(CLOSE, "head") + 2
    assert (before[LIGHT].rung_of(before[LIGHT].portrait.picture), _rung(redone, LIGHT)) == (
        Rung.RELIGHT,
        Rung.BACKGROUND,
    )
    assert _rung(redone, BACK) == Rung.CROP
    assert before[OTHER].portrait.render.photo != after[OTHER].portrait.render.photo
    left_out = redone.table("photos").filter(employee=OTHER, digest=before[OTHER].portrait.render.photo)
    assert left_out["note"].to_list() == ["Left out: another photo was asked for."]
    assert after[LIGHT].portrait.render.cap == "relight not used: limited to background as they wished"


def _rung(company: Asked, employee: str) -> str:
    made = company.people()[employee].portrait.render
    assert made
    return made.rung


def test_what_was_wished_is_judged_as_wished(redone: Asked) -> None:
    """A larger head within the preset's limits is no flag; the photo's own background is looked at, and says why."""
    assert not [reason for reason in redone.verdict(CLOSE).reasons if reason.startswith("head")]
    told = dict(zip(redone.verdict(BACK).reasons, redone.verdict(BACK).sentences, strict=True))
    assert told["background_colour.high"] == "The background is not the brand's. This was asked for."
    assert redone.verdict(BACK).outcome == Outcome.REVIEW


def test_a_pass_is_of_the_whole_company_when_the_run_beneath_is_gone(redone: Asked, tmp_path: Path) -> None:
    """Who leaves is still taken off after that run's term: the pass itself says whom it takes in."""
    company = copy_of(redone, tmp_path)
    passed = run_folder(company.home).name
    for run in run_names(company.home)[1:]:
        shutil.rmtree(company.home / "ledger" / run)
        shutil.rmtree(company.home / "runs" / run)
    assert takes_in_everyone(company.home, passed)


def test_nobody_else_is_rendered_or_changed(redone: Asked, refreshed: Asked) -> None:
    """Who asked for nothing is carried over: the same rows, the same picture, in a run of the whole company."""
    for name in TABLES:
        same = [company.table(name).filter(employee=SILENT) for company in (redone, refreshed)]
        assert same[0].equals(same[1]), name
    assert redone.people().keys() == refreshed.people().keys()
    assert redone.run != refreshed.run
    shown = (run_folder(redone.home) / "contact_sheet.html").read_text(encoding="utf-8")
    assert all(f"Zoë Nº {id_}" in shown for id_ in redone.people())
    assert (run_folder(redone.home) / f"portraits/{SILENT}.jpg").is_file()


def test_the_portrait_of_before_may_still_be_chosen(redone: Asked, refreshed: Asked) -> None:
    """It is kept with how it was made, and where its head lies, so that crops of it can be published."""
    person, before = redone.people()[CLOSE], refreshed.people()[CLOSE].portrait.picture
    assert person.pictures == (person.portrait.picture, before)
    assert person.rung_of(before) == Rung.RELIGHT
    assert redone.people()[SILENT].earlier == ()
    known = places(redone.home, run_folder(redone.home))
    assert known[before] == places(refreshed.home, run_folder(refreshed.home))[before]
    assert known[before] != known[person.portrait.picture]
    assert place_of({}, None) is None


def test_who_asked_does_not_wait_any_more(redone: Asked, tmp_path: Path) -> None:
    """A second pass finds nobody and makes no run; the command says so and ends well."""
    company = copy_of(redone, tmp_path)
    assert redo(company.home) is None
    said = CliRunner().invoke(review.app, ["redo", "--home", str(company.home)])
    assert (said.exit_code, company.run) == (0, redone.run)
    assert "Nobody waits for another portrait." in said.output


def test_reasons_add_up_and_end_after_the_rounds(redone: Asked, tmp_path: Path) -> None:
    """Tighter again is tighter still; then no further try is made, and the page can say what would help."""
    company = copy_of(redone, tmp_path)
    (company.home / "review.toml").write_text("[asking]\nrounds = 2\n", encoding="utf-8")
    company.retry(**{CLOSE: "tighter"})
    assert redo(company.home)
    assert company.reading(CLOSE, "head") > redone.reading(CLOSE, "head") + 2
    person = company.people()[CLOSE]
    assert [one.wish for one in person.earlier] == ["tighter", ""]
    company.retry(**{CLOSE: "looser"})
    assert redo(company.home) is None
    told = tries.findings(company.home, {CLOSE: person.portrait.picture}, made_with(company))
    assert [one["kind"] for one in told] == ["try_changes_nothing"]


def test_a_try_that_changed_nothing_is_said_and_not_repeated(redone: Asked, tmp_path: Path) -> None:
    """Softer light where no light is changed gives the same picture: told once, never made again and again."""
    company = copy_of(redone, tmp_path)
    company.retry(**{LIGHT: "softer_light"})
    assert stands(company, LIGHT) == "retry"
    folder = redo(company.home)
    assert folder
    before, after = redone.people()[LIGHT], company.people()[LIGHT]
    assert after.portrait.picture == before.portrait.picture
    assert [one.picture for one in after.earlier] == [one.picture for one in before.earlier]
    assert "try_changes_nothing" in (folder / "run.json").read_text(encoding="utf-8")
    assert redo(company.home) is None
    assert stands(company, LIGHT) == "unchanged"


def test_a_photo_that_has_to_be_fetched_first_is_told(refreshed: Asked, tmp_path: Path) -> None:
    """Of who was published long ago it is kept no more: no better photo is asked for, the next refresh makes the try."""
    company = copy_of(refreshed, tmp_path)
    company.retry(**{CLOSE: "tighter"})
    person = company.people()[CLOSE]
    assert person.portrait.render
    Vault(company.home / "vault").path(person.portrait.render.photo).unlink()
    said = CliRunner().invoke(review.app, ["redo", "--home", str(company.home)])
    assert (said.exit_code, "Nobody waits" in said.output) == (0, False)
    told = " ".join(said.output.split())
    assert "1 person asked for another try that is still to be made" in told
    assert "only a better photo helps" not in told


def test_a_reason_that_nobody_can_act_on_is_for_a_person_to_read(redone: Asked, tmp_path: Path) -> None:
    """Another try with a comment alone changes nothing by itself; it is counted, and it is no endless waiting."""
    company = copy_of(redone, tmp_path)
    company.say(SILENT, Answer.RETRY)
    assert redo(company.home) is None
    shown = {SILENT: company.people()[SILENT].portrait.picture}
    assert [one["kind"] for one in tries.findings(company.home, shown, made_with(company))] == ["try_to_read"]


def test_who_changed_their_mind_does_not_wait(refreshed: Asked, tmp_path: Path) -> None:
    """Only the last answer counts: who then keeps the old photo, or approves, is not made anew."""
    company = copy_of(refreshed, tmp_path)
    company.retry(**{CLOSE: "tighter", LIGHT: "not_me"})
    company.say(CLOSE, Answer.KEEP)
    company.say(LIGHT, Answer.APPROVE)
    found = redo_plan.waiting(company.home)
    assert found
    assert found.people == ()


def test_the_newest_photo_that_was_sent_is_taken(redone: Asked, shared: Path, tmp_path: Path) -> None:
    """It takes the place of the directory's photos and begins anew: no wish, no earlier portrait to choose."""
    company = copy_of(redone, tmp_path)
    digest = Vault(company.home / "vault").put((shared / "congress/photos/C000537.jpg").read_bytes())
    register = Register(company.home / "register.db")
    register.add(
        [Upload(CLOSE, "0" * 64, "lost.jpg", CLOSE, now()), Upload(CLOSE, digest, "me.jpg", CLOSE, now())]
    )
    register.close()
    company.say(CLOSE, Answer.UPLOAD)
    found = redo_plan.waiting(company.home)
    assert found
    assert found.people == (CLOSE,)
    plan = redo_plan.draw_up(found)
    (order,) = [order for orders in plan.shards().values() for order in orders]
    assert [(photo.digest, photo.file) for photo in order.photos] == [(digest, "sent/me.jpg")]
    assert order.wish.key == "wish 0.0 0.0 0  "
    assert LIGHT in plan.wishes


def test_the_next_refresh_keeps_what_was_asked_for(
    redone: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It renders nobody anew, shows the same portraits and keeps the earlier ones; another preset drops those."""
    company, job = copy_of(redone, tmp_path), redo_plan.plan_of(redone.home, redone.run).job
    usual = {"home": company.home, "only": (), "onto": ""}
    monkeypatch.setattr(Darkroom, "__init__", None)  # nobody is rendered
    refresh(job.model_copy(update=usual))
    before, after = redone.people(), company.people()
    assert {id_: person.pictures for id_, person in after.items()} == {
        id_: person.pictures for id_, person in before.items()
    }
    kept, plan = run_folder(company.home) / "candidates.parquet", redo_plan.plan_of(company.home, company.run)
    shown = {id_: person.portrait.picture for id_, person in after.items()}
    shown[SILENT] = "a newer one"
    other = tmp_path / "other.toml"
    other.write_text(PRESET.replace("ratio = 2.0", "ratio = 3.0"), encoding="utf-8")
    for preset, there in ((plan.job.preset, True), (str(other), False)):
        kept.unlink(missing_ok=True)
        candidates.keep(
            replace(plan, job=Job(**{**dict(plan.job), "preset": preset, "onto": redone.run})), shown
        )
        assert kept.is_file() is there
        assert not there or SILENT not in runs.candidates(kept.parent)


def test_a_run_can_be_read_again_with_its_wishes(redone: Asked) -> None:
    """The plan on disk holds who wished what, whom the run made, and where the others come from."""
    plan = redo_plan.plan_of(redone.home, redone.run)
    assert set(plan.wishes) == {CLOSE, LIGHT, BACK, OTHER} == set(plan.job.only)
    assert plan.wishes[LIGHT].rung == Rung.BACKGROUND
    assert plan.job.onto


def test_a_pass_waits_for_a_refresh_and_refuses_another_preset(refreshed: Asked, tmp_path: Path) -> None:
    """While the home is held nothing is begun; after a change of the preset only a refresh can follow."""
    company = copy_of(refreshed, tmp_path)
    company.retry(**{CLOSE: "tighter"})
    with Home(company.home).alone(), pytest.raises(ConfigError, match="another refresh is at work"):
        redo(company.home)
    preset = refreshed.home.parent / "small.toml"
    text = preset.read_text(encoding="utf-8")
    try:
        preset.write_text(text.replace("ratio = 2.0", "ratio = 3.0"), encoding="utf-8")
        said = CliRunner().invoke(review.app, ["redo", "--home", str(company.home)])
    finally:
        preset.write_text(text, encoding="utf-8")
    assert said.exit_code == 2
    assert company.run == refreshed.run


def test_whoever_asks_for_a_pass_loads_no_prefect(redone: Asked) -> None:
    """The review server may ask often: where nobody waits, neither Prefect nor any model is loaded."""
    code = (
        "import sys; from pathlib import Path; from flows.redo import redo; "
        f"assert redo(Path({str(redone.home)!r})) is None; "
        "print([m for m in ('prefect', 'torch', 'onnxruntime') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment(**os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "[]", done.stderr
