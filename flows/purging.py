"""A pass over a home folder by the terms of trust.toml, and its report: counts and terms, no names."""

import getpass
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from catchlight.audit import Act
from catchlight.desk import alone, open_register
from catchlight.holding import Wait
from catchlight.home import Home, write_json
from catchlight.promises import load_promises
from catchlight.purging import Purge, Purged, purge
from catchlight.purging_people import purge_people
from flows.erasing import redraw

FOLDER = "purges"


def purge_home(
    home: Path, *, dry: bool = False, at: datetime | None = None, wait: Wait | None = None
) -> list[Purged]:
    """Delete what is past its term, and write the report; ConfigError while somebody else is at work there.

    What is damaged stands in the way of its kinds alone; :func:`undone` tells which.
    """
    at = at or datetime.now(UTC)
    with closing(open_register(home)) as register, ExitStack() as holding:
        holding.enter_context(Home(home).alone())
        holding.enter_context(alone(home, wait))
        one = Purge(home, register, load_promises(home).keep, at, dry)
        people = purge_people(
            one, redraw
        )  # first: a run that goes takes along what tells whose its pictures are
        done = [*purge(one), *people]
        if not dry:
            told = [{name: value for name, value in asdict(part).items() if value != ""} for part in done]
            write_json(home / FOLDER / f"{at:%Y%m%d-%H%M%S}.json", {"at": at.isoformat(), "purged": told})
            counts = [f"{part.kind} {part.count}" for part in done if part.count]
            counts += [f"{part.kind} not done" for part in done if part.why]
            register.tell(Act.PURGE, by=getpass.getuser(), detail=" ".join(counts) or "nothing")
    return done


def undone(done: Sequence[Purged]) -> str:
    """Return which kinds a pass could not do, and why, "" for none."""
    kinds: dict[str, list[str]] = {}
    for part in done:
        kinds.setdefault(part.why, []).append(part.kind)
    return "; ".join(f"{', '.join(names)}: {why}" for why, names in kinds.items() if why)
