"""Drawing up the plan of a publication, and finding out whether it still holds."""

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from catchlight.answers import NO_ANSWER, NO_BRAND, OLDER_PICTURE, chosen, clearance
from catchlight.company import Person, read_book
from catchlight.cropping import Place
from catchlight.delivery import Print, Prints, Size, file_names, size_named, sizes_named
from catchlight.desk import Desk
from catchlight.errors import OutsideError, PhotoError
from catchlight.journal import owners, stacks
from catchlight.ledger import Recipes
from catchlight.place import Accounts, Takes
from catchlight.policy import load_policy
from catchlight.publish_crops import crops_of, places
from catchlight.publish_plan import FilePlan, PersonPlan, Plan, Skip
from catchlight.records import Answer, Decision, Outcome
from catchlight.runs import run_folder
from catchlight.vault import digest_of

_WHY = {
    NO_ANSWER: "nobody has answered yet, and without an answer the old photo stays",
    OLDER_PICTURE: "the answer was about an older picture; ask again",
    Answer.KEEP: "the old photo is kept",
    Answer.RETRY: "another try was asked for",
    Answer.UPLOAD: "another photo will be sent",
    Answer.REFUSE: "refused",
    Answer.HOLD: "the brand owner holds it back",
    NO_BRAND: "the brand owner has not said yes yet",
    "no_portrait": "the run made no portrait",
    "no_verdict": "the portrait was not judged; let the run finish",
    Outcome.RETAKE: "a new photo is needed",
}


def draw(
    desk: Desk,
    run: str,
    sizes: Sequence[str],
    only: Collection[str] | None = None,
    step: Callable[[int, int], object] = lambda _done, _total: None,
) -> Plan:
    """Return what publishing a run would do now, for everyone or for the ids in ``only``.

    ``step`` hears how many of how many people are planned. Writes nothing at the destination.
    Raises ConfigError for a run or size that is none, and OutsideError when the destination cannot
    be looked at.
    """
    folder = run_folder(desk.home, run)
    everyone = read_book(folder).people
    crops = crops_of(desk.home, folder)
    wanted = [size for name in sizes for size in sizes_named(name, crops)]
    asked = [person for id_, person in everyone.items() if only is None or id_ in only]
    accounts = None
    if desk.place.accounts:
        wanted = [_size_of(desk.place.takes)]
        accounts = desk.place.accounts([person.portrait.employee for person in asked])
    heads = places(desk.home, folder) if any(s.crop for s in wanted) else {}
    drawer = _drawer(desk, wanted, everyone, heads, accounts)
    parts: list[PersonPlan | Skip] = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for part in pool.map(drawer.person, asked):
            parts.append(part)
            step(len(parts), len(asked))
    return Plan(
        run=folder.name,
        destination=desk.place.name,
        sizes=tuple(dict.fromkeys(size.name for size in wanted)),
        made=desk.clock(),
        people=tuple(part for part in parts if isinstance(part, PersonPlan)),
        skipped=tuple(part for part in parts if isinstance(part, Skip)),
    )


def _size_of(takes: Takes) -> Size:
    """Return the one size that a place of people takes."""
    return replace(size_named(takes.size), max_bytes=takes.most_bytes or None)


