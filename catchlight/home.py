"""Everything of one company lies under one folder: pictures, tables, runs."""

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catchlight.errors import ConfigError
from catchlight.lease import Door, Lease
from catchlight.vault import Vault, write_whole

if TYPE_CHECKING:
    from catchlight.ledger import Recipes


MARKS = frozenset({"vault", "ledger"})  # a folder that has these is a home, or a backup of one
LOOK = 1.0  # seconds from one look at a lease to the next


@dataclass(frozen=True, slots=True)
class Home:
    """The folder given by ``--home``."""

    root: Path

    @property
    def vault(self) -> Vault:
        """Pictures by digest."""
        return Vault(self.root / "vault")

    @property
    def recipes(self) -> "Recipes":
        """What each recipe gave."""
        from catchlight.ledger import Recipes  # noqa: PLC0415  loads polars

        return Recipes(self.root / "ledger" / "recipes")

    @property
    def logs(self) -> Path:
        """What servers and workers say."""
        return self.root / "logs"

    def ledger(self, run: str) -> Path:
        """Where a run keeps its shards."""
        return self.root / "ledger" / run

    def run(self, run: str) -> Path:
        """Where a run's results lie."""
        return self.root / "runs" / run

    def finished(self, run: str) -> bool:
        """Whether a run came to its end: its run.json is written last."""
        return (self.run(run) / "run.json").is_file()

    def is_new(self) -> bool:
        """Whether no run was ever finished here."""
        return not (self.root / "runs" / "latest").exists()

    def unfinished(self) -> list[str]:
        """Return the runs that were started and not finished, newest first."""
        plans = (self.root / "ledger").glob("*/plan.json")
        return sorted((p.parent.name for p in plans if not self.finished(p.parent.name)), reverse=True)

    def point_to(self, run: str) -> None:
        """Let ``runs/latest`` name this run, at once or not at all; ConfigError when a folder that is no copy is there."""
        link = self.root / "runs" / "latest"
        _clear(link)
        fresh = link.with_name(f".latest.{os.getpid()}")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(run)
        fresh.replace(link)

    @property
    def door(self) -> Door:
        """Who refreshes here."""
        return Door(self.root / "at-work")

    def take(self, door: Door, note: str) -> Lease | None:
        """Take the lease of the home by its door if it is free; ConfigError when nothing can be written there."""
        try:
            return door.take(note)
        except OSError as error:
            message = f"--home {self.root}: cannot be written: {error.strerror}"
            raise ConfigError(message) from error

    @contextmanager
    def alone(self, note: str = "") -> Iterator[Lease]:
        """Hold the home for one refresh at a time; ConfigError when another one runs."""
        door = self.door
        lease = self.take(door, note)
        while (
            lease is None and door.doubtful
        ):  # held by another machine: dead, or about to say that it is not
            time.sleep(LOOK)
            lease = self.take(door, note)
        if lease is None:
            message = f"--home {self.root}: another refresh is at work here; wait for it or stop it"
            raise ConfigError(message)
        with lease:
            yield lease


def _clear(link: Path) -> None:
    """Take away a copy of a run where the link to it should be."""
    from catchlight.runs import copied_from  # noqa: PLC0415  loads polars

    if link.is_symlink() or not link.is_dir():
        return
    if copied_from(link) is None:
        message = f"{link}: is a folder, and should be a link to the newest run; give it the name of its run"
        raise ConfigError(message)
    shutil.rmtree(link)


def write_json(path: Path, content: Any) -> None:
    """Write JSON that a person can read, whole or not at all."""
    write_whole(path, (json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode())
