"""Both flows on a Prefect server: deployed from prefect.yaml, run by a worker, and what is kept of it there."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from flows.server import prefect_server
from tests.private_prefect import login, password
from tests.refreshed_company import ROOT, Company, congress, environment

pytestmark = [pytest.mark.slow, pytest.mark.prefect]
PEOPLE = 4


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a Prefect server with the work pool and all deployments."""
    home = tmp_path_factory.mktemp("prefect")
    with prefect_server(home) as address:
        post(address, "work_pools/", name="catchlight", type="process")
        prefect(address, home, "--no-prompt", "deploy", "--all")
        yield address


def prefect(api: str, home: Path, *arguments: str) -> None:
    """Run a Prefect command against the server, as an administrator would."""
    own = {"PREFECT_API_URL": api, "PREFECT_API_AUTH_STRING": password()}
    env = environment(**own, PREFECT_HOME=str(home / "client"), DO_NOT_TRACK="1")
    command = [sys.executable, "-m", "prefect", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def post(api: str, path: str, **body: Any) -> Any:
    """Ask the server."""
    answer = httpx.post(f"{api}/{path}", json=body, timeout=30, trust_env=False, auth=login())
    answer.raise_for_status()
    return answer.json()


@pytest.fixture(scope="module")
def deployments(api: str) -> dict[str, Any]:
    """Return the deployments by the tag of their flow."""
    found = post(api, "deployments/filter")
    assert len(found) == 9
    return {deployment["tags"][-1]: deployment for deployment in found}


def test_prefect_yaml_deploys_all_flows_and_starts_nothing_by_itself(deployments: dict[str, Any]) -> None:
    """Schedules are there and inactive, one run at a time, and the entrypoints are module paths."""
    assert {name: one["entrypoint"] for name, one in deployments.items()} == {
        "refresh": "flows.refresh.refresh",
        "joiners": "flows.joiners.joiners",
        "publish": "flows.publish.publish",
        "redo": "flows.redo_flow.redo",
        "remind": "flows.upkeep.remind",
        "verify": "flows.upkeep.verify",
        "withdrawals": "flows.upkeep.withdrawals",
        "purge": "flows.upkeep.purge",
        "alarm": "flows.alarm.alarm",
    }
    for deployment in deployments.values():
        assert not any(schedule["active"] for schedule in deployment["schedules"])
        assert deployment["enforce_parameter_schema"]
        assert deployment["concurrency_options"]["collision_strategy"] == "ENQUEUE"
        assert deployment["work_pool_name"] == "catchlight"
        assert not deployment["pull_steps"]


def test_every_field_of_the_form_has_a_title_and_help(deployments: dict[str, Any]) -> None:
    """Whoever starts a flow in Prefect reads words, not the names of parameters."""
    for deployment in deployments.values():
        for name, field in deployment["parameter_openapi_schema"]["properties"].items():
            assert field["title"][0].isupper(), name
            assert field["title"] != name
            assert field["description"].endswith("."), name


@pytest.fixture(scope="module")
def company(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Return a company of a few people."""
    root = tmp_path_factory.mktemp("company")
    company = Company(root / "source", root / "home")
    company.photograph(shared / "congress", congress(shared, PEOPLE))
    return company


@pytest.fixture(scope="module")
def flow_run(api: str, deployments: dict[str, Any], company: Company) -> dict[str, Any]:
    """Start the refresh in Prefect, let a worker run it, and return the flow run."""
    parameters = {"source": str(company.source), "home": str(company.home), "shard_size": 1}
    made = post(api, f"deployments/{deployments['refresh']['id']}/create_flow_run", parameters=parameters)
    prefect(api, company.home.parent, "worker", "start", "--pool", "catchlight", "--run-once")
    until = time.monotonic() + 120
    while time.monotonic() < until:
        found = httpx.get(f"{api}/flow_runs/{made['id']}", trust_env=False, auth=login()).json()
        if found["state_type"] not in ("SCHEDULED", "PENDING", "RUNNING"):
            break
        time.sleep(0.5)
    return dict(found)


def test_the_flow_completes_with_a_task_a_shard(api: str, flow_run: dict[str, Any], company: Company) -> None:
    """The run is Completed, and so is each of its tasks; the results lie in the home."""
    assert flow_run["state_type"] == "COMPLETED", flow_run["state"]
    tasks = wait_for_tasks(api, flow_run["id"])
    shards = list((company.home / "ledger").glob("2*/shard=*"))
    assert 1 < len(shards) <= PEOPLE
    assert sorted(tasks) == sorted(
        ["gather", *(f"develop-{int(shard.name[-4:])}" for shard in shards), "contact-sheet"]
    )
    assert set(tasks.values()) == {"COMPLETED"}
    assert company.run()["counts"]["rendered"] == PEOPLE


def wait_for_tasks(api: str, flow_run: str) -> dict[str, str]:
    """Return the state of each task; the server writes them down a little later."""
    until = time.monotonic() + 30
    tasks: dict[str, str] = {}
    while time.monotonic() < until and (not tasks or set(tasks.values()) != {"COMPLETED"}):
        found = post(api, "task_runs/filter", flow_runs={"id": {"any_": [flow_run]}})
        tasks = {task["name"]: task["state_type"] for task in found}
        time.sleep(0.3)
    return tasks


def test_progress_stands_at_one_hundred(api: str, flow_run: dict[str, Any]) -> None:
    """The progress in Prefect is full at the end, and says of what."""
    found = post(api, "artifacts/filter", flow_runs={"id": {"any_": [flow_run["id"]]}})
    bars = {
        one["key"]: (float(one["data"]), one["description"]) for one in found if one["type"] == "progress"
    }
    assert bars == {"progress": (100, f"Developing: {PEOPLE} of {PEOPLE}")}


def test_prefect_knows_no_names_and_keeps_no_pictures(
    api: str, flow_run: dict[str, Any], company: Company
) -> None:
    """Parameters, states, artifacts, logs and events hold paths and counts, never who works here."""
    kept = [flow_run, post(api, "artifacts/filter"), post(api, "logs/filter"), post(api, "task_runs/filter")]
    kept.append(post(api, "events/filter", limit=50))
    text = repr(kept)
    assert "Zoë" not in text
    assert not any(id_ in text for id_ in company.listed())
    assert set(flow_run["parameters"]) == {"source", "home", "preset", "shard_size"}
    assert not list((company.home.parent / "client/storage").glob("*"))
