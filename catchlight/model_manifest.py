"""What ``models.toml`` says of every model file: where it comes from and what its licence allows."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One model file. ``member`` is its path inside ``container``; ``size`` is in bytes."""

    name: str
    job: str
    file: str
    sha256: str
    size: int
    licence: str
    commercial: bool
    container: str
    container_sha256: str
    member: str
    note: str


@dataclass(frozen=True, slots=True)
class Container:
    """One pinned package that holds model files; ``project`` is its name on a package index."""

    file: str
    project: str
    sha256: str
    size: int


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("models.toml").read_text(encoding="utf-8"))


def manifest() -> dict[str, ModelFile]:
    """Return every model file that Catchlight knows, by name."""
    pins = {file: table["sha256"] for file, table in _tables()["containers"].items()}
    rows = _tables()["models"].items()
    return {name: ModelFile(name=name, container_sha256=pins[row["container"]], **row) for name, row in rows}


def containers() -> dict[str, Container]:
    """Return the packages that hold the model files, by file name."""
    return {file: Container(file=file, **row) for file, row in _tables()["containers"].items()}


def allows(licence: str) -> str:
    """Say in one sentence what a licence of the manifest allows."""
    sentence: str = _tables()["licences"][licence]
    return sentence
