"""Under which licence each part stands: installed packages that we need, model files, and what a licence means."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata

from packaging.requirements import Requirement

from catchlight.model_manifest import ModelFile, manifest

PERMISSIVE, LIBRARY, UNKNOWN = "permissive", "as a library", "unknown"
_EXTRAS = ("heif", "postgresql")  # of ours, where they are installed
_UNSTATED = {
    "atheris": "Apache-2.0",
    "insightface": "MIT",
    "axe-playwright-python": "MIT",
}  # said in their repositories, not in their packages
_FREE = re.compile(
    r"apache|\bbsd|0bsd|\bmit\b|mit-|\bisc\b|zlib|unlicense|boost|\bbsl-1\.0|cc0|psf|python software|cnri|artistic",
    re.IGNORECASE,
)
_WEAK = re.compile(r"lgpl|lesser general|mpl|mozilla", re.IGNORECASE)
_STRONG = re.compile(
    r"(?<!l)\bgpl|(?<!lesser )general public|agpl|sspl|non-?commercial|proprietary", re.IGNORECASE
)
_INNER = re.compile(r"\(([^()]*\b(?:AND|OR)\b[^()]*)\)")
_SHORTEST = {PERMISSIVE: "MIT", LIBRARY: "LGPL", UNKNOWN: "unknown"}


@dataclass(frozen=True, slots=True)
class Part:
    """A package or a model file: which version or digest, which licence, what that means, and whose file it is."""

    name: str
    version: str
    licence: str
    means: str
    model: ModelFile | None = None


def parts() -> list[Part]:
    """Return what an installation is made of: our package and all it needs, and every known model file."""
    packages = [_package(name) for name in sorted(needed(), key=str.casefold)]
    return packages + [_model(model) for _, model in sorted(manifest().items())]


def needed(root: str = "catchlight", extras: tuple[str, ...] = _EXTRAS) -> dict[str, list[str]]:
    """Return the installed packages that one needs, itself among them, each with those that it needs itself."""
    found: dict[str, list[str]] = {}
    waiting = [(root, extras)]
    while waiting:
        name, wanted = waiting.pop()
        own = list(_needs(name, wanted))
        before = found.get(name)
        found[name] = sorted({*(before or []), *(need for need, _ in own)})
        if before is None or found[name] != before:
            waiting += own
    return found


def _needs(name: str, extras: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for text in metadata.requires(name) or []:
        asked = Requirement(text)
        holds = asked.marker is None or any(
            asked.marker.evaluate({"extra": extra}) for extra in ("", *extras)
        )
        if holds and (known := _installed(asked.name)):
            yield known, tuple(sorted(asked.extras))


def _installed(name: str) -> str:
    """Return a package's own spelling of its name, "" when it is not installed."""
    try:
        return re.sub(r"[-_.]+", "-", metadata.metadata(name)["Name"]).lower()
    except metadata.PackageNotFoundError:
        return ""


def _package(name: str) -> Part:
    licence = licence_of(name)
    return Part(name, metadata.version(name), licence, meaning(licence))


def _model(model: ModelFile) -> Part:
    return Part(
        model.file, model.sha256[:12], model.licence, PERMISSIVE if model.commercial else UNKNOWN, model
    )


def licence_of(name: str) -> str:
    """Return the licence that an installed package states, "" when it states none."""
    told = metadata.metadata(name)
    stated = (told.get_all("License-Expression") or [""])[0]
    classifiers = [c for c in told.get_all("Classifier") or [] if c.startswith("License ::")]
    named = " OR ".join(c.rpartition("::")[2].strip() for c in classifiers if not c.endswith("OSI Approved"))
    short = (told.get_all("License") or [""])[0].strip()
    return stated or named or (short if len(short) < 80 else "") or _UNSTATED.get(_installed(name), "")


def meaning(licence: str) -> str:
    """Say what a licence means for a company: ``permissive``, ``as a library`` (LGPL, MPL), or ``unknown``.

    Of several to choose from the best counts; of several that hold together, the worst.
    """
    while inner := _INNER.search(licence):
        licence = licence.replace(inner[0], _SHORTEST[meaning(inner[1])])
    choices = [
        [_meaning(part) for part in re.split(r"\bAND\b", choice)] for choice in re.split(r"\bOR\b|,", licence)
    ]
    order = (PERMISSIVE, LIBRARY, UNKNOWN)
    return min((max(together, key=order.index) for together in choices), key=order.index)


def _meaning(licence: str) -> str:
    if _STRONG.search(licence):
        return UNKNOWN
    if _WEAK.search(licence):
        return LIBRARY
    return PERMISSIVE if _FREE.search(licence) else UNKNOWN
