"""One person's part of a plan: their files at the place, against what is there."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from catchlight.company import Person
from catchlight.cropping import Place as Head
from catchlight.delivery import Print, Size
from catchlight.desk import Desk
from catchlight.errors import OutsideError, PhotoError
from catchlight.place import Accounts
from catchlight.prints import Prints
from catchlight.publish_plan import FilePlan, PersonPlan, Skip, telling
from catchlight.publish_right import Rights, why
from catchlight.records import Answer, Receipt
from catchlight.vault import digest_of

Seen = Callable[[str, bytes], object]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody is to get: files of one picture, each with its target."""

    employee: str
    picture: str
    files: Sequence[tuple[str, Print]]


@dataclass(frozen=True, slots=True)
class Drawer:
    """Everything known of the company, to draw one person's part at a time; threads may share it.

    ``tops`` is what stands of ours, by target, ``silence`` the agreement by which somebody's silence counts. ``seen`` hears what is there now in place of what will be: (employee, bytes).
    """

    desk: Desk
    rights: Rights
    prints: Prints
    sizes: Sequence[Size]
    names: Mapping[str, str]
    heads: Mapping[str, Head]
    accounts: Accounts | None
    tops: Mapping[str, Receipt]
    published: Collection[str]
    theirs_stay: bool
    silence: Mapping[str, str]
    seen: Seen = lambda _employee, _there: None

    def wanted(self, person: Person, *, cut: bool = True) -> Wanted | Skip:
        """Return what one person is to get, or why they get nothing; KeyError for files that are missing and not to be ``cut``."""
        id_ = person.id
        reason, picture = self.rights.of(person)
        if reason != Answer.APPROVE:
            return self._skip(id_, reason, why(reason, self.silence.get(id_, "")))
        if self.accounts and id_ not in self.accounts.targets:
            absent = self.accounts.absent.get(id_, "there is no account of theirs")
            return self._skip(id_, "no_account", absent)
        try:
            files = self._files(person, picture, cut=cut)
        except PhotoError as error:
            return self._skip(id_, error.reason, str(error))
        except OutsideError as error:
            return self._skip(id_, "picture.lost", str(error))
        return Wanted(id_, picture, files)

    def part(self, wanted: Wanted) -> PersonPlan | Skip:
        """Return what one person gets where what is there now is seen."""
        id_ = wanted.employee
        try:
            files = [self._file(target, one) for target, one in wanted.files]
        except PhotoError as error:
            return self._skip(id_, error.reason, str(error))
        self._show(id_, [(file, there) for file, there in files if there is not None])
        return PersonPlan(employee=id_, picture=wanted.picture, files=tuple(file for file, _ in files))

    def _show(self, id_: str, replaced: Sequence[tuple[FilePlan, bytes]]) -> None:
        """Tell what would be replaced: one picture of those there."""
        if replaced:
            best = telling([file for file, _ in replaced])
            self.seen(id_, next(there for file, there in replaced if file is best))

    def _files(self, person: Person, picture: str, *, cut: bool) -> list[tuple[str, Print]]:
        """Return the person's files with their targets; KeyError for some that are missing and not to be cut."""
        if self.desk.place.makes:
            made = self.desk.place.makes(person.portrait.employee, picture)
            return [
                (self._target(person.id, pattern), self._brought(pattern, made[pattern])) for pattern in made
            ]
        find = self.prints.of if cut else self.prints.ready
        found = find(picture, self.sizes, self.heads.get(picture), person.rung_of(picture))
        return [(self._target(person.id, f"{one.size}/*.jpg"), one) for one in found]

    def _brought(self, pattern: str, data: bytes) -> Print:
        """Return a file that a place makes itself."""
        size = pattern.partition("/")[0] if "/" in pattern else "signature"
        return Print(size, 0, 0, len(data), self.desk.vault.keep(data))

    def _target(self, id_: str, pattern: str) -> str:
        return self.accounts.targets[id_] if self.accounts else pattern.replace("*", self.names[id_])

    def _skip(self, id_: str, reason: str, sentence: str) -> Skip:
        return Skip(employee=id_, reason=reason, sentence=sentence, shown=id_ in self.published)

    def _file(self, target: str, made: Print) -> tuple[FilePlan, bytes | None]:
        """Return what happens to a file, and what is there in its place (None for nothing, or for the same)."""
        there = self.desk.place.look(target)
        found = "" if there is None else digest_of(there)
        again = target in self.tops and self.tops[target].sent == made.digest
        kept = again and self.desk.shows(there, made.digest)
        other = there if not kept and found != made.digest else None
        file = FilePlan(
            target=target, size=made.size, width=made.width, height=made.height, bytes=made.bytes,
            sent=made.digest, found=found, note=made.note, kept=kept,
            theirs=again and not kept and there is not None and self.theirs_stay,
        )  # fmt: skip
        return file, other
