"""A Prefect server for as long as one command runs, unless the environment names one."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from catchlight.errors import OutsideError
from flows import prefect_database

_PATIENCE = 120.0
_APP = "prefect.server.api.server:create_app"
# The child ends with this process, however this one ends.
_CHILD = """
import os, sys, threading, time
def follow(parent):
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)
threading.Thread(target=follow, args=(int(sys.argv[1]),), daemon=True).start()
import uvicorn
uvicorn.run(sys.argv[2], factory=True, host="127.0.0.1", port=int(sys.argv[3]), log_level="warning")
"""
# A server for one command needs no pages and no schedules, and tells nobody about itself.
_PRIVATE = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_ENABLED": "false",
    "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
} | {
    f"PREFECT_SERVER_SERVICES_{service}_ENABLED": "false"
    for service in (
        "SCHEDULER",
        "LATE_RUNS",
        "PAUSE_EXPIRATIONS",
        "CANCELLATION_CLEANUP",
        "FOREMAN",
        "TRIGGERS",
    )
}


@contextmanager
def prefect_server(home: Path) -> Iterator[str]:
    """Yield the address of a Prefect API; start a private one on loopback when none is configured."""
    from httpx import HTTPError  # noqa: PLC0415  what Prefect's client raises
    from prefect import settings  # noqa: PLC0415  slow to import

    configured = settings.PREFECT_API_URL.value()
    if configured:
        yield configured
        return
    logs = home / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    with (logs / "prefect-server.log").open("ab") as log:
        child = _start(home, port, log)
        try:
            _wait(child, port, logs / "prefect-server.log")
            prefect_database.keep(_folder(home))
            address = f"http://127.0.0.1:{port}/api"
            ours = {
                settings.PREFECT_API_URL: address,
                settings.PREFECT_LOGGING_TO_API_ENABLED: False,  # it would write after the server has gone
                settings.PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,  # a flow waits a second for its thread
            }
            with settings.temporary_settings(ours):
                yield address
        except HTTPError as error:
            what = str(error).partition(" - ")[0]
            message = f"the Prefect server failed: {what}. Is the disk full? See {log.name}; then run again"
            raise OutsideError(message) from error
        finally:
            _stop(child)


def _folder(home: Path) -> Path:
    return (home / "prefect").resolve()


def _start(home: Path, port: int, log: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start the server in a session of its own: Ctrl-C is for us to answer."""
    command = [sys.executable, "-c", _CHILD, str(os.getpid()), _APP, str(port)]
    own = {"PREFECT_HOME": str(_folder(home))} | _PRIVATE
    prefect_database.furnish(_folder(home))
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        env=os.environ | own,
        start_new_session=True,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(child: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        if child.poll() is not None:
            message = f"the Prefect server ended at its start. Is the disk full? See {log}; then run again"
            raise OutsideError(message)
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    message = f"the Prefect server did not answer within {_PATIENCE:.0f} s; see {log}"
    raise OutsideError(message)


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(5)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
