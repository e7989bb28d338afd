"""Several private Prefect servers, one after the other in one process: each is told what its own runs did."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.refreshed_company import ROOT, environment

pytestmark = pytest.mark.prefect
TWO = """
import sys
from pathlib import Path
from prefect import flow, task
from flows.server import prefect_server

@task
def send():
    pass

@flow
def publish():
    send()

for home in sys.argv[1:]:
    with prefect_server(Path(home)):
        publish()
"""


def tasks(home: Path) -> int:
    """Return how many task runs a home's Prefect knows; they come to it as events."""
    with closing(sqlite3.connect(home / "prefect/prefect.db")) as database:
        found: tuple[int] = database.execute("SELECT count(*) FROM task_run").fetchone()
    return found[0]


def test_each_server_is_told_of_its_own_runs(tmp_path: Path) -> None:
    """The second server's run is written down, and nothing is told to the first, which has gone."""
    homes = [tmp_path / "one", tmp_path / "two"]
    done = subprocess.run(
        [sys.executable, "-c", TWO, *map(str, homes)],
        cwd=ROOT,
        env=environment(PREFECT_LOGGING_LEVEL="WARNING"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "EventsWorker" not in done.stderr
    assert [tasks(home) for home in homes] == [1, 1]
