"""``catchlight serve`` as a program of its own: started, asked, told to end."""

import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from flows import prefect_password
from tests.refreshed_company import COMMAND, ROOT, environment

SCHEDULED = """
preset = "house"
[sources.people]
kind = "folder"
root = "{root}"
[schedule]
refresh = "0 3 * * 1"
timezone = "Europe/Berlin"
"""
"""A job file: a folder, every Monday night."""
_ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


@dataclass
class Everything:
    """All of it at work, and what it said."""

    process: subprocess.Popen[str]
    home: Path
    said: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def line(self, heading: str) -> str:
        """Return the first word under a heading."""
        return next(line.split()[1] for line in self.said if line.split()[:1] == [heading])

    @property
    def password(self) -> str:
        """What Prefect's pages ask for."""
        return prefect_password.file_of(self.home).read_text(encoding="utf-8").strip()

    def ask(self, path: str, **body: Any) -> Any:
        """Post to Prefect's server."""
        return self._asked("POST", path, json=body)

    def _asked(self, method: str, path: str, **more: Any) -> Any:
        """Ask; while the server is busy with its database, or is being started, ask again."""
        until = time.monotonic() + 120
        address = f"{self.line('Flows')}/api/{path}"
        name, _, secret = self.password.partition(":")
        login = (name, secret)
        while True:
            try:
                answer = httpx.request(method, address, timeout=30, trust_env=False, auth=login, **more)
            except httpx.TransportError:
                if time.monotonic() > until:
                    raise
            else:
                if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE or time.monotonic() > until:
                    answer.raise_for_status()
                    return answer.json()
            time.sleep(0.5)

    def run(self, deployment: dict[str, Any], **parameters: Any) -> dict[str, Any]:
        """Start a flow as its form does, and return its run when it has ended."""
        return self.end(self.begin(deployment, **parameters))

    def begin(self, deployment: dict[str, Any], **parameters: Any) -> str:
        """Start a flow as its form does; return its run's id."""
        made = self.ask(f"deployments/{deployment['id']}/create_flow_run", parameters=parameters)
        return str(made["id"])

    def end(self, run: str) -> dict[str, Any]:
        """Return a run when it has ended."""
        until = time.monotonic() + 300
        found: dict[str, Any] = {"state_type": ""}
        while time.monotonic() < until and found["state_type"] not in _ENDED:
            time.sleep(0.3)
            found = self._asked("GET", f"flow_runs/{run}")
        return found

    def wait_for_log(self, run: dict[str, Any], start: str) -> None:
        """Wait for a line of a run's log; lines arrive in batches, some after the run has ended."""
        until = time.monotonic() + 60
        while not any(one["message"].startswith(start) for one in self._logs(run)):
            assert time.monotonic() < until, f"no line of the log begins with {start!r}"
            time.sleep(0.5)

    def _logs(self, run: dict[str, Any]) -> list[dict[str, Any]]:
        return list(self.ask("logs/filter", logs={"flow_run_id": {"any_": [run["id"]]}}))

    def artifacts(self, run: dict[str, Any]) -> dict[str, str]:
        """Return what a run left for people to open, by key."""
        found = self.ask("artifacts/filter", flow_runs={"id": {"any_": [run["id"]]}})
        return {one["key"]: json.dumps(one["data"]) for one in found if one["key"]}


@contextmanager
def everything(home: Path, *options: str) -> Iterator[Everything]:
    """Start it at free ports and wait until it says that it is ready."""
    line = [*COMMAND, "serve", "--home", str(home), "--port", "0", "--status-port", "0", *options]
    process = subprocess.Popen(
        line, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    served = Everything(process, home)
    reader = threading.Thread(target=lambda: served.wrong.extend(process.stderr or ()), daemon=True)
    reader.start()
    try:
        for said in process.stdout or ():
            served.said.append(said)
            if said.startswith("Ctrl-C"):
                break
        else:
            raise AssertionError("".join(served.wrong))
        yield served
    finally:
        process.terminate()
        try:
            process.wait(60)
        finally:
            process.kill()
        reader.join(10)
