"""What Prefect's own database says of old runs, or of somebody who was erased, goes while its server is at work."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from catchlight import prefect_store
from catchlight.desk import open_register
from catchlight.scrubbing import scrub, tells
from catchlight.traces import Traces
from flows.purging import purge_home
from flows.server import prefect_server
from tests.private_prefect import login

pytestmark = pytest.mark.slow
PERSON, OTHER = "E10001", "E10002"


class Served:
    """A home with a Prefect server at work, a deployment in it, and runs."""

    def __init__(self, home: Path, api: str) -> None:
        self.home, self.file, self.ask = (
            home,
            home / "prefect/prefect.db",
            httpx.Client(base_url=api, timeout=60, auth=login()),
        )
        self.flow = self.post("/flows/", name="refresh")["id"]
        self.deployment = self.post("/deployments/", name="yearly", flow_id=self.flow)["id"]

    def post(self, path: str, **what: Any) -> Any:
        """Return what the server answers; nothing of it may fail."""
        answer = self.ask.post(path, json=what)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def run(self, person: str) -> str:
        """Make a run about somebody, with a line in its log; return its id."""
        made: str = self.post("/flow_runs/", flow_id=self.flow, parameters={"only": [person]})["id"]
        line = {"name": "flows", "level": 20, "message": f"{person} is developed", "flow_run_id": made}
        answer = self.ask.post("/logs/", json=[line | {"timestamp": datetime.now(UTC).isoformat()}])
        assert answer.is_success
        return made

    def ended(self, run: str, days: int) -> None:
        """Let a run, and all that tells of it, have been some days ago."""
        at = f"{datetime.now(UTC) - timedelta(days=days):%Y-%m-%d %H:%M:%S.%f}"
        with sqlite3.connect(self.file, timeout=30) as store:
            store.execute("update flow_run set end_time = ? where id = ?", [at, run])
            store.execute("update log set timestamp = ? where flow_run_id = ?", [at, run])

    def runs(self) -> set[str]:
        """Return the runs that the server knows."""
        return {one["id"] for one in self.post("/flow_runs/filter")}

    def stands(self) -> bool:
        """Whether the schedule is there and a run can be made."""
        return self.ask.get(f"/deployments/{self.deployment}").is_success and bool(self.run(OTHER))


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Return a home with a server at work."""
    open_register(tmp_path).close()
    with prefect_server(tmp_path) as api:
        yield Served(tmp_path, api)


def test_old_runs_go_under_a_server_at_work(served: Served) -> None:
    """The nightly pass must not take the schedules away with them, its own among them."""
    old, new, waiting = served.run(PERSON), served.run(OTHER), served.run(OTHER)
    served.ended(old, 31)
    served.ended(new, 29)
    with sqlite3.connect(served.file, timeout=30) as store:
        store.execute("update flow_run set created = '2020-01-01 00:00:00' where id = ?", [waiting])
    dry = {one.kind: one.count for one in purge_home(served.home, dry=True)}
    assert served.runs() == {old, new, waiting}
    done = {one.kind: one.count for one in purge_home(served.home)}
    assert dry["logs"] == done["logs"] == 1
    assert served.runs() == {new, waiting}
    assert PERSON.encode() not in served.file.read_bytes()
    assert served.stands()


def test_who_is_erased_is_not_in_it_and_all_else_stays(served: Served) -> None:
    """Their runs and lines go; the server goes on."""
    theirs, other = served.run(PERSON), served.run(OTHER)
    traces = Traces(PERSON)
    assert tells(served.file, traces)
    scrub(served.file, traces)
    assert served.runs() == {other} != {theirs}
    assert not tells(served.file, traces)
    assert PERSON.encode() not in b"".join(one.read_bytes() for one in served.file.parent.glob("prefect.db*"))
    assert served.stands()


def test_a_database_without_runs_is_left_alone(tmp_path: Path) -> None:
    """Each slice of a shared run has its own; one that another version made has other tables."""
    for part in ("", "1-of-2"):
        folder = tmp_path / "prefect" / part
        folder.mkdir(parents=True, exist_ok=True)
        with sqlite3.connect(folder / "prefect.db") as store:
            store.execute("create table other (created text)")
    found = prefect_store.files(tmp_path)
    assert len(found) == 2
    assert [prefect_store.forget(file, datetime.now(UTC).isoformat()) for file in found] == [0, 0]
