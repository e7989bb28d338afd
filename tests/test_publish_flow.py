"""The publish flow as a form or a schedule starts it."""

import shutil
from pathlib import Path

import pytest
from prefect.logging import disable_run_logger

from catchlight.errors import OutsideError
from catchlight.publish_planning import draw
from flows import publish as flow
from flows.tasks import publish as tasks
from tests.published_company import SIZES, codes, make_company

TASKS = ("check_plan", "publish_people", "list_published", "take_off_people")


def test_files_that_were_not_written_end_it_as_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Started by a form, so that its operator hears of it, and without a name; whoever typed a command reads each."""
    for name in TASKS:
        monkeypatch.setattr(flow, name, getattr(tasks, name).fn)
    company = make_company(tmp_path)
    company.answer(company.run("r1", {"a": "1"}))
    desk = company.desk()
    plan = draw(desk, "r1", SIZES)
    monkeypatch.setattr(flow, "check_plan", lambda *_: None)
    shutil.rmtree(company.out)
    with disable_run_logger():
        assert codes(flow.send(desk, plan, 50))["failed"] >= len(SIZES)
        monkeypatch.setenv("PREFECT__RUNTIME__DEPLOYMENT__ID", "0001")
        with pytest.raises(
            OutsideError, match=r"^\d+ files could not be published; catchlight publish plan and"
        ):
            flow.send(desk, plan, 50)
    company.out.mkdir()
    with disable_run_logger():
        assert "failed" not in codes(flow.send(company.desk(), plan, 50))
