"""``catchlight review serve`` as a program of its own, as IT starts it."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from typer.testing import CliRunner

from flows.commands.review import app
from tests.refreshed_company import ROOT, environment

COMMAND = (sys.executable, "-m", "flows.cli", "review", "serve")


@dataclass
class Served:
    """A server that runs: what it said when it began, and its log so far."""

    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    def line(self, heading: str) -> str:
        """Return what it said under a heading."""
        return next(line.strip().removeprefix(heading).strip() for line in self.said if heading in line)

    def stop(self) -> int:
        """Tell it to end, as systemd does; return its exit code."""
        self.process.terminate()
        return self.process.wait(10)


def refused(home: Path, *options: str) -> tuple[int, str]:
    """Return the exit code and the message of a command that does not start a server."""
    ended = CliRunner().invoke(app, ["serve", "--home", str(home), "--port", "0", *options])
    return ended.exit_code, ended.stderr


@contextmanager
def serving(home: Path, *options: str) -> Iterator[Served]:
    """Start it and wait until it says that it is ready."""
    process = subprocess.Popen(
        [*COMMAND, "--home", str(home), *options],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    served = Served(process)
    reader = threading.Thread(target=lambda: served.log.extend(process.stderr or ()), daemon=True)
    reader.start()
    try:
        for line in process.stdout or ():
            served.said.append(line)
            if line.startswith("Ctrl-C"):
                break
        else:
            raise AssertionError("".join(served.log))
        yield served
    finally:
        process.terminate()
        try:
            process.wait(15)
        finally:
            process.kill()
        reader.join(10)
