"""Answers of a contact sheet, taken in with their signer's name, each about exactly one picture of the run."""

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

from catchlight.answers import Answers
from catchlight.company import Book, Person, read_book
from catchlight.errors import ConfigError
from catchlight.in_order import SHEET, SIGNED_OWN
from catchlight.records import Answer, Decision
from catchlight.register import moment
from catchlight.runs import run_folder
from catchlight.signed_file import Line, Sheet, open_signed_file
from catchlight.spelling import folded
from catchlight.wishes import TAGS

_NEEDS_PORTRAIT = (Answer.APPROVE, Answer.RETRY)


def read_signed_answers(path: Path, home: Path) -> Answers:
    """Read a contact sheet's signed answers; ConfigError when the file as a whole cannot be believed.

    An answer of the signer's own portrait is their own word; of everybody else's it is passed on. A line about nobody of the run, or about a picture that is not theirs, is refused; one about a
    picture that a newer run took the place of is taken, and told. Read again, it adds nothing.
    """
    saved, signer = open_signed_file(path, home)
    folder = _run(path, home, saved.sheet)
    book, latest = read_book(folder), _latest(home)
    theirs = _people_called(signer.name, book)
    often = Counter(line.employee for line in saved.answers)
    found = Answers()
    for number, line in enumerate(saved.answers, start=1):
        problem = _problem(line, book, often[line.employee])
        if problem:
            found.refused.append(f"{path.name} answer {number}: {problem}")
            continue
        if latest and _portrait(latest.people.get(line.employee)) != line.picture:
            found.older.append(f"{path.name} answer {number}: not about the portrait of run {latest.run}")
        kind = SIGNED_OWN if theirs == {line.employee} else SHEET
        found.decisions.append(_decision(line, signer.name, kind + path.name))
    return found


def _run(path: Path, home: Path, sheet: Sheet) -> Path:
    """Return the folder of the run that a sheet shows; ConfigError when it is not the same sheet."""
    folder = run_folder(home, sheet.run)
    known = folder / "run.json"
    preset = json.loads(known.read_text(encoding="utf-8")).get("preset") or {} if known.is_file() else {}
    if folder.name != sheet.run or (preset and preset.get("digest", "") != sheet.preset):
        message = f"{path}: is about another sheet of run {sheet.run!r}; nothing was taken in"
        raise ConfigError(message)
    return folder


def _people_called(name: str, book: Book) -> set[str]:
    """Return the ids of the people whom a signer's name names: by id, address, or name."""
    wanted = folded(name)
    return {
        id_
        for id_, one in book.people.items()
        if wanted in {folded(id_), folded(one.portrait.employee.email), folded(one.name)}
    }


def _latest(home: Path) -> Book | None:
    return read_book(run_folder(home)) if (home / "runs" / "latest").exists() else None


def _portrait(person: Person | None) -> str:
    return person.portrait.picture if person else ""


def _problem(line: Line, book: Book, often: int) -> str:
    """Return why an answer cannot be taken, "" when it can."""
    person = book.people.get(line.employee)
    if person is None:
        return f"nobody in run {book.run} has the id {line.employee!r}"
    if often > 1:
        return f"{line.employee!r} has {often} answers in this file; keep one"
    if line.answer in _NEEDS_PORTRAIT and not person.pictures:
        return f"{line.employee!r} has no portrait in run {book.run} that could be answered so"
    allowed = person.pictures if line.answer in _NEEDS_PORTRAIT else (_portrait(person), *person.pictures)
    if line.picture not in allowed:
        return f"its picture is none of {line.employee!r} in run {book.run}"
    unknown = set(line.tags) - set(TAGS)
    if unknown:
        return f"tag {min(unknown)!r} is none of {', '.join(TAGS)}"
    return "tags belong to another try only" if line.tags and line.answer != Answer.RETRY.value else ""


def _decision(line: Line, who: str, source: str) -> Decision:
    return Decision(
        line.employee,
        line.picture,
        line.answer,
        by=who,
        at=moment(line.at),
        comment=line.comment,
        source=source,
        tags=" ".join(dict.fromkeys(line.tags)),
        ticket=_ticket(line.model_dump(), who),
    )


def _ticket(line: dict[str, Any], who: str) -> str:
    """Return what is equal for the same mark only, in whichever file: a clock that runs ahead adds nothing twice."""
    text = json.dumps([who, line], sort_keys=True)
    return f"signed:{hashlib.sha256(text.encode()).hexdigest()}"
