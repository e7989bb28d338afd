"""``catchlight runs``: what there is, what it cost, what changed, and what may go without anything being lost."""

import json
import os
import time
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from catchlight import card_meter, cost, ledger, pruning
from catchlight.checkup_home import look_at_home
from catchlight.delivery import size_named
from catchlight.errors import ConfigError
from catchlight.home import Home, write_json
from catchlight.print_book import print_book
from catchlight.prints import Prints
from catchlight.records import Answer, Decision, Outcome, Photo, Reading, Receipt, Render, Verdict
from catchlight.register import Register, now
from flows.commands.runs import app
from tests.published_company import Company, portrait

RUNS = ("20261101-100000", "20261102-100000", "20261103-100000", "20261104-100000")


def facts(name: str, **more: object) -> dict[str, object]:
    """Return a run.json as a refresh writes it."""
    counts = {"people": 2, "accept": 1, "review": 1, "retake": 0, "unusable": 0, "rendered": 2, "reused": 0}
    return {
        "run": name, "counts": counts, "seconds": 12.0, "timings": {"develop": 12.0}, "rungs": {"crop": 2},
        "started": "2026-11-01T10:00:00+00:00", "finished": "2026-11-01T10:01:00+00:00", "source": "/src",
        "preset": {"name": "house"}, "versions": {"catchlight": "0.1.0"}, **more,
    }  # fmt: skip


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company of two with four runs, each with portraits of its own made from the same photos."""
    made = Company(tmp_path / "home", tmp_path / "out")
    for number, name in enumerate(RUNS):
        made.run(name, {"p1": f"a{number}", "p2": f"b{number}"})
        home = Home(made.home)
        photos = [Photo(id_, f"{id_}.jpg", home.vault.put(portrait(f"photo {id_}"))) for id_ in ("p1", "p2")]
        ledger.write(home.run(name) / ledger.file_name(Photo), ledger.table(Photo, photos))
        write_json(home.run(name) / "run.json", facts(name, cost=cost.cost_of(30.0, 2)))
    Register(made.home / "register.db").close()
    return made


def picture(company: Company, number: int, person: int = 0) -> str:
    """Return the digest of a portrait of one of the runs."""
    table = pl.read_parquet(company.home / "runs" / RUNS[number] / ledger.file_name(Render))
    return str(table["picture"][person])


def kept(company: Company) -> set[Path]:
    """Return the files of runs and pictures."""
    return {path for part in ("runs", "vault") for path in (company.home / part).rglob("*") if path.is_file()}


def prune(company: Company, *words: str) -> str:
    """Prune all but the newest run; return what was said."""
    ended = CliRunner().invoke(app, ["prune", "--home", str(company.home), "--keep", "1", "--yes", *words])
    assert ended.exit_code == 0, ended.output
    return ended.stdout


def test_a_run_is_shown_with_its_cost(company: Company) -> None:
    """CPU seconds, and energy by the formula: 30 s × 10 W / 3600; by portrait, once somebody approves."""
    shown = CliRunner().invoke(app, ["show", "--home", str(company.home)]).stdout
    assert "30.0 CPU seconds, about 0.083 Wh at 10 W" in shown
    assert "nobody has approved" in shown
    company.answer({"p1": picture(company, 3)})
    assert "(1 approved)" in CliRunner().invoke(app, ["show", "--home", str(company.home)]).stdout
    listed = CliRunner().invoke(app, ["list", "--home", str(company.home), "--json"]).stdout
    assert [one["run"] for one in json.loads(listed)] == list(RUNS[::-1])


def test_the_meter_counts_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processor time goes up while something is computed; a power that is none is refused."""
    before = cost.spent()
    sum(range(2_000_000))
    assert cost.spent() > before
    monkeypatch.setenv("CATCHLIGHT_WATTS", "many")
    with pytest.raises(ConfigError, match="CATCHLIGHT_WATTS"):
        cost.watts()


CARD = """#!/bin/sh
case "$*" in *utilization.gpu,power.draw*"-l 1"*"-i 0,1"*) ;; *) exit 9 ;; esac
while :; do echo "50, 360.0"; echo "100, [N/A]"; sleep 0.05; done
"""


