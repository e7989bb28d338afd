"""One file, one model. What an engine is and needs stands here as data; weights load in its constructor."""

from dataclasses import dataclass
from types import ModuleType

from pydantic import BaseModel

from catchlight import plugins
from catchlight.model_manifest import manifest

VERBS = {
    "faces": ("find",),
    "landmarks": ("trace",),
    "matte": ("segment",),
    "likeness": ("describe", "distance"),
    "enlarge": ("enlarge",),
    "paint": ("paint", "warm"),
}
"""What an engine is asked for by each of its jobs."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What an engine can do and what it needs, known without loading it.

    ``jobs`` are those of ``VERBS``; ``models`` are names in the manifest;
    ``commercial`` is None when the licence comes with what IT supplies, and ``needs`` are the settings that name it.
    Such an engine has ``prove(settings)``, which refuses what is not there or is something else.
    """

    jobs: tuple[str, ...]
    models: tuple[str, ...]
    licence: str
    commercial: bool | None
    memory_mb: int
    note: str = ""
    needs: tuple[str, ...] = ()


def lacks(engine: ModuleType) -> str:
    """Return what a module lacks to be an engine, "" for nothing."""
    if not plugins.settled(getattr(engine, "Settings", None), BaseModel):
        return f"has no Settings: {plugins.SETTLED.format('pydantic.BaseModel')}"
    facts = getattr(engine, "FACTS", None)
    if not isinstance(facts, Facts) or not facts.jobs or not set(facts.jobs) <= set(VERBS):
        return f"has no FACTS: catchlight.engines.Facts, with jobs among {', '.join(VERBS)}"
    unknown = [model for model in facts.models if model not in manifest()]
    if unknown:
        return f"needs models that are none of ours ({', '.join(unknown)}): leave FACTS.models empty, and put weights into the package"
    wanted = [verb for job in facts.jobs for verb in VERBS[job]]
    silent = [verb for verb in wanted if not callable(getattr(getattr(engine, "Engine", None), verb, None))]
    return f"has no Engine with {', '.join(silent)}" if silent else ""
