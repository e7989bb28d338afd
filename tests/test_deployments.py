"""What ``catchlight serve`` deploys and what prefect.yaml deploys are the same flows, and the forms offer what a company has."""

from pathlib import Path

import pytest
import yaml

from catchlight import ledger
from catchlight.home import Home
from catchlight.records import Employee
from flows.deployments import deployed
from tests.refreshed_company import ROOT


def entrypoint(flow: object) -> str:
    """Return the module path of a flow."""
    return f"{flow.fn.__module__}.{flow.fn.__name__}"  # type: ignore[attr-defined]


def test_prefect_yaml_keeps_in_step_with_the_flows(tmp_path: Path) -> None:
    """The same entrypoints and schedules, and no parameter that a flow does not have."""
    written = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    ours = {entrypoint(one.flow): one for one in deployed(tmp_path, [])}
    assert {one["entrypoint"] for one in written} == set(ours)
    for one in written:
        flow = ours[one["entrypoint"]].flow
        assert set(one["parameters"]) <= set(flow.parameters.properties), one["entrypoint"]
        served = {schedule.cron for schedule in ours[one["entrypoint"]].schedules}
        assert served <= {schedule["cron"] for schedule in one["schedules"]}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home whose newest run has people of two departments."""
    people = [
        Employee("a", "Ada", department="Sales"),
        Employee("b", "Bo", department="Design"),
        Employee("c"),
    ]
    folder = Home(tmp_path).run("20261101-100000")
    ledger.write(folder / ledger.file_name(Employee), ledger.table(Employee, people))
    Home(tmp_path).point_to("20261101-100000")
    return tmp_path


def test_the_form_offers_the_companys_departments_and_presets(home: Path) -> None:
    """Chosen from a list instead of typed; what a list may hold is in its items."""
    (refresh,) = [one for one in deployed(home, []) if one.flow.name == "refresh"]
    form = refresh.form(refresh.flow.parameters.model_dump())
    assert form["properties"]["departments"]["items"]["enum"] == ["Design", "Sales"]
    assert {"house", "deep-blue"} <= set(form["properties"]["preset"]["enum"])
    assert list(form["properties"])[:6] == ["source", "home", "preset", "departments", "only", "dry_run"]


def test_places_of_destinations_toml_are_offered(home: Path) -> None:
    """Whoever publishes chooses where by name."""
    (home / "destinations.toml").write_text(
        f'[intranet]\nkind = "folder"\nroot = "{home}/out"\n', encoding="utf-8"
    )
    (publish,) = [one for one in deployed(home, []) if one.flow.name == "publish"]
    assert publish.choices["destination"] == ["intranet"]
