"""A home whose ``runs/latest`` became a folder, as ``cp -rL`` makes of a link, goes on."""

import shutil
from pathlib import Path

import pytest

from catchlight.errors import ConfigError
from catchlight.home import Home, write_json
from catchlight.runs import run_folder, run_names
from tests.published_company import Company


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Return a home with one run, and a copy of it where the link should be."""
    made = Company(tmp_path / "home", tmp_path / "out")
    made.run("r1", {"p1": "a"})
    home = Home(made.home)
    write_json(home.run("r1") / "run.json", {"run": "r1"})
    latest = home.root / "runs" / "latest"
    latest.unlink()
    shutil.copytree(home.run("r1"), latest)
    return home


def test_the_copy_is_the_run_that_it_is_a_copy_of(home: Home) -> None:
    """It is no further run, and the newest has its own name."""
    assert run_folder(home.root).name == "r1"
    assert run_names(home.root) == ["r1"]


def test_a_copy_is_known_by_the_first_line_of_its_run(home: Home) -> None:
    """What was found in a large company is megabytes a run, and pages ask which runs there are."""
    copy = home.root / "runs" / "latest" / "run.json"
    copy.write_bytes(copy.read_bytes().replace(b"\n}", b',\n  "findings": ['))
    assert run_names(home.root) == ["r1"]
    copy.write_text('{"finished": "", "run": "r1"}', encoding="utf-8")
    assert run_names(home.root) == ["r1"]


def test_the_next_run_puts_the_link_back(home: Home) -> None:
    """The copy goes, as all of it stands beside it."""
    home.run("r2").mkdir()
    home.point_to("r2")
    assert (home.root / "runs" / "latest").is_symlink()
    assert run_folder(home.root).name == "r2"


def test_a_folder_that_is_no_copy_stays(home: Home) -> None:
    """What nothing else has is not deleted; the sentence says what to do."""
    shutil.rmtree(home.run("r1"))
    with pytest.raises(ConfigError, match="give it the name of its run"):
        home.point_to("r2")
    assert (home.root / "runs" / "latest" / "run.json").is_file()