def test_cards_are_metered_while_a_run_is_at_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two cards one is half busy and draws 360 W, the other says no power; seconds and energy agree with each other."""
    program = tmp_path / "nvidia-smi"
    program.write_text(CARD, encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    with card_meter.metering(tmp_path / "run"):
        while not card_meter.noted_cards(tmp_path / "run").seconds:
            time.sleep(0.01)
    found = card_meter.noted_cards(tmp_path / "run")
    assert found.seconds / found.watt_hours == pytest.approx(1.5 / 0.1, rel=0.01)
    told = cost.cost_of(36.0, 1, found.seconds, found.watt_hours)
    assert told["energy_wh"] == pytest.approx(0.1 + found.watt_hours, abs=0.001)


def test_without_a_card_nothing_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine for processors alone notes nothing, and its run says so."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    with card_meter.metering(tmp_path):
        pass
    assert card_meter.noted_cards(tmp_path) == card_meter.Cards()
    assert list(tmp_path.iterdir()) == []


def test_two_runs_are_compared_by_who_changed_and_why(company: Company) -> None:
    """The outcome with the reasons that came and went; checks whose median moved."""
    verdicts = [Verdict("p1", "recipe-p1", Outcome.REVIEW, ("roll.high",), ("Tilted.",))]
    verdicts.append(Verdict("p2", "recipe-p2", Outcome.ACCEPT))
    newest = Home(company.home).run(RUNS[3])
    ledger.write(newest / ledger.file_name(Verdict), ledger.table(Verdict, verdicts))
    for name, value in ((RUNS[2], 1.0), (RUNS[3], 4.0)):
        readings = [Reading(id_, f"recipe-{id_}", "roll", value) for id_ in ("p1", "p2")]
        ledger.write(
            Home(company.home).run(name) / ledger.file_name(Reading), ledger.table(Reading, readings)
        )
    told = CliRunner().invoke(app, ["compare", RUNS[2], "--home", str(company.home)]).stdout
    assert "p1: accept → review  now roll.high" in told
    assert "1 person has the same outcome, 1 another one; 2 have a new portrait" in told
    assert "roll: median 1 → 4 (2 people)" in told


def test_pruning_keeps_originals_answers_and_publications(company: Company) -> None:
    """Of three old runs one was published; an answer keeps its picture; a dry run deletes nothing."""
    home, register = Home(company.home), Register(company.home / "register.db")
    sent, backup = picture(company, 1), home.vault.put(portrait("what was there before"))
    register.note([Receipt("web", "p1", "p1.jpg", sent, backup, "done", now(), RUNS[1])])
    register.decide([Decision("p2", picture(company, 0, 1), Answer.KEEP, "p2", now())])
    register.close()
    answered, gone = picture(company, 0, 1), picture(company, 0)
    before = kept(company)
    assert "2 runs and 3 pictures" in prune(company, "--dry-run")
    assert kept(company) == before
    prune(company)
    assert sorted(path.name for path in (company.home / "runs").iterdir() if not path.is_symlink()) == [
        RUNS[1],
        RUNS[3],
    ]
    for digest in (
        sent,
        backup,
        answered,
        *(home.vault.put(portrait(f"photo {id_}")) for id_ in ("p1", "p2")),
    ):
        assert home.vault.has(digest)
    assert not home.vault.has(gone)
    assert "0 runs and 0 pictures" in prune(company)


def test_pruning_takes_the_files_of_portraits_along_but_those_that_stand(company: Company) -> None:
    """Files that were cut for publishing go with their portrait, unless one of them is published."""
    home, register = Home(company.home), Register(company.home / "register.db")
    prints, book = Prints(home.vault.put, print_book(company.home)), print_book(company.home)
    sizes = [size_named("192@2x"), size_named("96")]
    old, new = picture(company, 0), picture(company, 3)
    shown, gone = prints.of(old, sizes)
    (stays,) = prints.of(new, sizes[:1])
    register.note([Receipt("web", "p1", "p1.jpg", shown.digest, "", "done", now(), RUNS[3])])
    register.close()
    prune(company)
    there = {one.digest for one in (shown, gone, stays) if home.vault.has(one.digest)}
    assert there == {shown.digest, stays.digest}
    assert (book.files(old), list(book.files(new).values())) == ({}, [stays])


def test_a_recipe_goes_with_its_picture(company: Company) -> None:
    """Otherwise the next refresh would take the person for finished, and find no portrait."""
    home, register = Home(company.home), Register(company.home / "register.db")
    table = pl.read_parquet(home.run(RUNS[0]) / ledger.file_name(Render))
    alone = table.with_columns(recipe=pl.lit("ab") + pl.col("employee"))
    ledger.write(home.run(RUNS[0]) / ledger.file_name(Render), alone)
    home.recipes.remember("abp1", {})
    home.recipes.remember("recipe-p1", {})
    found = pruning.draw_up(home, register, 1)
    pruning.carry_out(home, found)
    assert home.recipes.recall("abp1") is None
    assert home.recipes.recall("recipe-p1") == {}
    register.close()


def test_a_run_that_others_stand_on_stays(company: Company) -> None:
    """A redo of before carried everybody else over from it: without it nobody knows who had left."""
    home, register = Home(company.home), Register(company.home / "register.db")
    write_json(home.ledger(RUNS[3]) / "plan.json", {"job": {"onto": RUNS[0]}})
    assert "stands on it" in pruning.draw_up(home, register, 1).kept[RUNS[0]]
    write_json(home.ledger(RUNS[3]) / "plan.json", {"job": {"onto": RUNS[0], "onto_everyone": True}})
    assert RUNS[0] in pruning.draw_up(home, register, 1).runs  # it says itself of whom it is
    register.close()


def test_a_damaged_run_is_told_as_damaged(company: Company) -> None:
    """A finished run whose run.json was spoilt is not one that would go on; doctor names it, too."""
    (company.home / "runs" / RUNS[1] / "run.json").write_text('{"run": "2026', encoding="utf-8")
    (company.home / "runs" / RUNS[2] / "run.json").write_text("[]", encoding="utf-8")
    said = CliRunner().invoke(app, ["list", "--home", str(company.home)]).output
    assert said.count("run.json is damaged") == 2
    assert "not finished" not in said
    found = [one.said for one in look_at_home(company.home) if one.what == "Runs"]
    assert found == [f"run.json of {RUNS[2]}, {RUNS[1]} is damaged"]
