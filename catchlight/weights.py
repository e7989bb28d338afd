"""Weights of a diffusion pipeline that a company supplies: a folder, and a manifest that its IT sealed.

``catchlight-weights.toml`` vouches for every file of the folder::

    pipeline = "Flux2KleinInpaintPipeline"
    licence = "Apache-2.0"
    commercial = true
    licence_file = "LICENSE.md"    # the text, archived beside the weights

    [sha256]
    "transformer/diffusion_pytorch_model.safetensors" = "…"

Nothing is loaded that it does not list: no pickle, no code, nothing from a network.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from catchlight.errors import ConfigError
from catchlight.model_packs import inside
from catchlight.pickles import refuse_code
from catchlight.safetensors_file import parameters
from catchlight.settings_file import settings_in

MANIFEST = "catchlight-weights.toml"
_LIBRARIES = frozenset({"diffusers", "transformers", None})
_WORDS = 100 << 20  # bytes of a file of words that are looked at
_LOADED = re.compile(
    r"(^|/)[^./]+\.safetensors$"
)  # others are variants ("model.fp16.safetensors"), left where they are
_BF16 = 2  # bytes of a number on the card
_FORBIDS = re.compile(r"non.?commercial|research.only|\bnc\b", re.IGNORECASE)
Told = Callable[[str, int], None]


class _Manifest(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    pipeline: str = Field(min_length=1)
    licence: str = Field(min_length=1)
    commercial: bool
    licence_file: str = ""
    sha256: dict[str, Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$", to_lower=True)]] = Field(
        min_length=1
    )


@dataclass(frozen=True, slots=True)
class Weights:
    """A folder of weights as its manifest describes it; ``sizes`` are bytes in bf16 by component."""

    folder: Path
    pipeline: str
    licence: str
    commercial: bool
    digest: str
    files: Mapping[str, str] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)


def describe(folder: Path, *, allow_noncommercial: bool = False) -> Weights:
    """Read a folder's manifest and refuse what can be refused without reading weights. ConfigError says why.

    That is: a licence that excludes commercial use, files that are missing, not listed, lie outside,
    can run code, or are no safetensors, and components that are not diffusers' or transformers' own.
    """
    found = _read_manifest(folder)
    _refuse_licence(folder, found, allow_noncommercial=allow_noncommercial)
    _refuse_unlisted(folder, found)
    sizes: dict[str, int] = {}
    for name in found.sha256:
        count = _refuse_unsafe(inside(folder, name), folder / name)
        part, _, file = name.partition("/")
        if count and _LOADED.search(file):
            sizes[part] = sizes.get(part, 0) + _BF16 * count
    _refuse_strangers(folder)
    return Weights(
        folder, found.pipeline, found.licence, found.commercial, _digest(found), dict(found.sha256), sizes
    )


def verify_weights(
    folder: Path, *, allow_noncommercial: bool = False, told: Told = lambda _file, _bytes: None
) -> Weights:
    """Do as :func:`describe`, and compare every byte; ``told`` hears of each file and the bytes read of it."""
    weights = describe(folder, allow_noncommercial=allow_noncommercial)
    for name, wanted in weights.files.items():
        there = _sha256(folder / name, partial(told, name))
        if there != wanted:
            message = f"{folder / name}: sha256 {there}, but {MANIFEST} says {wanted}"
            raise ConfigError(message)
    return weights


def stamps(weights: Weights) -> dict[str, tuple[int, int, int]]:
    """Return inode, size and time of each file: the same before and after loading, what was verified was loaded.

    The time is that of the last change of whatever kind: the one of the contents can be set back.
    """
    found = {}
    for name in weights.files:
        of = (weights.folder / name).stat()
        found[name] = (of.st_ino, of.st_size, of.st_ctime_ns)
    return found


def seal(folder: Path, pipeline: str, licence: str, *, commercial: bool, licence_file: str = "") -> Weights:
    """Write the manifest of a folder as it is now, and describe it; ConfigError, and no manifest, when it is refused."""
    lines = [f"pipeline = {json.dumps(pipeline)}", f"licence = {json.dumps(licence)}"]
    lines += [f"commercial = {str(commercial).lower()}"]
    lines += [f"licence_file = {json.dumps(licence_file)}"] * bool(licence_file)
    names = [n for n in _names(folder) if n not in {MANIFEST, licence_file}]
    if not names:
        message = f"{folder}: no files to seal; give the folder that holds model_index.json"
        raise ConfigError(message)
    for name in names:
        if not inside(folder, name).is_file():
            message = f"{folder / name}: is no file; put the files themselves there instead of a link"
            raise ConfigError(message)
    lines += ["", "[sha256]", *(f"{json.dumps(n)} = {json.dumps(_sha256(folder / n))}" for n in names), ""]
    path = folder / MANIFEST
    before = path.read_bytes() if path.is_file() else None
    path.write_text("\n".join(lines), encoding="utf-8")
    try:
        return describe(folder, allow_noncommercial=True)
    except ConfigError:
        path.unlink() if before is None else path.write_bytes(before)
        raise


def _names(folder: Path) -> list[str]:
    """Return what lies in a folder, links among it, since a loader would follow them."""
    found = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return sorted(path.relative_to(folder).as_posix() for path in found)


def _digest(found: _Manifest) -> str:
    """Return one digest for all that decides pixels: the pipeline and every file."""
    lines = [found.pipeline, *(f"{sha} {name}" for name, sha in sorted(found.sha256.items()))]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _read_manifest(folder: Path) -> _Manifest:
    path = folder / MANIFEST
    try:
        data = path.read_bytes()
    except OSError as error:
        message = f"{path}: cannot be read ({error.strerror}); IT writes it with `catchlight models seal`"
        raise ConfigError(message) from error
    return settings_in(data, path, _Manifest)


def _refuse_licence(folder: Path, found: _Manifest, *, allow_noncommercial: bool) -> None:
    if found.licence_file and not inside(folder, found.licence_file).is_file():
        message = f"{folder / found.licence_file}: the licence file is missing"
        raise ConfigError(message)
    if allow_noncommercial:
        return
    if not found.commercial:
        message = (
            f"{folder}: the licence of these weights ({found.licence}) does not allow commercial use, "
            "and the configuration does not allow non-commercial models"
        )
        raise ConfigError(message)
    if _FORBIDS.search(found.licence):
        message = f"{folder / MANIFEST}: commercial = true, but the licence is called {found.licence!r}; one of them is wrong"
        raise ConfigError(message)


def _refuse_unlisted(folder: Path, found: _Manifest) -> None:
    listed = {MANIFEST, found.licence_file, *found.sha256}
    for name in _names(folder):
        if name not in listed:
            message = f"{folder / name}: not listed in {MANIFEST}; seal the folder anew or take it away"
            raise ConfigError(message)


def _refuse_unsafe(path: Path, shown: Path) -> int:
    """Refuse a file that is missing, not whole, or could run code when it is loaded; return how many numbers it holds."""
    if not path.is_file():
        message = f"{shown}: missing, or not a regular file, but listed in {MANIFEST}"
        raise ConfigError(message)
    if path.suffix == ".safetensors":
        return parameters(path, shown)
    with path.open("rb") as file:
        refuse_code(str(shown), file.read(_WORDS))
    return 0


def _refuse_strangers(folder: Path) -> None:
    """Refuse components that are not part of diffusers or transformers: they would need code from the folder."""
    try:
        index: dict[str, Any] = dict(json.loads((folder / "model_index.json").read_bytes()))
    except (OSError, ValueError, TypeError) as error:
        message = f"{folder / 'model_index.json'}: cannot be read; diffusers writes it beside its components"
        raise ConfigError(message) from error
    if not isinstance(index.get("_class_name"), str):
        message = (
            f"{folder / 'model_index.json'}: _class_name must be the name of one of diffusers' pipelines"
        )
        raise ConfigError(message)
    for name, value in index.items():
        if isinstance(value, list) and value and value[0] not in _LIBRARIES:
            message = f"{folder / 'model_index.json'}: {name} needs code of {value[0]!r}, which is not run"
            raise ConfigError(message)


def _sha256(path: Path, told: Callable[[int], None] = lambda _bytes: None) -> str:
    found = hashlib.sha256()
    for block in _blocks(path):
        found.update(block)
        told(len(block))
    return found.hexdigest()


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(4 << 20):
            yield block
