"""The plan of a publication: who gets which file, what it replaces, who is left out and why, who is taken off."""

from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from catchlight.errors import ConfigError
from catchlight.runs import run_folder, run_names
from catchlight.vault import digest_of, write_whole

PICTURES = (".jpg", ".png")
_SMALL = 96  # pixels of height of a picture on a page

Change = Literal["new", "change", "unchanged", "conflict"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FilePlan(_Part):
    """One file: its digest, and the digest of what it replaces ("" for nothing).

    ``kept`` when what is there is what we sent, encoded anew by the place; ``theirs`` when somebody put
    another picture over exactly this one of ours, and it stays.
    """

    target: str
    size: str
    width: int
    height: int
    bytes: int
    sent: str
    found: str
    note: str = ""
    kept: bool = False
    theirs: bool = False

    @property
    def change(self) -> Change:
        """What the destination will see."""
        if self.theirs:
            return "conflict"
        if not self.found:
            return "new"
        return "unchanged" if self.kept or self.found == self.sent else "change"


def telling(files: Sequence[FilePlan]) -> FilePlan:
    """Return which of somebody's files to show in small: the smallest of those large enough that are no crop, else the largest."""
    whole = [file for file in files if file.height >= _SMALL and file.size.partition("@")[0].isdigit()]
    if whole:
        return min(whole, key=lambda file: file.height)
    return max(files, key=lambda file: (file.height, file.target.endswith(PICTURES)))


class PersonPlan(_Part):
    """One person whose portrait is approved, and the files of it."""

    employee: str
    picture: str
    files: tuple[FilePlan, ...]

    @cached_property
    def writes(self) -> bool:
        """Whether anything of theirs would be written."""
        return any(file.change in {"new", "change"} for file in self.files)

    @cached_property
    def change(self) -> Change:
        """What the destination will see of this person."""
        changes = {file.change for file in self.files}
        if not self.writes:
            return "conflict" if "conflict" in changes else "unchanged"
        return "new" if changes == {"new"} else "change"


class Skip(_Part):
    """One person who is left out: a stable code, and a sentence. ``shown`` when published before."""

    employee: str
    reason: str
    sentence: str
    shown: bool = False


class TakeBack(_Part):
    """One file of ours that goes: what we have there, and what comes in its place ("" for nothing)."""

    target: str
    ours: str
    back: str


class Removal(_Part):
    """One person who is published and must not be any more: a stable code, a sentence, their files."""

    employee: str
    reason: str
    sentence: str
    files: tuple[TakeBack, ...]


class Plan(_Part):
    """Everything that ``apply`` will do, and nothing else. ``seconds`` is about how long that takes; ``by`` made it.

    ``others`` are the sizes that stand there of people who stay, and that it does not renew.
    """

    version: Literal[1] = 1
    run: str
    destination: str
    sizes: tuple[str, ...]
    made: str
    people: tuple[PersonPlan, ...]
    skipped: tuple[Skip, ...]
    removals: tuple[Removal, ...] = ()
    others: tuple[str, ...] = ()
    by: str = ""
    calls: int = 0
    seconds: float = 0

    @property
    def people_changed(self) -> int:
        """How many people will look different at the destination."""
        changing = {person.employee for person in self.people if person.writes}
        return len(changing | {removal.employee for removal in self.removals})


class _Header(BaseModel):
    """What of a plan says where it goes."""

    destination: str = ""
    sizes: tuple[str, ...] = ()


def write_plan(home: Path, plan: Plan) -> Path:
    """Write a plan as the next ``plan-<n>.json`` of its run and return the file."""
    folder = run_folder(home, plan.run) / "publish"
    path = folder / f"plan-{max(_plans(folder), default=0) + 1}.json"
    write_whole(path, plan.model_dump_json(indent=1).encode())
    return path


def newest_plan(home: Path, run: str) -> Path:
    """Return the last plan of a run; ConfigError when none was made."""
    plans = _plans(run_folder(home, run) / "publish")
    if not plans:
        message = f"run {run}: no plan yet; make one with `catchlight publish plan --to DIR`"
        raise ConfigError(message)
    return plans[max(plans)]


def newest_plans(home: Path, run: str) -> dict[str, Path]:
    """Return the last plan of a run for each destination; ConfigError when none was made."""
    newest_plan(home, run)
    plans = _plans(run_folder(home, run) / "publish")
    return {_Header.model_validate_json(plans[n].read_bytes()).destination: plans[n] for n in sorted(plans)}


def sizes_before(home: Path) -> dict[str, tuple[str, ...]]:
    """Return which sizes each destination was planned to get the last time that anything was planned."""
    found = (_plans(home / "runs" / run / "publish") for run in run_names(home))
    plans = next(filter(None, found), {})
    asked: dict[str, tuple[str, ...]] = {}
    for number in sorted(plans):
        with suppress(OSError, ValidationError):
            header = _Header.model_validate_json(plans[number].read_bytes())
            asked[header.destination] = header.sizes
    return asked


def _plans(folder: Path) -> dict[int, Path]:
    found = folder.glob("plan-*.json") if folder.is_dir() else ()
    numbers = ((path.stem.removeprefix("plan-"), path) for path in found)
    return {int(number): path for number, path in numbers if number.isdecimal()}


def read_plan(path: Path) -> Plan:
    """Read a plan; ConfigError when the file is none."""
    return plan_of(path)[0]


def plan_of(path: Path) -> tuple[Plan, str]:
    """Return a plan and the digest of exactly the file that it was read from; ConfigError when the file is none."""
    try:
        data = path.read_bytes()
        return Plan.model_validate_json(data), digest_of(data)
    except OSError as error:
        message = f"plan {path}: cannot be read: {error.strerror}"
        raise ConfigError(message) from error
    except ValidationError as error:
        message = f"plan {path}: not a plan of this Catchlight; make one with `catchlight publish plan`"
        raise ConfigError(message) from error
