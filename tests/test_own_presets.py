"""The page of presets has those that the company wrote itself."""

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from flows.status_server import make_app

JOB = """preset = "{root}/house.toml"
[sources.hr]
kind = "folder"
root = "/srv/hr"
[[groups]]
preset = "{root}/board/house.toml"
department = ["Board"]
[[groups]]
preset = "{root}/gone.toml"
department = ["Sales"]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder with two presets that are called as one that comes with Catchlight."""
    (tmp_path / "board").mkdir()
    for where, title in (("house.toml", "Ours <b>"), ("board/house.toml", "The board's")):
        text = f'title = "{title}"\ndescription = "Described."\n'
        (tmp_path / where).write_text(text, encoding="utf-8")
    return tmp_path


def _page(home: Path, *jobs: Path) -> str:
    answer = TestClient(make_app(home, dict, jobs)).get("/presets")
    assert answer.status_code == 200
    return answer.text


def test_presets_of_a_job_file_are_on_the_page(root: Path) -> None:
    """The company's and its groups', each told apart by its title, and none with another one's picture."""
    (root / "job.toml").write_text(JOB.format(root=root), encoding="utf-8")
    page = _page(root / "home", root / "job.toml")
    own = page[: page.index('id="clean-white"')]
    for told in ("Ours &lt;b&gt;", "The board&#39;s", "Described."):
        assert told in own
    assert "<img" not in own
    assert str(root) not in page, "the page has no password"


def test_presets_of_the_newest_run_are_on_the_page(root: Path) -> None:
    """Of a refresh without a job file; what a run names that cannot be read is left out."""
    home = root / "home"
    (home / "runs/r1").mkdir(parents=True)
    (home / "runs/latest").symlink_to("r1")
    (home / "ledger/r1").mkdir(parents=True)
    plan = {"job": {"preset": f"{root}/board/house.toml"}, "groups": {f"{root}/gone.toml": {}}}
    (home / "ledger/r1/plan.json").write_text(json.dumps(plan), encoding="utf-8")
    assert "The board&#39;s" in _page(home)


def test_a_company_without_its_own_sees_what_there_is(tmp_path: Path) -> None:
    """Before the first run, with a job file that cannot be read, or that names what comes with Catchlight."""
    (tmp_path / "wrong.toml").write_text("groups = [1]", encoding="utf-8")
    page = _page(tmp_path, tmp_path / "wrong.toml", tmp_path / "none.toml")
    assert "own. IT can show it" not in page
    assert 'id="house"' in page
