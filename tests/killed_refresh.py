"""A refresh in a process group of its own, to be stopped at a moment that a test chooses."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.processes import family, outlive
from tests.refreshed_company import ROOT, Company, environment

Moment = Callable[[Company], bool]


@contextmanager
def started(company: Company, *more: str) -> Iterator[subprocess.Popen[str]]:
    """Start a refresh as a terminal does: in a process group of its own."""
    process = subprocess.Popen(
        company.arguments(*more),
        env=environment(),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for(moment: Moment, company: Company, process: subprocess.Popen[str]) -> None:
    """Wait until a moment has come."""
    until = time.monotonic() + 240
    while not moment(company):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.02)


def kill(process: subprocess.Popen[str]) -> None:
    """Kill a program, and see that all whom it started end with it."""
    os.kill(process.pid, signal.SIGSTOP)  # nobody is born between looking and killing
    children = family(process.pid)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert outlive(children, 5) == {}
