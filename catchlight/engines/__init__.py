"""One file, one model. What an engine is and needs stands here as data; weights load in its constructor."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Facts:
    """What an engine can do and what it needs, known without loading it.

    ``jobs`` are among faces, landmarks, matte, likeness; ``models`` are names in the manifest;
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
