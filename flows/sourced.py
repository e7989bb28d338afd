"""Where the photos of the newest run came from: portraits are never published there, or the next run would take them for photos."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

from catchlight.desk import Desk
from catchlight.errors import ConfigError
from catchlight.journal import stacks
from catchlight.publish_plan import Plan, Skip
from catchlight.runs import run_folder
from flows.destinations import folder_of
from flows.sources import wire

AMONG_PHOTOS = "among.photos"

_WHY = (
    "which photos are read from: the next refresh would take portraits for photos; choose a folder of its own"
)


def must_lie_apart(desk: Desk) -> None:
    """Raise ConfigError for a folder that lies in one that photos are read from, unless something of ours stands there that may have to go."""
    source = _around(desk)
    if source and not any(stacks(desk.register.receipts(desk.place.name)).values()):
        message = f"destination {folder_of(desk.place.name)}: lies in {source}, {_WHY}"
        raise ConfigError(message)


def only_taking_off(desk: Desk, drawn: Plan) -> Plan:
    """Return a plan as it is, or, for a folder among photos, what of it takes people off; ConfigError where that is nothing."""
    source = _around(desk)
    if source is None:
        return drawn
    if not drawn.removals:
        raise ConfigError(_stuck(desk, source))
    why = f"their portraits there are not renewed: it lies in {source}, {_WHY}"
    left = [Skip(employee=one.employee, reason=AMONG_PHOTOS, sentence=why) for one in drawn.people]
    return drawn.model_copy(update={"people": (), "others": (), "skipped": (*drawn.skipped, *left)})


def must_add_nothing(desk: Desk, plan: Plan) -> None:
    """Raise ConfigError for a plan that adds something to a folder among photos."""
    source = _around(desk) if plan.people else None
    if source:
        raise ConfigError(_stuck(desk, source))


def _stuck(desk: Desk, source: Path) -> str:
    root = folder_of(desk.place.name)
    words = ("catchlight", "publish", "rollback", "--to", str(root), "--home", str(desk.home))
    return (
        f"destination {root}: lies in {source}, {_WHY}. What stands there is taken off "
        f"by this, again and again until nothing is left: {shlex.join(words)}"
    )


def _around(desk: Desk) -> Path | None:
    """Return the folder that photos are read from and in which a place lies, None where it lies apart."""
    root = folder_of(desk.place.name)
    if root is None:
        return None
    return next((one for one in _folders(_source(desk.home)) if root.is_relative_to(one)), None)


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
