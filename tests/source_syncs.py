"""Syncing a tenant of the stand-in for Graph in a process of its own, to count calls, seconds and memory."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from catchlight.source_memory import Memory
from connectors import microsoft365
from tests.fake_graph import FakeGraph, graph
from tests.graph_app import make_files, of_app
from tests.source_graph import guid
from tests.source_worlds import jpeg

ROOT = Path(__file__).parents[1]
_PICTURES = 64  # of their own for so many people; the end of each picture is the person's own
_SYNC = """
import json, resource, sys, time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from catchlight.source_memory import Memory
from catchlight.vault import Vault
from connectors import microsoft365
from flows.syncing import sync
import msal
home, settings = Path(sys.argv[1]), microsoft365.SourceSettings.model_validate_json(sys.argv[2])
began = time.perf_counter()
with closing(Memory(home / "source.db")) as memory, closing(microsoft365.open_source(settings, "entra")) as source:
    sync(source, memory, Vault(home / "vault"), 0.2)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": time.perf_counter() - began, "peak_mb": peak}))
"""
_TENANT = """
import sys
from tests.source_syncs import serve
serve(int(sys.argv[1]))
"""


def picture(number: int, change: int = 0) -> bytes:
    """Return somebody's photo, of about 50 kB."""
    return jpeg(number % _PICTURES) + f"{number} {change}".encode() + bytes(48_000)


def serve(people: int) -> None:
    """Run a tenant; answer each line of the standard input with one of JSON."""
    with graph() as tenant:
        for number in range(people):
            tenant.people.add(
                str(number), displayName=f"Person {number}", department="Sales", jobTitle="Clerk"
            )
            id_ = next(reversed(tenant.people.users))
            tenant.people.users[guid(str(number))] = tenant.people.users.pop(id_) | {"id": guid(str(number))}
            tenant.people.set(guid(str(number)), picture(number))
        _say({"url": tenant.url})
        for line in sys.stdin:
            _say(_told(tenant, people, line.strip()))


def _say(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def _told(tenant: FakeGraph, people: int, asked: str) -> dict[str, Any]:
    """Change 2 % of the people, half of them with a new photo; or tell what was asked since the last time."""
    if asked == "change":
        changed = range(0, people, 50)
        for number in changed:
            tenant.people.users[guid(str(number))]["jobTitle"] = "Manager"
            if number % 100 == 0:
                tenant.people.set(guid(str(number)), picture(number, 1))
        return {"changed": len(changed)}
    told = {"http": len(tenant.calls), "inner": len(tenant.inner), "crowded": tenant.crowded}
    if asked != "look":
        for one in (tenant.calls, tenant.inner, tenant.lines):
            one.clear()
    return told


class Tenant:
    """A tenant in a process of its own."""

    def __init__(self, people: int, folder: Path) -> None:
        """Start it."""
        self._process = subprocess.Popen(
            [sys.executable, "-c", _TENANT, str(people)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
            stderr=subprocess.DEVNULL,  # it tells of connections that a killed program left
        )  # fmt: skip
        url = self._read()["url"]
        files, nowhere = make_files(folder / "app"), FakeGraph(url=url)
        settings = microsoft365.SourceSettings(**of_app(nowhere, files, secret_file=files.secret))
        self.settings = settings.model_dump_json(exclude_unset=True)

    def ask(self, what: str) -> dict[str, Any]:
        """Let the tenant change, or tell how often it was called ("look": and go on counting)."""
        assert self._process.stdin
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout
        return dict(json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        """End it."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(30)

    def sync(self, home: Path) -> dict[str, Any]:
        """Sync to the end; return calls, seconds and the peak of memory."""
        done = subprocess.run(self._command(home), capture_output=True, text=True, check=True, cwd=ROOT)
        return {**json.loads(done.stdout), **self.ask("count")}

    def killed_sync(self, home: Path, inner: int) -> dict[str, Any]:
        """Sync until so many answers inside of batches were given, and kill the program then."""
        process = subprocess.Popen(self._command(home), cwd=ROOT, stdout=subprocess.DEVNULL)
        while process.poll() is None and self.ask("look")["inner"] < inner:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        assert process.wait(30) == -signal.SIGKILL
        return self.ask("count")

    def _command(self, home: Path) -> list[str]:
        return [sys.executable, "-c", _SYNC, str(home), self.settings]


def a_day_later(home: Path) -> None:
    """Let a day go by since the photos were looked at."""
    with closing(Memory(home / "source.db")) as memory, memory._whole() as store:
        store.execute("update marks set mark = mark - 86400 where name = 'looked'")


def measured(people: int, folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Sync once, a day later again, and once more anew with a kill in the middle; tell of each as it ends."""
    with closing(Tenant(people, folder)) as tenant:
        yield "first", tenant.sync(folder / "one")
        yield "changes", tenant.ask("change")
        a_day_later(folder / "one")
        yield "second", tenant.sync(folder / "one")
        yield "killed", tenant.killed_sync(folder / "two", people)
        yield "resumed", tenant.sync(folder / "two")
        for name in ("one", "two"):
            with closing(Memory(folder / name / "source.db")) as memory:
                yield name, {"people": sum(bool(one.digest) for one in memory.people())}
