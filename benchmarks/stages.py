"""Where one person's time goes: each stage's own time, without that of the stages inside it."""

import contextlib
import inspect
import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from catchlight import (
    cutout,
    develop,
    extend,
    grade,
    likeness,
    matte,
    memory,
    neutrals,
    pixels,
    relight,
    sitting,
)
from catchlight.config import Preset
from catchlight.decoder import Decoder
from catchlight.engines import facemesh, selfie, yunet
from catchlight.models import ModelStore, default_root
from catchlight.records import Photo, Render
from catchlight.studio import Studio
from catchlight.vault import Vault

# What a stage is, and the function that does it.
STAGES: tuple[tuple[str, Any, str], ...] = (
    ("open", Decoder, "open"),
    ("look", sitting, "look"),
    ("find faces", yunet.Engine, "find"),
    ("trace face", facemesh.Engine, "trace"),
    ("lay out", sitting, "lay_out"),
    ("cut out", cutout, "cut_out"),
    ("segment", selfie.Engine, "segment"),
    ("solve matte", matte, "solve"),
    ("frame", sitting, "choose_frame"),
    ("read light", sitting, "read_light"),
    ("decide", sitting, "decide"),
    ("whites", neutrals, "find"),
    ("grade", grade, "measure"),
    ("relight", relight, "gain"),
    ("extend light", relight, "extend"),
    ("fill beyond", extend, "fill"),
    ("carry matte", matte, "carry"),
    ("foreground", matte, "foreground"),
    ("settle", sitting, "settle"),
    ("print", sitting, "expose"),
    ("proof", sitting, "_proof"),
    ("likeness", likeness, "unlike"),
    ("check", develop, "_read"),
    ("encode", pixels, "jpeg"),
    ("thumbnails", develop, "_thumb"),
    ("store", Vault, "put"),
)


@contextlib.contextmanager
def timed() -> Iterator[Counter[str]]:
    """Note the seconds of each stage."""
    spent: Counter[str] = Counter()
    inside: list[float] = []
    kept = [(owner, name, getattr(owner, name)) for _, owner, name in STAGES]
    for stage, owner, name in STAGES:
        setattr(owner, name, _timed(getattr(owner, name), spent, inside, stage))
    try:
        yield spent
    finally:
        for owner, name, function in kept:
            setattr(owner, name, function)


def _timed(
    function: Callable[..., Any], spent: Counter[str], inside: list[float], stage: str
) -> Callable[..., Any]:
    """Return the function, noting its time; ``inside`` holds, per stage under way, what stages within it took."""

    def run(*args: Any, **named: Any) -> Any:
        inside.append(0.0)
        start = time.perf_counter()
        try:
            found = function(*args, **named)
            return list(found) if inspect.isgenerator(found) else found
        finally:
            took = time.perf_counter() - start
            spent[stage] += took - inside.pop()
            if inside:
                inside[-1] += took

    return run


@contextlib.contextmanager
def room(preset: Preset, folder: Path) -> Iterator[develop.Room]:
    """Open a room with warm engines, its vault in a folder."""
    memory.keep()
    studio = Studio(preset, ModelStore(default_root()))
    studio.warm()
    with Decoder() as decoder:
        yield develop.Room(preset, studio, decoder, Vault(folder))


def develop_file(file: Path, there: develop.Room) -> Render:
    """Develop one photo as a run does."""
    photo = Photo(file.stem, file.name, there.vault.put(file.read_bytes()))
    return develop.develop(develop.Order(file.stem, file.stem, (photo,)), there).render


def apart(function: Callable[..., Any], *args: Any) -> Any:
    """Run a function in a fresh process, one thread for each library: others would wait for each other."""
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, args)


def table(spent: Counter[str], people: int) -> dict[str, float]:
    """Return seconds a person, the slowest stage first."""
    return {stage: round(seconds / people, 4) for stage, seconds in spent.most_common()}
