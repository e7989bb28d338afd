"""The people wall beside the portraits of a destination: made from what stands published there, after each change.

Its files are ours alone, below ``wall/``: written when they differ, removed when they are not part of it any more.
With nobody left, or where no table asks for it any more, there is no wall.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from contextlib import suppress
from io import BytesIO
from pathlib import Path

from PIL import Image
from pydantic import BaseModel, ConfigDict, Field, field_validator

from catchlight.company import Person, read_book
from catchlight.desk import Desk
from catchlight.disclosure import disclosing
from catchlight.errors import ConfigError, OutsideError, PhotoError
from catchlight.journal import State, shown, stacks
from catchlight.records import Employee, Receipt
from catchlight.runs import run_folder
from catchlight.sending import FAILED, Result, note, send
from catchlight.vault import digest_of
from reports.people_wall import Face, Member, face_name, languages, wall

FOLDER = "wall"


class Settings(BaseModel):
    """``[NAME.wall]`` of destinations.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    company: str = Field(max_length=200)
    language: str = "en"
    address: str = Field(
        "", description="where the wall is reached; for the fragment that other pages take in"
    )

    @field_validator("language")
    @classmethod
    def _known(cls, language: str) -> str:
        if language not in languages():
            message = f"there is no people wall in {language!r}; there are: {', '.join(languages())}"
            raise ValueError(message)
        return language


def update(settings: Settings | None, desk: Desk, run: str) -> list[Result]:
    """Make the wall what is published, none without ``settings``; return what became of the files that changed.

    Raises OutsideError when the journal cannot be kept.
    """
    receipts = desk.register.receipts(desk.place.name)
    ours = {target: stack for target, stack in stacks(receipts).items() if target.startswith(f"{FOLDER}/")}
    if settings is None:
        return [_clear(desk, stack) for stack in ours.values()]
    try:
        standing = shown(receipts).values()
        known = _known(desk.home, run, standing)
        wanted = _files(settings, desk, known, standing)
        results = [_show(desk, run, target, data, ours.get(target)) for target, data in wanted.items()]
        results += _left_out(known, standing)
        results += [_clear(desk, stack) for target, stack in ours.items() if target not in wanted]
    except (OutsideError, PhotoError, ConfigError) as error:
        return [Result("", FOLDER, FAILED, str(error))]
    return [result for result in results if result]


def _files(
    settings: Settings, desk: Desk, known: Mapping[str, Person], standing: Collection[Receipt]
) -> dict[str, bytes]:
    """Return every file of the wall by its target."""
    pictures: dict[str, dict[str, Receipt]] = defaultdict(dict)
    for receipt in standing:
        if receipt.employee and receipt.target.endswith(".jpg"):
            pictures[receipt.employee][receipt.sent] = receipt
    members, faces, told = [], dict[str, bytes](), disclosing(desk, settings.language)
    for id_, found in pictures.items():
        person = _person(known, id_)
        if not person.named:
            continue
        shown = {digest: desk.vault.get(digest) for digest in found}
        sizes = {digest: _size(data) for digest, data in shown.items()}
        named = {digest: face_name(digest, sizes[digest][1]) for digest in shown}
        faces |= {named[digest]: data for digest, data in shown.items()}
        mine = tuple(Face(named[digest], *sizes[digest]) for digest in sorted(shown))
        members.append(Member(person.name, mine, person.department, person.title, told(max(shown))))
    pages = wall(members, settings.company, settings.language, settings.address) if members else {}
    return {f"{FOLDER}/{name}": data for name, data in (faces | pages).items()}


def _known(home: Path, run: str, standing: Collection[Receipt]) -> Mapping[str, Person]:
    """Return who stands there as a run has them: this one, else the newest, else the one that they were published from.

    A run of a few people has no names of the others; one that was cleared away has none at all.
    """
    missing = {receipt.employee for receipt in standing if receipt.employee}
    runs = (run or "latest", "latest", *sorted({receipt.run for receipt in standing}, reverse=True))
    found: dict[str, Person] = {}
    for name in dict.fromkeys(runs):
        if missing:
            with suppress(ConfigError):
                people = read_book(run_folder(home, name)).people
                found |= {id_: people[id_] for id_ in missing if id_ in people}
                missing -= found.keys()
    return found


def _person(known: Mapping[str, Person], id_: str) -> Employee:
    return known[id_].portrait.employee if id_ in known else Employee(id_)


def _left_out(known: Mapping[str, Person], standing: Collection[Receipt]) -> list[Result]:
    """Tell of whom there is no name: an id alone is nothing to show to colleagues."""
    ids = dict.fromkeys(receipt.employee for receipt in standing if receipt.employee)
    told = "the list has no name of theirs, so the wall leaves them out"
    return [
        Result(id_, FOLDER, "nameless", told) for id_ in ids if id_ in known and not _person(known, id_).named
    ]


def _size(data: bytes) -> tuple[int, int]:
    with Image.open(BytesIO(data)) as picture:
        return picture.size


def _show(desk: Desk, run: str, target: str, data: bytes, ours: list[Receipt] | None) -> Result | None:
    """Write one file unless it is there; None when it was."""
    digest = digest_of(data)
    there = desk.place.digest(target)
    if ours and there == digest == ours[-1].sent:
        return None
    if not ours and there not in {"", digest}:
        return Result(
            "",
            target,
            FAILED,
            "a file that is not ours is in its place; move it away, or publish to another folder",
        )
    if ours:
        note(desk, ours, State.RESTORED)  # the one before is not to be had back: the wall is made, not kept
    receipt = Receipt(desk.place.name, "", target, desk.vault.keep(data), "", "", "", run)
    return send(desk, [receipt], "listed")[0]


def _clear(desk: Desk, ours: list[Receipt]) -> Result:
    """Remove one file that is not part of the wall any more."""
    try:
        desk.place.remove(ours[-1].target)
    except (OutsideError, PhotoError) as error:
        return Result("", ours[-1].target, FAILED, str(error))
    note(desk, ours, State.RESTORED)
    return Result("", ours[-1].target, "removed")
