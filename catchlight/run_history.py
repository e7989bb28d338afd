"""What was run before: the list of runs, and what changed from one to another."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from catchlight import ledger
from catchlight.records import Reading
from catchlight.runs import Portrait, portraits, run_folder, run_names

_MOVED = 0.05  # of the two values' middle


@dataclass(frozen=True, slots=True)
class Past:
    """A run as a line of a list; ``facts`` is its run.json, empty while it is not finished, and where it is damaged."""

    name: str
    facts: dict[str, Any]
    damaged: bool = False

    @property
    def finished(self) -> bool:
        """Whether it came to its end."""
        return bool(self.facts)


@dataclass(frozen=True, slots=True)
class Change:
    """A person whose outcome is another one, and the reasons of before and after."""

    employee: str
    before: str
    after: str
    reasons_before: tuple[str, ...]
    reasons_after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """A check whose readings are others: the median of both runs, over the people that both have."""

    check: str
    before: float
    after: float
    people: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs beside each other."""

    joined: tuple[str, ...]
    left: tuple[str, ...]
    same: int
    new_pictures: int
    changes: tuple[Change, ...]
    moved: tuple[Moved, ...]


def history(home: Path) -> list[Past]:
    """Return all runs there are, the newest first."""
    return [past(home, name) for name in run_names(home)]


def past(home: Path, name: str) -> Past:
    """Return one run; ConfigError when there is none of this name."""
    folder = run_folder(home, name)
    try:
        facts = json.loads((folder / "run.json").read_bytes())
    except FileNotFoundError:
        return Past(folder.name, {})
    except (OSError, ValueError):
        return Past(folder.name, {}, damaged=True)
    sound = isinstance(facts, dict) and "counts" in facts
    return Past(folder.name, facts if sound else {}, damaged=not sound)


def reasons_of(home: Path, name: str) -> Counter[str]:
    """Count the reasons of a run's verdicts, and of photos that could not be used."""
    counts = Counter[str]()
    for one in portraits(run_folder(home, name)).values():
        counts.update(_reasons(one))
    return counts


def compare(home: Path, before: str, after: str) -> Comparison:
    """Compare two runs; ConfigError when one of them is not there or not finished."""
    first, second = run_folder(home, before), run_folder(home, after)
    old, new = portraits(first), portraits(second)
    both = sorted(old.keys() & new.keys())
    changed = [_change(id_, old[id_], new[id_]) for id_ in both if _outcome(old[id_]) != _outcome(new[id_])]
    return Comparison(
        tuple(sorted(new.keys() - old.keys())),
        tuple(sorted(old.keys() - new.keys())),
        len(both) - len(changed),
        sum(old[id_].picture != new[id_].picture for id_ in both),
        tuple(changed),
        _moved(first, second, both),
    )


def _change(id_: str, old: Portrait, new: Portrait) -> Change:
    return Change(id_, _outcome(old), _outcome(new), _reasons(old), _reasons(new))


def _outcome(one: Portrait) -> str:
    return one.verdict.outcome if one.verdict else "none"


def _reasons(one: Portrait) -> tuple[str, ...]:
    if one.verdict and one.verdict.reasons:
        return one.verdict.reasons
    return (one.render.reason,) if one.render and one.render.reason else ()


def _moved(first: Path, second: Path, people: list[str]) -> tuple[Moved, ...]:
    """Return the checks whose median moved by more than a twentieth, the furthest first."""
    frames = [_readings(folder, people) for folder in (first, second)]
    joined = frames[0].join(frames[1], on=["employee", "check"], suffix="_after")
    medians = joined.group_by("check").agg(
        pl.col("value").median(), pl.col("value_after").median(), pl.len().alias("people")
    )
    found = [Moved(check, old, new, n) for check, old, new, n in medians.iter_rows()]
    far = [(abs(one.after - one.before) / (_middle(one) or 1.0), one) for one in found]
    kept = sorted((pair for pair in far if pair[0] > _MOVED), key=lambda pair: (-pair[0], pair[1].check))
    return tuple(one for _, one in kept)


def _middle(one: Moved) -> float:
    return (abs(one.before) + abs(one.after)) / 2


def _readings(folder: Path, people: list[str]) -> pl.DataFrame:
    table = ledger.read(folder / ledger.file_name(Reading))
    wanted = table.filter(pl.col("employee").is_in(people) & pl.col("value").is_not_null())
    return wanted.select("employee", "check", "value")