@dataclass(frozen=True, slots=True)
class _Drawer:
    """Everything known of the company, to draw one person's part at a time."""

    desk: Desk
    prints: Prints
    sizes: list[Size]
    names: Mapping[str, str]
    published: Collection[str]
    answers: Mapping[str, list[Decision]]
    places: Mapping[str, Place]
    brand: bool
    accounts: Accounts | None
    ours: Collection[tuple[str, str]]

    def person(self, person: Person) -> PersonPlan | Skip:
        id_ = person.id
        reason, picture = right(person, self.answers.get(id_, []), brand=self.brand)
        if reason != Answer.APPROVE:
            return self._skip(id_, reason, _WHY[reason])
        if self.accounts and id_ not in self.accounts.targets:
            return self._skip(
                id_, "no_account", self.accounts.absent.get(id_, "there is no account of theirs")
            )
        try:
            made = self.prints.of(picture, self.sizes, self.places.get(picture))
        except PhotoError as error:
            return self._skip(id_, error.reason, str(error))
        except OutsideError as error:
            return self._skip(id_, "picture.lost", str(error))
        try:
            files = tuple(self._file(id_, one) for one in made)
        except PhotoError as error:
            return self._skip(id_, error.reason, str(error))
        return PersonPlan(employee=id_, picture=picture, files=files)

    def _skip(self, id_: str, reason: str, sentence: str) -> Skip:
        return Skip(employee=id_, reason=reason, sentence=sentence, shown=id_ in self.published)

    def _file(self, id_: str, made: Print) -> FilePlan:
        target = self.accounts.targets[id_] if self.accounts else f"{made.size}/{self.names[id_]}.jpg"
        there = self.desk.place.look(target)
        return FilePlan(
            target=target,
            size=made.size,
            width=made.width,
            height=made.height,
            bytes=made.bytes,
            sent=made.digest,
            found="" if there is None else digest_of(there),
            note=made.note,
            kept=(target, made.digest) in self.ours and self.desk.shows(there, made.digest),
        )


def _drawer(
    desk: Desk,
    sizes: list[Size],
    everyone: Iterable[str],
    places: Mapping[str, Place],
    accounts: Accounts | None,
) -> _Drawer:
    receipts = desk.register.receipts(desk.place.name)
    answers: dict[str, list[Decision]] = {}
    for decision in desk.register.decisions():
        answers.setdefault(decision.employee, []).append(decision)
    return _Drawer(
        desk=desk,
        prints=Prints(desk.keep, desk.vault, Recipes(desk.home / "ledger" / "prints")),
        sizes=list({size.name: size for size in sizes}.values()),
        names=file_names(everyone, owners(receipts)),
        published={stack[-1].employee for stack in stacks(receipts).values()},
        answers=answers,
        places=places,
        brand=load_policy(desk.home).gates.brand,
        accounts=accounts,
        ours={(stack[-1].target, stack[-1].sent) for stack in stacks(receipts).values()},
    )


def right(person: Person, answers: list[Decision], *, brand: bool) -> tuple[str, str]:
    """Return ``approve`` and the picture that may be published; else why none may be, and "".

    That is the one of their pictures that a person spoke of last; ``brand`` asks for the brand owner's
    yes too.
    """
    if not person.pictures:
        return _no_picture(person), ""
    picture = chosen(answers, person.pictures)
    cleared = clearance(answers, picture, brand=brand)
    return cleared, picture if cleared == Answer.APPROVE else ""


def _no_picture(person: Person) -> str:
    if not person.portrait.picture:
        return "no_portrait"
    return Outcome.RETAKE if person.portrait.verdict else "no_verdict"


def outdated(desk: Desk, plan: Plan) -> list[str]:
    """Return what is no longer as the plan saw it, in sentences; what the plan itself sent is.

    The plan is drawn anew and compared: a changed answer, another picture at the destination, or a
    plan file that was edited, all show.
    """
    fresh = draw(desk, plan.run, plan.sizes, {person.employee for person in plan.people})
    now = {person.employee: person for person in fresh.people}
    why = {skip.employee: skip.sentence for skip in fresh.skipped}
    problems = []
    for person in plan.people:
        today = now.get(person.employee)
        if today is None:
            problems.append(f"{person.employee}: {why.get(person.employee, 'not in the run')}")
        elif not _same(person, today):
            problems.append(f"{person.employee}: what is to be sent, or what is there, has changed")
    return problems


def _same(person: PersonPlan, today: PersonPlan) -> bool:
    pairs = zip(person.files, today.files, strict=False)
    return (
        person.picture == today.picture
        and len(person.files) == len(today.files)
        and all(f == t or _done(f, t) for f, t in pairs)
    )


def _done(file: FilePlan, today: FilePlan) -> bool:
    """Whether what was planned is what is there by now."""
    return today.change == "unchanged" and (file.target, file.sent) == (today.target, today.sent)
