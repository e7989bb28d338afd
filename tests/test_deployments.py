"""What ``catchlight serve`` deploys and what prefect.yaml deploys are the same flows, and the forms offer what a company has."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from catchlight import ledger
from catchlight.home import Home
from catchlight.records import Employee
from flows.deployments import deployed
from flows.offers import departments
from tests.refreshed_company import ROOT

JOB = """
preset = "deep-blue"
[sources.people]
kind = "folder"
root = "{root}"
"""


def entrypoint(flow: object) -> str:
    """Return the module path of a flow."""
    return f"{flow.fn.__module__}.{flow.fn.__name__}"  # type: ignore[attr-defined]


def test_prefect_yaml_keeps_in_step_with_the_flows(tmp_path: Path) -> None:
    """The same entrypoints and schedules, and no parameter that a flow does not have."""
    written = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    job = tmp_path / "company.toml"
    job.write_text(JOB.format(root=tmp_path), encoding="utf-8")
    ours = {entrypoint(one.flow): one for one in deployed(tmp_path, [job])}
    assert {one["entrypoint"] for one in written} == set(ours)
    for one in written:
        flow = ours[one["entrypoint"]].flow
        assert one["name"] == ours[one["entrypoint"]].name
        assert set(one["parameters"]) <= set(flow.parameters.properties), one["entrypoint"]
        served = {schedule.cron for schedule in ours[one["entrypoint"]].schedules}
        assert served <= {schedule["cron"] for schedule in one.get("schedules", ())}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home whose newest run has people of two departments."""
    people = [
        Employee("a", "Ada", department="Sales"),
        Employee("b", "Bo", department="Design"),
        Employee("c"),
    ]
    plan(tmp_path, "20261101-100000", people, {})
    return tmp_path


def plan(home: Path, run: str, people: list[Employee], job: dict[str, Any]) -> None:
    """Draw up a plan of some people."""
    folder = Home(home).ledger(run)
    ledger.write(folder / ledger.file_name(Employee), ledger.table(Employee, people))
    (folder / "plan.json").write_text(json.dumps({"job": job}), encoding="utf-8")


def test_the_form_offers_the_companys_departments_and_presets(home: Path) -> None:
    """Chosen from a list instead of typed; what HR decides comes first, and folders are filled in for good."""
    (refresh,) = [one for one in deployed(home, []) if one.flow.name == "refresh"]
    form = refresh.form(refresh.flow.parameters.model_dump())
    assert form["properties"]["departments"]["items"]["enum"] == ["Design", "Sales"]
    assert {"house", "deep-blue"} <= set(form["properties"]["preset"]["enum"])
    assert list(form["properties"])[:5] == ["preset", "departments", "dry_run", "ask_until", "only"]
    assert "home" not in {*form["properties"], *form["required"]}
    assert "source" in form["required"], "nobody has said yet where people are"


def test_a_run_of_one_department_hides_no_other(home: Path) -> None:
    """The form keeps offering everybody's departments, and those that came since."""
    plan(home, "20261102-100000", [Employee("d", department="Legal")], {"departments": ["Legal"]})
    assert departments(home) == ["Design", "Legal", "Sales"]


def test_the_form_of_a_job_begins_with_its_preset_and_says_where_pictures_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever chooses a preset can look at each, and changes nothing by not choosing."""
    monkeypatch.setenv("CATCHLIGHT_SHEETS", "https://flows.example.com/sheets")
    job = tmp_path / "hq.toml"
    job.write_text(JOB.format(root=tmp_path), encoding="utf-8")
    refresh = deployed(tmp_path, [job])[0]
    field = refresh.form(refresh.flow.parameters.model_dump())["properties"]["preset"]
    assert field["default"] == "deep-blue"
    assert "https://flows.example.com/presets" in field["description"]
    assert "[See every preset](https://flows.example.com/presets)" in refresh.description
    assert refresh.name == "Refresh portraits"


def test_several_jobs_are_told_apart(tmp_path: Path) -> None:
    """Each job file's refresh and new-joiner pass carries its name."""
    jobs = [tmp_path / "hq.toml", tmp_path / "lab.toml"]
    for job in jobs:
        job.write_text(JOB.format(root=tmp_path), encoding="utf-8")
    names = [one.name for one in deployed(tmp_path, jobs)]
    assert names[:2] == ["Refresh portraits (hq)", "Refresh portraits (lab)"]
    assert "Welcome new joiners (lab)" in names
    assert len(set(names)) == len(names)


def test_places_of_destinations_toml_are_offered(home: Path) -> None:
    """Whoever publishes chooses where by name."""
    (home / "destinations.toml").write_text(
        f'[intranet]\nkind = "folder"\nroot = "{home}/out"\n', encoding="utf-8"
    )
    (publish,) = [one for one in deployed(home, []) if one.flow.name == "publish"]
    assert publish.choices["destination"] == ["intranet"]
