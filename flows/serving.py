"""One machine, all of it: Prefect's server, the process that runs flows, the review server, figures for IT."""

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from catchlight.policy import FILE, load_policy
from catchlight.sheet_links import ADDRESS
from flows import json_log, prefect_database, prefect_pages, prefect_password
from flows.children import Child, answers, claim_port, start, wait_for, wait_until
from flows.listening import listen, stopped_by_signals
from flows.prefect_app import PAGES
from flows.server import APP, QUIET, folder_of
from flows.sources import wire
from flows.status_server import StatusServer, make_app

Say = Callable[[str], None]
_STEP = 0.5  # seconds between two looks at the processes
_SLOWEST = 60.0  # seconds before a part that keeps ending is started again
_LOOPBACK = "127.0.0.1"
_LOGGED = {"PREFECT_LOGGING_LEVEL": "INFO", "PREFECT_LOGGING_INTERNAL_LEVEL": "ERROR"}
READY = "runner.ready"  # made once every flow can be started
_KEPT = {"PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs"}


@dataclass(frozen=True, slots=True)
class Options:
    """What the command was told; a port of 0 is any free one."""

    home: Path
    jobs: tuple[Path, ...] = ()
    port: int = 4200
    status_port: int = 8481
    review: bool = True


@dataclass
class Part:
    """One of the processes: how it is started, where it answers or which file it makes, and the one at work now."""

    begin: Callable[[], Child]
    address: str = ""
    ready: Path | None = None
    child: Child | None = None
    ends: int = 0
    again: float = 0.0
    patience: tuple[float, ...] = field(default=(1, 2, 5, 15, 30, _SLOWEST))

    def well(self) -> bool:
        """Whether the process is there, and answers where it should."""
        there = self.child is not None and self.child.process.poll() is None
        return there and (not self.address or answers(self.address))

    def look_after(self, say: Say) -> None:
        """Start it again when it has ended, later each time."""
        if self.child is None or self.child.process.poll() is None:
            return
        now = time.monotonic()
        if not self.again:
            wait = self.patience[min(self.ends, len(self.patience) - 1)]
            self.again, self.ends = now + wait, self.ends + 1
            say(f"{self.child.name} ended; it is started again in {wait:.0f} s. See {self.child.log}")
        elif now >= self.again:
            self.child.stop(0)
            self.child, self.again = self.begin(), 0.0


def serve(options: Options, say: Say) -> None:
    """Run everything until SIGTERM or Ctrl-C; ConfigError when it cannot start, with nothing left running."""
    for job in options.jobs:
        wire(job)
    load_policy(options.home)
    stopped = threading.Event()
    told: Say = (lambda text: say(json_log.line(text.strip()))) if json_log.wanted() else say
    with stopped_by_signals(stopped), ExitStack() as closing:
        port = claim_port(_LOOPBACK, options.port, "--port")
        taken = listen(_LOOPBACK, options.status_port, "--status-port")
        sheets = os.environ.get(ADDRESS) or f"http://{_LOOPBACK}:{taken.getsockname()[1]}/sheets"
        parts = _parts(options, port, sheets)
        closing.callback(_stop, parts)
        status = make_app(
            options.home, lambda: {name: part.well() for name, part in parts.items()}, options.jobs
        )
        closing.callback(StatusServer(status, taken).stop)
        for name, part in parts.items():
            part.child = part.begin()
            if part.address:
                wait_for(part.child, part.address)
            elif part.ready:
                wait_until(part.child, part.ready.exists)
            if name == "prefect":
                prefect_database.keep(folder_of(options.home))
            if stopped.is_set():
                return
        _tell(options, port, taken.getsockname()[1], told)
        while not stopped.wait(_STEP):
            for part in parts.values():
                part.look_after(told)


def _parts(options: Options, port: int, sheets: str) -> dict[str, Part]:
    """Return the processes in the order in which they are started."""
    api = f"http://{_LOOPBACK}:{port}/api"
    asked = os.environ.get(PAGES) or api
    own = (
        {"PREFECT_HOME": str(folder_of(options.home)), "PREFECT_API_URL": api, ADDRESS: sheets}
        | {"PREFECT_SERVER_API_PORT": str(port), PAGES: asked}
        | (QUIET | _KEPT | _LOGGED | prefect_pages.place() | prefect_password.of_home(options.home))
    )
    if json_log.wanted():
        own |= {"PREFECT_LOGGING_HANDLERS_CONSOLE_FORMATTER": "json"}
    logs, home = options.home / "logs", str(options.home.resolve())
    prefect_database.furnish(folder_of(options.home))

    def begin(name: str, module: Sequence[str], log: str, grace: float) -> Callable[[], Child]:
        return lambda: start(name, module, logs / log, own, grace)

    server: Sequence[str] = (
        *APP,
        "--host",
        _LOOPBACK,
        "--port",
        str(port),
        "--header",
        prefect_pages.policy(asked),
    )
    ready = logs / READY
    ready.unlink(missing_ok=True)
    runner = ("flows.runner", home, *(str(job.resolve()) for job in options.jobs))
    parts = {
        "prefect": Part(begin("the Prefect server", server, "prefect-server.log", 5), f"{api}/health"),
        "runner": Part(begin("the process that runs flows", runner, "runner.log", 20), ready=ready),
    }
    if options.review and (options.home / FILE).is_file():
        pages = ("flows.cli", "review", "serve", "--home", home)
        policy = load_policy(options.home)
        health = f"http://{policy.server.host}:{policy.server.port}/health"
        parts["review"] = Part(begin("the review server", pages, "review-server.log", 10), health)
    return parts


def _stop(parts: Mapping[str, Part]) -> None:
    """Stop the processes, the last one first: flows that run put themselves away while the server still answers."""
    for part in reversed(list(parts.values())):
        if part.child:
            part.child.stop(20)


def _tell(options: Options, port: int, status_port: int, say: Say) -> None:
    at = f"http://{_LOOPBACK}"
    status = f"{at}:{status_port}"
    say("Catchlight serves")
    say(f"  Flows         {at}:{port}  (start, watch, schedules)")
    if not prefect_password.given():
        say(f"  Password      in {prefect_password.file_of(options.home)}  (all of its line)")
    if (options.home / FILE).is_file() and options.review:
        server = load_policy(options.home).server
        say(f"  Review        http://{server.host}:{server.port}  (people answer)")
    else:
        say(f"  Review        not served: there is no {options.home / FILE}")
    say(f"  Health        {status}/health")
    say(f"  Figures       {status}/metrics  (Prometheus)")
    say(f"  Presets       {status}/presets  (what they look like)")
    for job in options.jobs:
        timed = wire(job)[0].schedule
        say(
            f"  Job           {job}: {f'{timed.refresh} ({timed.timezone})' if timed else 'when somebody starts it'}"
        )
    say(f"  Logs          {options.home / 'logs'}")
    say("Ctrl-C stops it.")
