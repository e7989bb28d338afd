"""What decides a portrait beside the person and their photos: preset, engines, models and code, as one digest."""

import ast
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from catchlight import plugins
from catchlight.config import Preset
from catchlight.job import Job
from catchlight.models import ModelStore, default_root
from catchlight.records import Rung
from catchlight.studio import model_digests, weight_digests

_PIXEL_CODE = (
    "anatomy", "mount", "framing", "matte", "trimap", "part", "extend", "backdrop", "grade", "subject", "working_sheet",
    "correction", "sitting", "quality", "opening", "develop",
    "relief", "light", "lamp", "triangle", "relight", "drawn", "ladder", "printing", "negative", "enlarge", "ofiq", "ofiq_measures",
    "ground", "plate", "office", "logo", "shadow", "grain", "neutrals", "closed_form", "guide", "tiles", "windows", "resampled", "foreground",
    "cutout", "leftovers", "colours_near", "silhouette", "second_look", "strays", "pockets", "flecks", "haze", "likeness", "device", "wish", "painting", "scenery", "repaint", "repainted", "generating", "staging", "takes", "source_type",
    "pixels", "reductions", "once", "decoding", "jpeg_stream", "jpeg_pixels", "exif", "srgb", "formats", "engines/*", "engines/_pipelines/*", "checks/*",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """What decides a portrait beside the person: ``setup``, and the caps per jurisdiction.

    ``setup`` is the digest of preset, engines, models and code.
    """

    setup: str
    rungs: Mapping[str, Rung] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """Return plain values for plan.json."""
        return {"setup": self.setup, "rungs": dict(self.rungs)}

    @staticmethod
    def of(plain: Mapping[str, Any]) -> "Look":
        """Return the look that :meth:`plain` was made from."""
        return Look(plain["setup"], {country: Rung(rung) for country, rung in plain.get("rungs", {}).items()})


@cache
def code_digest() -> str:
    """Return a digest of the code that decides pixels and readings, comments aside, that of installed packages among it."""
    here = Path(__file__).parent
    files = sorted(file for pattern in _PIXEL_CODE for file in here.glob(f"{pattern}.py"))
    told = [_tree(file) for file in files] + [_told(root, file) for root, file in _of_others()]
    return hashlib.sha256("".join(told).encode()).hexdigest()


def _tree(file: Path) -> str:
    return ast.dump(ast.parse(file.read_text(encoding="utf-8")))


def _told(root: Path, file: Path) -> str:
    """Return the name of somebody's file, and its code without comments, or the digest of what else it holds."""
    name = f"\n{file.relative_to(root.parent).as_posix()}\n"
    with suppress(SyntaxError, UnicodeDecodeError):
        if file.suffix == ".py":
            return name + _tree(file)
    with file.open("rb") as data:  # weights may be large
        return name + hashlib.file_digest(data, "sha256").hexdigest()


def _of_others() -> Iterator[tuple[Path, Path]]:
    """Yield the files that checks and engines of installed packages may use: all of the package but its connectors."""
    connectors = [Path(place) for one in plugins.others("connectors") for place in one.places]
    added = (one for folder in ("catchlight.checks", "catchlight.engines") for one in plugins.others(folder))
    for root in sorted({_package(Path(place)) for one in added for place in one.places}):
        for file in sorted(root.rglob("*")):
            aside = any(file.is_relative_to(folder) for folder in connectors)
            if file.is_file() and "__pycache__" not in file.parts and not aside:
                yield root, file


def _package(folder: Path) -> Path:
    """Return the package that a folder of plug-ins lies in, or the folder where it lies in none."""
    return folder.parent if (folder.parent / "__init__.py").is_file() else folder


def setup_of(preset: Preset, models: ModelStore) -> str:
    """Return the digest of preset, engines, models and code."""
    used = model_digests(preset.engines, models) | weight_digests(preset.engines, models)
    parts = [preset.digest(), code_digest(), json.dumps(used, sort_keys=True)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def look_of(job: Job, group: str = "") -> Look:
    """Return the look of a job, or of a group by its preset, as it is now."""
    preset = job.brand(group)
    return Look(setup_of(preset, store_of(job)), preset.rungs)


def store_of(job: Job) -> ModelStore:
    """Return the model files that a job may use."""
    return ModelStore(job.models or default_root(), allow_noncommercial=job.allow_noncommercial)
