"""Model packs that a company supplies: a folder, and a manifest that its IT wrote.

``catchlight-models.toml`` lists every file of the folder::

    [[model]]
    file = "detector.onnx"
    sha256 = "…"
    licence = "name of the licence"
    commercial = false
    licence_file = "contract.pdf"   # only where a licence for commercial use was bought
"""

import re
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from catchlight.errors import ConfigError
from catchlight.pickles import refuse_code
from catchlight.settings_file import settings_in
from catchlight.vault import digest_of

MANIFEST = "catchlight-models.toml"
_EXTERNAL = re.compile(rb"j[\x00-\xff]{1,2}\n\x08location\x12")


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str = Field(min_length=1)
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$", to_lower=True)]
    licence: str = Field(min_length=1)
    commercial: bool
    licence_file: str = ""


class _Manifest(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    model: tuple[_Entry, ...] = Field(min_length=1)


def verify_pack(directory: Path, allow_noncommercial: bool = False) -> dict[str, bytes]:  # noqa: FBT001, FBT002
    """Return the verified bytes of every file of a pack, by its path inside ``directory``.

    Raises :class:`ConfigError` with the reason when a file differs from the manifest, is missing,
    is not listed, lies outside, can run code, or may not be used commercially: a licence that
    excludes commercial use needs its ``licence_file`` beside it, or ``allow_noncommercial``.
    """
    entries = _read_manifest(directory)
    _refuse_unlisted(directory, entries)
    files = {}
    for entry in entries:
        _refuse_licence(directory, entry, allow_noncommercial=allow_noncommercial)
        files[entry.file] = _read(directory, entry)
    return files


def _read_manifest(directory: Path) -> tuple[_Entry, ...]:
    path = directory / MANIFEST
    try:
        data = inside(directory, MANIFEST).read_bytes()
    except OSError as error:
        message = (
            f"{path}: cannot be read ({error.strerror}); write one [[model]] table per file with "
            "file, sha256, licence, commercial = true or false, and licence_file if a licence was bought"
        )
        raise ConfigError(message) from error
    return settings_in(data, path, _Manifest).model


def _refuse_unlisted(directory: Path, entries: tuple[_Entry, ...]) -> None:
    listed = {MANIFEST} | {e.file for e in entries} | {e.licence_file for e in entries}
    for path in sorted(directory.rglob("*")):
        name = path.relative_to(directory).as_posix()
        if name not in listed and not path.is_dir():
            message = f"{path}: not listed in {MANIFEST}; list it or take it away"
            raise ConfigError(message)


def _refuse_licence(directory: Path, entry: _Entry, *, allow_noncommercial: bool) -> None:
    if entry.licence_file and not _has_content(inside(directory, entry.licence_file)):
        message = f"{directory / entry.licence_file}: the licence file of {entry.file} is missing or empty"
        raise ConfigError(message)
    if not (entry.commercial or entry.licence_file or allow_noncommercial):
        message = (
            f"{directory / entry.file}: its licence ({entry.licence}) does not allow commercial use; "
            f"put the licence that you bought beside it and name it as licence_file in {MANIFEST}"
        )
        raise ConfigError(message)


def _has_content(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def _read(directory: Path, entry: _Entry) -> bytes:
    path = directory / entry.file
    real = inside(directory, entry.file)
    if not real.is_file():
        message = f"{path}: missing, or not a regular file, but listed in {MANIFEST}"
        raise ConfigError(message)
    data = real.read_bytes()
    refuse_code(str(path), data)
    if digest_of(data) != entry.sha256:
        message = f"{path}: sha256 {digest_of(data)}, but {MANIFEST} says {entry.sha256}"
        raise ConfigError(message)
    if entry.file.lower().endswith(".onnx") and _has_external_data(data):
        message = f"{path}: keeps its weights in another file, which cannot be verified; save it as one file"
        raise ConfigError(message)
    return data


def inside(directory: Path, name: str) -> Path:
    """Return the real path of ``name``, or refuse one that leads out of the folder."""
    real = (directory / name).resolve()
    if not real.is_relative_to(directory.resolve()):
        message = f"{directory / name}: leads out of {directory}; put the file itself there"
        raise ConfigError(message)
    return real


def _has_external_data(data: bytes) -> bool:
    """Whether an ONNX graph names another file: TensorProto.external_data with the key "location"."""
    at = data.find(b"\n\x08location\x12")
    while at >= 0:
        if _EXTERNAL.match(data, max(0, at - 2)) or _EXTERNAL.match(data, max(0, at - 3)):
            return True
        at = data.find(b"\n\x08location\x12", at + 1)
    return False
