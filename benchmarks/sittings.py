"""What benchmarks of pictures share: everybody of some folders portrayed, two at a time, measured and judged."""

import argparse
import json
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import polars as pl
from refreshing import people_of, photo_of, show

from catchlight import plugins
from catchlight.config import Preset, load_preset
from catchlight.decoding import decode
from catchlight.errors import PhotoError
from catchlight.judge import judge, limits
from catchlight.models import ModelStore, default_root
from catchlight.records import Outcome
from catchlight.sitting import Sitting, sit
from catchlight.studio import Studio

Row = dict[str, Any]
Measure = Callable[[Sitting, Studio], Row]
_PROCESSES = 2
_CLIPPED = 0.97  # linear
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
_READING = {
    "employee": pl.String,
    "check": pl.String,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
}
_RENDER = {"employee": pl.String, "recipe": pl.String, "reason": pl.String, "note": pl.String}


@dataclass(frozen=True, slots=True)
class Task:
    """A preset, and what to measure of each sitting besides its checks (a function of a script)."""

    preset: Preset
    measure: Measure | None = None


def parser_for(words: str | None, preset: str = "house") -> argparse.ArgumentParser:
    """Return the options that these benchmarks share."""
    parser = argparse.ArgumentParser(description=words, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="+", help="holds directory.csv and photos/")
    parser.add_argument("--preset", default=preset, help="a preset's name, or a TOML file (%(default)s)")
    parser.add_argument("--every", type=int, default=1, help="only every so many-th person (all)")
    parser.add_argument("--master", type=int, help="pixels of the portraits (as the preset says)")
    parser.add_argument("--output", type=Path, help="write everything as JSON into this file")
    return parser


def preset_of(options: argparse.Namespace) -> Preset:
    """Return the preset that the options name, with portraits of the size that they say."""
    preset = load_preset(options.preset)
    if not options.master:
        return preset
    smaller = preset.delivery.model_copy(update={"master": options.master})
    return preset.model_copy(update={"delivery": smaller})


def portray(folder: Path, every: int, task: Task) -> list[Row]:
    """Portray every so many-th person of a folder; return a row each, with the judge's outcome.

    ``id``; ``refused``, the reason where there is no portrait, else ``rung``, each check's value (None
    where it cannot be read) and what the task measures; ``outcome`` and ``reasons``.
    """
    people = [(id_, photo_of(folder, id_)) for id_ in people_of(folder)[::every]]
    os.environ.update(dict.fromkeys(_THREADS, "1"))  # threads beyond the cores wait for each other
    rows, bad = [], 0
    with multiprocessing.get_context("spawn").Pool(_PROCESSES, _prepare, (task,)) as pool:
        for done, row in enumerate(pool.imap(_portray, people), 1):
            rows.append(row)
            bad += bool(row["refused"])
            print(f"\r{folder.name}: {done} of {len(people)}, {bad} refused ", end="", file=sys.stderr)
    print(file=sys.stderr)
    return _judged(rows, task.preset)


def _prepare(task: Task) -> None:
    """Load the engines of this process."""
    cv2.setNumThreads(1)
    studio = Studio(task.preset, ModelStore(default_root()))
    studio.warm()
    globals()["task"], globals()["studio"] = task, studio


def _portray(person: tuple[str, Path]) -> Row:
    task, studio = globals()["task"], globals()["studio"]
    row: Row = {"id": person[0], "refused": "", "note": ""}
    try:
        sitting = sit(decode(person[1].read_bytes()), task.preset, studio)
    except PhotoError as error:
        return row | {"refused": error.reason, "note": str(error)}
    row |= {"rung": str(sitting.change.rung)} | dict(_readings(sitting))
    return row | (task.measure(sitting, studio) if task.measure else {})


def _readings(sitting: Sitting) -> Iterator[tuple[str, float | None]]:
    for name in plugins.names("catchlight.checks"):
        try:
            value = round(float(plugins.load("catchlight.checks", name).measure(sitting)), 4)
        except LookupError:
            yield name, None
        else:
            yield name, value


def _judged(rows: list[Row], preset: Preset) -> list[Row]:
    """Let the judge say what he says in a run: limits, and what stands out in this company."""
    renders = pl.DataFrame([(r["id"], r["id"], r["refused"], r["note"]) for r in rows], _RENDER, orient="row")
    values = [
        (r["id"], name, r.get(name), of.low, of.high) for r in rows for name, of in limits(preset).items()
    ]
    readings = pl.DataFrame(values, _READING, orient="row")
    verdicts = {row["employee"]: row for row in judge(renders, readings, preset).to_dicts()}
    return [row | {key: verdicts[row["id"]][key] for key in ("outcome", "reasons")} for row in rows]


def rendered(rows: list[Row]) -> list[Row]:
    """Return those of whom there is a portrait."""
    return [row for row in rows if not row["refused"]]


def accepted(rows: list[Row]) -> list[Row]:
    """Return those whom the judge accepts."""
    return [row for row in rows if row["outcome"] == Outcome.ACCEPT]


def known(rows: list[Row], *names: str) -> list[Row]:
    """Return those of whom all of this was read."""
    return [row for row in rows if all(row.get(name) is not None for name in names)]


def clipped(sitting: Sitting) -> float:
    """Return the share of the photo's skin with a channel at 97 % of its range or above; 1 where none is seen."""
    if sitting.photo_light is None:
        return 1.0
    lit = sitting.photo_light.lit
    return float((lit.peak[lit.relief.skin] >= _CLIPPED).mean())


def bar(value: float, words: str, *, met: bool) -> str:
    """Return a figure beside the bar that it has to clear."""
    return f"{value:.3g} ({words}: {'yes' if met else 'NO'})"


def tell(title: str, table: list[tuple[str, str]]) -> None:
    """Print a table under a title."""
    print(f"\n{title}")
    show(table)


def keep(everything: Row, output: Path | None) -> None:
    """Print everything as JSON, or write it."""
    text = json.dumps(everything, indent=1, ensure_ascii=False)
    if output:
        output.write_text(text, encoding="utf-8")
    else:
        print(text)
