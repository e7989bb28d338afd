"""What a person should know about the sources of a run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Something odd; ``kind`` is a stable code."""

    kind: str
    sentence: str
