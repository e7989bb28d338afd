"""Which part of a run a worker begins with, where several share it: ``2/4`` is the second of four."""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from catchlight.config import settled
from catchlight.errors import ConfigError
from catchlight.job import Job

_WRITTEN = re.compile(r"([1-9]\d{0,3})/([1-9]\d{0,3})")
_OWN = {"home", "models", "workers", "share", "on"}  # what may differ between those who share a run


@dataclass(frozen=True, slots=True)
class Slice:
    """The ``rank``-th of ``world`` parts, counted from one."""

    rank: int = 1
    world: int = 1

    @staticmethod
    def of(text: str) -> "Slice":
        """Read a slice, "" for the whole; ConfigError tells how one is written."""
        found = _WRITTEN.fullmatch(text or "1/1")
        rank, world = map(int, found.groups()) if found else (1, 0)
        if rank > world:
            message = f"--slice {text!r}: write which part of how many this worker begins with, such as 2/4"
            raise ConfigError(message)
        return Slice(rank, world)

    def own_first(self, shards: Iterable[int]) -> list[int]:
        """Return all shards, those of this slice first."""
        return sorted(shards, key=lambda number: ((number - self.rank + 1) % self.world, number))

    def has(self, shard: int) -> bool:
        """Whether a shard is of this slice."""
        return (shard - self.rank + 1) % self.world == 0


def work_of(job: Job) -> str:
    """Return a name for what a job does, the same for everybody who shares it."""
    update = {"source": job.source.resolve(), "preset": settled(job.preset)}
    plain = job.model_copy(update=update).model_dump(mode="json", exclude=_OWN)
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:32]
