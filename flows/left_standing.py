"""Places that no plan looks at any more and where portraits of ours still stand: whoever leaves would stay shown there."""

import shlex
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from catchlight.absences import among
from catchlight.amounts import amount, people
from catchlight.desk import register_of
from catchlight.errors import ConfigError
from catchlight.journal import by_destination, stacks
from catchlight.publish_removals import draw_removals
from catchlight.publish_right import read_rules, rights_for
from catchlight.records import Receipt
from catchlight.register import Register
from catchlight.runs import portraits, run_folder, takes_in_everyone
from flows import people_wall
from flows.destinations import FILE, destinations, folder_of, kind_of, sets_own
from flows.shown_at import purpose_at


@dataclass(frozen=True, slots=True)
class LeftStanding:
    """A place that ``destinations.toml`` does not name, how many of our files stand there, whose, and who has to go."""

    home: Path
    place: str
    files: int
    people: int
    off: int

    @property
    def said(self) -> str:
        """What stands there, in a sentence."""
        off = f"; {self.off} of them must not be shown there any more" if self.off else ""
        whose = people(self.people) if self.people else "a people wall"
        unnamed = (
            f"{FILE} does not name it" if (self.home / FILE).is_file() else f"there is no {FILE} to name it"
        )
        return (
            f"{self.place}: {amount(self.files, 'file')} of {whose} still "
            f"{'stands' if self.files == 1 else 'stand'} there, and {unnamed}{off}"
        )

    @property
    def remedy(self) -> str:
        """What takes them off, or goes on with the place."""
        root = folder_of(self.place)
        if root is None:
            kind, _, name = self.place.partition(":")
            return f"name it in {self.home / FILE} again ([{name}], kind = {kind!r}), with where it was, and plan"
        to = f"--to {shlex.quote(str(root))} --home {shlex.quote(str(self.home))}"
        if not root.is_dir():
            return (
                "mount it, or bring it back; where it is gone for good, make the folder anew with any file in it, and "
                f"catchlight publish rollback {to} --force notes that nothing stands there, one publication after the other"
            )
        return (
            f"catchlight publish plan {to} takes off whoever has to go and goes on with the others; "
            f"catchlight publish rollback {to} takes back what stands there, one publication after the other"
        )


def left_standing(home: Path, run: str = "latest", but: Collection[str] = ()) -> list[LeftStanding]:
    """Return the places where nobody is taken off by plans of named destinations, except for those in ``but``.

    Where no destination has a name, folders are given to each plan: then those alone where somebody has to go. ConfigError.
    """
    where, named = register_of(home), {one.place for one in destinations(home).values()}
    if isinstance(where, Path) and not where.is_file():
        return []
    with closing(Register(where)) as register:
        receipts = by_destination(register.receipts())
        found = [
            _at(home, register, run, place, standing)
            for place, sent in receipts.items()
            if place not in {*named, *but} and not sets_own(kind_of(place))
            if (standing := [stack for target, stack in stacks(sent).items() if _shows(target, stack)])
        ]
    return [one for one in found if named or one.off]


def _shows(target: str, stack: list[Receipt]) -> bool:
    """Whether somebody is seen in a file: it is theirs, or of a people wall."""
    return bool(stack[-1].employee) or target.startswith(f"{people_wall.FOLDER}/")


def told(home: Path, run: str = "latest", but: Collection[str] = ()) -> Iterator[str]:
    """Yield what stands where no plan looks, and what to do, a sentence a place."""
    for one in left_standing(home, run, but):
        yield f"{one.said}. {one.remedy}"


def _at(home: Path, register: Register, run: str, place: str, standing: list[list[Receipt]]) -> LeftStanding:
    rights = replace(rights_for(purpose_at(place, home), read_rules(home), register.rows), home=home)
    everyone, whole = _everyone(home, run)
    theirs = [stack for stack in standing if stack[-1].employee]
    off = draw_removals(theirs, rights, among(home, rights, everyone, whole=whole))
    return LeftStanding(home, place, len(standing), len({stack[-1].employee for stack in theirs}), len(off))


def _everyone(home: Path, run: str) -> tuple[Collection[str], bool]:
    """Return who is in a run, and whether that was of everybody; nobody, and not, where there is none."""
    try:
        folder = run_folder(home, run)
        return portraits(folder).keys(), takes_in_everyone(home, folder.name)
    except ConfigError:
        return (), False
