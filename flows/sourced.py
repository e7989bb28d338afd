"""Where the photos of the newest run came from: portraits are never published there, or the next run would take them for photos."""

import json
from collections.abc import Iterator
from pathlib import Path

from catchlight.errors import ConfigError
from catchlight.runs import run_folder
from flows.destinations import folder_of
from flows.sources import wire


def must_lie_apart(home: Path, place: str) -> None:
    """Raise ConfigError for a folder (by what plans call it) that lies in one that photos are read from."""
    root = folder_of(place)
    if root is None:
        return
    for source in _folders(_source(home)):
        if root.is_relative_to(source):
            message = (
                f"destination {root}: lies in {source}, which photos are read from: the next refresh would take portraits "
                "for photos; choose a folder of its own"
            )
            raise ConfigError(message)


def _source(home: Path) -> Path | None:
    """Return the source of the newest run, None where that is not known any more."""
    try:
        plan = home / "ledger" / run_folder(home).name / "plan.json"
        return Path(json.loads(plan.read_bytes())["job"]["source"])
    except (OSError, ValueError, KeyError, TypeError):  # ConfigError among them: there is no run
        return None


def _folders(source: Path | None) -> Iterator[Path]:
    """Yield the folders on this machine that a source is."""
    if source is None or not source.exists():
        return
    if source.suffix != ".toml":
        yield source.resolve()
        return
    try:
        wired = wire(source)[1]
    except ConfigError:  # told by whoever refreshes
        return
    for one in wired:
        if one.table.kind == "folder":
            yield one.settings.root.resolve()
