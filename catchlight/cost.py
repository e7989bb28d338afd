"""What a run cost: processor seconds as the system counted them, and the energy that they stand for."""

import os
import time
import uuid
from pathlib import Path
from typing import Any

from catchlight.errors import ConfigError
from catchlight.vault import write_whole

_WATTS = "CATCHLIGHT_WATTS"
_USUAL = 10.0  # a busy core of a server processor, its share of the machine included
SELF = uuid.uuid4().hex  # of this process; a number may be another machine's, too
_TICK = os.sysconf("SC_CLK_TCK")


def spent() -> float:
    """Return the processor seconds of this process and of its children that are at work now."""
    return time.process_time() + sum(map(_seconds, _children()))


def _children() -> list[str]:
    try:
        tasks = list(Path("/proc/self/task").iterdir())
        return [child for task in tasks for child in (task / "children").read_text("ascii").split()]
    except OSError:
        return []


def _seconds(process: str) -> float:
    try:
        fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0  # it has just ended
    return (int(fields[11]) + int(fields[12])) / _TICK


def note_cpu(folder: Path, seconds: float) -> None:
    """Note in a run's folder the processor seconds of this process's workers until now."""
    write_whole(folder / "cpu" / f"{SELF}.txt", f"{seconds:.3f}".encode())


def noted_cpu(folder: Path) -> float:
    """Return what everybody who had a part in a run noted."""
    return sum(float(file.read_text("ascii")) for file in (folder / "cpu").glob("*.txt"))


def watts() -> float:
    """Return the watts of one busy core, from ``CATCHLIGHT_WATTS``; ConfigError when that is no number."""
    text = os.environ.get(_WATTS, "")
    try:
        found = float(text or _USUAL)
    except ValueError:
        found = 0.0
    if not 0 < found < 10_000:
        message = f"{_WATTS}: {text!r} is no power; write the watts of one busy core, such as 10"
        raise ConfigError(message)
    return found


def cost_of(cpu: float, rendered: int, gpu: float = 0.0, gpu_wh: float = 0.0) -> dict[str, Any]:
    """Return the cost of a run: ``gpu`` are seconds that cards were busy, ``gpu_wh`` the watt-hours that they measured.

    Energy: watt-hours = CPU seconds × watts of a busy core / 3600 + those of the cards.
    """
    power = watts()
    energy = cpu * power / 3600 + gpu_wh
    return {
        "cpu_seconds": round(cpu, 1),
        "gpu_seconds": round(gpu, 1),
        "gpu_wh": round(gpu_wh, 3),
        "watts_per_core": power,
        "energy_wh": round(energy, 3),
        "rendered_cpu_seconds": round(cpu / rendered, 2) if rendered else None,
    }
