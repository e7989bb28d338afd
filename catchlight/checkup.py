"""What a machine needs to do its work: one finding each, with what to do about it."""

import os
import platform
import pwd
import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from catchlight.cores import crew

_GB, _MB = 1e9, 1e6
_A_WORKER = 1.2 * _GB  # memory of one worker at a 2048-pixel master, torch and models loaded
_PRUNE = "catchlight runs prune --home {home} frees what no answer needs"
_SILENT = {
    "ORT_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "HF_HUB_OFFLINE": "1",
}


class State(StrEnum):
    """How a finding reads."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; ``remedy`` is "" where nothing is to be done."""

    state: State
    what: str
    said: str
    remedy: str = ""


def is_full(folder: Path) -> bool:
    """Whether a disk has no room for even a small file."""
    return shutil.disk_usage(folder).free < _MB


def shown(path: Path) -> str:
    """Return a path as it can be pasted into a shell."""
    return shlex.quote(str(path))


def rights(path: Path) -> str:
    """Return what lets this account write at a path: whose it is matters, and a disk for reading only lets nobody."""
    if os.statvfs(path).f_flag & os.ST_RDONLY:
        return (
            f"its disk is mounted for reading only: findmnt -T {shown(path)} names it; mount it for writing"
        )
    owner = path.stat().st_uid
    if owner == os.getuid():
        return f"chmod u+rwX {shown(path)}{f' {shown(path)}/*' if path.is_dir() else ''}"
    if owner:
        name = shlex.quote(_account(owner))
        return f"it is the account {name}'s: run this as that one (sudo -u {name} catchlight doctor)"
    return f"as root: chown -R {shlex.quote(_account(os.getuid()))} {shown(path)}"


def _account(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def owned(folder: Path) -> str:
    """Return the command that makes a folder for this account where it may make none."""
    return f"as root: install -d -m 700 -o {shlex.quote(_account(os.getuid()))} {shown(folder.absolute())}"


def look_at_machine(home: Path) -> Iterator[Finding]:
    """Look at Python, processor, graphics card, memory, disk, clock and telemetry."""
    yield _python()
    yield _processor()
    yield _graphics()
    yield _memory()
    yield _disk(home)
    yield _clock(home)
    yield _zones()
    yield _telemetry()


def _python() -> Finding:
    said = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    if sys.platform != "linux":
        return Finding(State.WARN, "Python", said, "Catchlight is tried on Linux; use it for real work")
    return Finding(State.OK, "Python", said)


def _processor() -> Finding:
    cores = crew()
    said = f"{cores} cores; as many workers develop at once"
    remedy = "" if cores > 1 else "one core works, slowly; give it two or more"
    return Finding(State.OK if cores > 1 else State.WARN, "Processor", said, remedy)


def _graphics() -> Finding:
    try:
        import torch  # noqa: PLC0415  two seconds
    except (ImportError, OSError) as error:
        remedy = "install Catchlight again with its constraints file"
        return Finding(State.FAIL, "Graphics card", f"torch cannot be loaded: {error}", remedy)
    built = torch.version.cuda
    if torch.cuda.is_available():
        one = torch.cuda.get_device_properties(0)
        said = (
            f"{one.name}, {one.total_memory / _GB:.0f} GB, CUDA {built}; {torch.cuda.device_count()} in all"
        )
        return Finding(State.OK, "Graphics card", said)
    if built and Path("/proc/driver/nvidia/version").exists():
        remedy = f'update the driver so that it supports CUDA {built}, or say device = "cpu" in the preset'
        return Finding(State.WARN, "Graphics card", "there is a driver, and torch cannot use it", remedy)
    return Finding(State.OK, "Graphics card", f"none; torch {torch.__version__} works on the processor")


def _memory() -> Finding:
    free = _available()
    workers = crew()
    fit = int(free // _A_WORKER)
    said = f"{free / _GB:.1f} GB free"
    if fit >= workers:
        return Finding(State.OK, "Memory", said)
    if not fit:
        return Finding(State.FAIL, "Memory", said, "free some: one worker takes about 1.2 GB")
    return Finding(State.WARN, "Memory", said, f"{workers} workers may not fit; say --workers {fit}")


def _available() -> float:
    for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
        if line.startswith("MemAvailable:"):
            return float(line.split()[1]) * 1024
    return float(os.sysconf("SC_AVPHYS_PAGES")) * os.sysconf("SC_PAGE_SIZE")


def _disk(home: Path) -> Finding:
    there = next(path for path in (home, *home.resolve().parents) if path.exists())
    free = shutil.disk_usage(there).free
    said = f"{free / _GB:.0f} GB free at {there}"
    if not os.access(there, os.W_OK):
        remedy = rights(home) if home.exists() else owned(home)
        return Finding(State.FAIL, "Disk", f"{there} cannot be written", remedy)
    if free < 1 * _GB:
        return Finding(
            State.FAIL,
            "Disk",
            said,
            f"make room: a run takes about 4 MB a person; {_PRUNE.format(home=shown(home))}",
        )
    if free < 10 * _GB:
        remedy = f"about 4 MB a person and run; {_PRUNE.format(home=shown(home))}"
        return Finding(State.WARN, "Disk", said, remedy)
    return Finding(State.OK, "Disk", said)


def _clock(home: Path) -> Finding:
    """Compare the machine's clock with the file system's: they differ where a file server keeps its own time."""
    there = next(path for path in (home, *home.resolve().parents) if path.exists())
    if is_full(there):
        return Finding(State.WARN, "Clock", "cannot be compared: the disk is full", "make room: see Disk")
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"now")
            file.flush()
            apart = abs(os.fstat(file.fileno()).st_mtime - time.time())
    except OSError as error:
        return Finding(
            State.WARN,
            "Clock",
            f"cannot be compared: {error.strerror}",
            f"needs to write at {there}: see Disk",
        )
    if apart > 2:
        remedy = "let both keep the time by NTP: deadlines and links depend on it"
        return Finding(State.WARN, "Clock", f"{there} is {apart:.0f} s off this machine's", remedy)
    return Finding(
        State.OK, "Clock", f"{time.strftime('%Y-%m-%d %H:%M')} {time.tzname[0]}; the disk's is the same"
    )


def _zones() -> Finding:
    try:
        ZoneInfo("Europe/Berlin")
    except ZoneInfoNotFoundError:
        return Finding(
            State.FAIL, "Time zones", "there are none", "install the system's tzdata, or pip install tzdata"
        )
    return Finding(State.OK, "Time zones", "known")


def _telemetry() -> Finding:
    wrong = {
        name: os.environ.get(name, "") for name, value in _SILENT.items() if os.environ.get(name) != value
    }
    if wrong:
        said = ", ".join(f"{name}={value or '(unset)'}" for name, value in wrong.items())
        remedy = "set " + " ".join(f"{name}={_SILENT[name]}" for name in wrong)
        return Finding(State.WARN, "Egress", f"a library may report to its maker: {said}", remedy)
    return Finding(State.OK, "Egress", f"nothing needed; silenced by {', '.join(_SILENT)}")
