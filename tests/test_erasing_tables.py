"""Somebody whose id is an everyday number goes out of tables and plans that hold nothing of theirs but the id."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from catchlight.desk import open_register
from catchlight.erasure import erase, remnants
from catchlight.records import Answer, Decision
from catchlight.register import now
from catchlight.traces import Traces

TABLE = "\ufeffemployee,file,outcome,width\n1012,portraits/1012.jpg,review,720\n1013,portraits/1013.jpg,accept,1012\n"
PLAN = {"run": "r", "skipped": [{"employee": "1012", "why": "no answer"}, {"employee": "1013", "why": ""}]}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home with a run's list of portraits and a plan, each with two people and no names."""
    folder = tmp_path / "home/runs/r"
    (folder / "publish").mkdir(parents=True)
    (folder / "portraits.csv").write_text(TABLE, encoding="utf-8")
    (folder / "publish/plan-1.json").write_text(json.dumps(PLAN))
    return tmp_path / "home"


def test_they_are_looked_for_in_cells_and_values(home: Path) -> None:
    """The search afterwards would say that nothing is left; a width is nobody."""
    with closing(open_register(home)) as register:
        assert len(remnants(home, register, Traces("1012"))) == 2
        assert len(remnants(home, register, Traces("1013"))) == 2
        assert remnants(home, register, Traces("720")) == []


def test_they_go(home: Path) -> None:
    """And nobody else does."""
    with closing(open_register(home)) as register:
        register.decide([Decision("1012", "p", Answer.APPROVE, "1012", now())])
        assert erase(home, register, "1012", print).left == ()
    table = (home / "runs/r/portraits.csv").read_text(encoding="utf-8-sig")
    assert "1012.jpg" not in table
    assert "1013.jpg" in table
    plan = json.loads((home / "runs/r/publish/plan-1.json").read_bytes())
    assert [one["employee"] for one in plan["skipped"]] == ["1013"]
