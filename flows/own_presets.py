"""Presets that a company wrote itself and uses: named by its job files, or by its newest run."""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from catchlight.config import Preset, load_preset, settled
from catchlight.errors import ConfigError
from catchlight.home import Home
from catchlight.job_file import read_toml
from catchlight.runs import run_folder

_UNTOLD = (OSError, ValueError, KeyError, TypeError, AttributeError)  # ConfigError is a ValueError


def own_presets(home: Path, jobs: Iterable[Path]) -> list[Preset]:
    """Return each once, as it is now; one that cannot be read is left out."""
    named = [*_of_newest_run(home), *(name for job in jobs for name in _of_job(job))]
    found: list[Preset] = []
    for name in dict.fromkeys(settled(name) for name in named if name.endswith(".toml")):
        with suppress(ConfigError):
            found.append(load_preset(name))
    return found


def _of_newest_run(home: Path) -> Iterator[str]:
    with suppress(*_UNTOLD):
        plan = json.loads((Home(home).ledger(run_folder(home).name) / "plan.json").read_bytes())
        yield from (plan["job"]["preset"], *plan.get("groups", {}))


def _of_job(job: Path) -> Iterator[str]:
    with suppress(*_UNTOLD):
        raw = read_toml(job)
        yield from (str(raw.get("preset", "")), *(str(group["preset"]) for group in raw.get("groups", ())))
