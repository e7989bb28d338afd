"""What is published of a run whose preset was edited, renamed or deleted since."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight import ledger, looks
from catchlight.config import load_preset
from catchlight.cuts import PrintCrop
from catchlight.home import Home, write_json
from catchlight.job import Job
from catchlight.publish_crops import crops_of, places, square, unread
from catchlight.records import Reading
from flows.commands.catchlight import app
from tests.published_company import Company, make_company

HEAD = {"head": 64.0, "headroom": 11.0, "eye_line": 0.2, "centre": 0.0}
TINY = "[delivery]\nsizes = [400]\n[delivery.crops.tiny]\nsizes = [20]\n"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Return where the company's preset lies."""
    return tmp_path / "own.toml"


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return an empty company."""
    return make_company(tmp_path)


def _made_by(company: Company, own: Path, text: str) -> Path:
    """Finish a run of one person who said yes, made by a preset of its own as a refresh does; return its folder."""
    own.write_text(f'title = "Own"\n{text}', encoding="utf-8")
    company.answer(company.run("r1", {"a": "1"}))
    home, job = Home(company.home), Job(source=company.home, home=company.home, preset=str(own))
    write_json(home.ledger("r1") / "plan.json", {"job": job.model_dump(mode="json")})
    write_json(home.run("r1") / "run.json", {"preset": looks.facts(load_preset(str(own)))})
    rows = [Reading("a", "recipe-a", check, value) for check, value in HEAD.items()]
    ledger.write(home.run("r1") / "readings.parquet", ledger.table(Reading, rows))
    return home.run("r1")


def test_sizes_and_crops_stay_when_the_preset_is_gone(company: Company, own: Path) -> None:
    """Whoever renames a preset, or makes a mistake in it, publishes what they did before, and a plan says so."""
    folder = _made_by(company, own, TINY)
    asked = ["publish", "plan", "--to", str(company.out), "--home", str(company.home)]
    assert "Look at this" not in CliRunner().invoke(app, asked).output
    for broken in ("sizes = [", ""):
        own.unlink()
        if broken:
            own.write_text(broken, encoding="utf-8")
        done = CliRunner().invoke(app, asked)
        assert "sizes 400." in done.output, done.output
        assert "those that it had in run r1" in done.output
        assert sorted(crops_of(company.home, folder)) == ["tiny"]


def test_portraits_are_cut_by_the_frame_that_they_have(company: Company, own: Path) -> None:
    """An edit of the preset after the run does not say where its heads are, nor whether they are square."""
    folder = _made_by(company, own, "[crop]\naspect = 0.8\neye_line = 0.3\ncentre = 0.6\n")
    then = places(company.home, folder), square(company.home, folder)
    assert then[1] == PrintCrop()
    assert {place.middle for place in then[0].values()} == {0.6}
    own.write_text('title = "Own"\n', encoding="utf-8")
    assert (places(company.home, folder), square(company.home, folder)) == then
    own.unlink()
    assert (places(company.home, folder), square(company.home, folder)) == then


def test_portraits_that_are_square_stay_whole(company: Company, own: Path) -> None:
    """Also after the preset was made upright for the next run."""
    folder = _made_by(company, own, "")
    own.write_text('title = "Own"\n[crop]\naspect = 0.8\n', encoding="utf-8")
    assert square(company.home, folder) is None


def test_an_older_run_that_does_not_say_goes_by_the_preset_of_today(company: Company, own: Path) -> None:
    """As long as it can be read; else the usual sizes are named, and nobody is told that the run had them."""
    folder = _made_by(company, own, f"[crop]\naspect = 0.8\n{TINY}")
    write_json(folder / "run.json", {"preset": {"name": "own", "digest": load_preset(str(own)).digest()}})
    assert square(company.home, folder) == PrintCrop()
    assert sorted(crops_of(company.home, folder)) == ["tiny"]
    own.unlink()
    assert sorted(crops_of(company.home, folder)) == ["avatar"]
    said = unread(company.home, folder)
    assert "Run r1 is of an earlier version" in said
    assert "as usual (2048, " in said
    assert "that it had" not in said
