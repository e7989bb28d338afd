"""What people answered about their portraits: where each stands, and answers from a file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from catchlight.answer_places import COLUMNS, Wanted, check_columns, choices_of, problem_of, speaks
from catchlight.consents import Consent
from catchlight.errors import ConfigError
from catchlight.in_order import TABLE
from catchlight.own_word import STOPS
from catchlight.records import Answer, Decision, Side
from catchlight.register import moment
from catchlight.runs import portraits, run_folder
from catchlight.spelling import as_known
from catchlight.spreadsheet import Row, read_table
from catchlight.vault import Vault

NO_ANSWER = "no_answer"
OLDER_PICTURE = "older_picture"
NO_BRAND = "no_brand"
ANSWERS = tuple(
    answer for answer in Answer if answer != Answer.HOLD
)  # what a person can say of their own picture
_CHANGES = (Answer.RETRY, Answer.UPLOAD)
_COLUMNS = {
    "employee": ("id", "employee id", "employee number", "person", "person id"),
    "answer": ("decision", "approval", "reply"),
    "picture": ("portrait", "digest"),
    "by": ("decided by", "reviewer", "who"),
    "at": ("decided at", "when", "time"),
    "comment": ("comments", "note", "remark", "reason"),
    **COLUMNS,
}


def standing(decisions: Iterable[Decision], picture: str) -> str:
    """Return how one person's answers (the oldest first) leave a picture.

    That is the last answer about exactly this picture, unless the person later kept the old photo
    or refused, about whichever picture; else ``older_picture`` or ``no_answer``. Whoever asked for another try after
    such a no is asked about what came of it, and what they had said before the no is over.
    """
    answers, again = [decision for decision in decisions if decision.side == Side.EMPLOYEE], False
    for decision in reversed(answers):
        if again and decision.answer in STOPS:
            break
        if decision.picture == picture or decision.answer in STOPS:
            return decision.answer
        again = again or decision.answer in _CHANGES
    return OLDER_PICTURE if any(one.picture for one in answers) else NO_ANSWER


def chosen(decisions: Iterable[Decision], pictures: Sequence[str]) -> str:
    """Return which of a person's pictures (the newest attempt first) their answers are about now.

    What they asked to have changed gives way to the attempt that came of it.
    """
    own = [d for d in decisions if d.side == Side.EMPLOYEE and d.picture in pictures]
    if not own:
        return pictures[0] if pictures else ""
    untouched = pictures[0] not in {said.picture for said in own}
    return pictures[0] if untouched and own[-1].answer in _CHANGES else own[-1].picture


def clearance(decisions: Iterable[Decision], picture: str, *, brand: bool) -> str:
    """Return ``approve`` when a picture may be published: the person said yes, and the brand did not hold it.

    Else what stands against it: the person's standing, ``hold``, or ``no_brand`` where the brand
    owner's yes is needed too (``brand``) and was not given to exactly this picture.
    """
    answers = list(decisions)
    own = standing(answers, picture)
    if own != Answer.APPROVE:
        return own
    said = [d.answer for d in answers if d.side == Side.BRAND and d.picture == picture]
    if said and said[-1] == Answer.HOLD:
        return Answer.HOLD
    return NO_BRAND if brand and (not said or said[-1] != Answer.APPROVE) else Answer.APPROVE


@dataclass(frozen=True, slots=True)
class Portraits:
    """What answers can be about: everyone's portrait of a run ("" for none), and since when each is there."""

    run: str
    pictures: Mapping[str, str]
    since: Mapping[str, str]


def portraits_of(home: Path, run: str = "latest") -> Portraits:
    """Return what answers about a run can be about; ConfigError when there is no such run."""
    folder, vault = run_folder(home, run), Vault(home / "vault")
    pictures = {id_: portrait.picture for id_, portrait in portraits(folder).items()}
    files = {picture: vault.path(picture) for picture in pictures.values() if vault.has(picture)}
    since = {picture: moment(_saved(path)) for picture, path in files.items()}
    return Portraits(folder.name, pictures, since)


def _saved(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


@dataclass(slots=True)
class Answers:
    """The answers of a file; what was refused or is about older pictures, each with its line.

    ``unbound`` counts the answers that named no picture and were taken for the portraits of the run.
    ``places`` are where people want to be shown. ``saved`` is the moment of rows that name no day, "" where all do.
    """

    decisions: list[Decision] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    older: list[str] = field(default_factory=list)
    unbound: int = 0
    places: list[Wanted] = field(default_factory=list)
    saved: str = ""


def read_answers(path: Path, about: Portraits, by: str) -> Answers:
    """Read answers from a table with the columns employee and answer (picture, by, at, comment, places).

    A row may say only where somebody wants to be shown, without an answer. ``by`` is who answered where the file does not say. An answer without a time was given when the
    file was saved, at the latest, so reading the file again adds nothing.
    """
    table = read_table(path, _COLUMNS)
    for column in ("employee", "answer"):
        if column not in table.fields:
            message = f"{path}: no column is the {column}; name one «{column}»"
            raise ConfigError(message)
    check_columns(table.fields, str(path))
    saved = moment(_saved(path))
    said: dict[str, list[Row]] = {}
    rows = [_known(row, about) for row in table.rows]
    for row in rows:
        said.setdefault(row["employee"], []).append(row)
    found = Answers(saved=saved)
    for row in rows:
        if not row["answer"] and not speaks(row):
            continue
        problem = _problem(row, about, said[row["employee"]]) or _bad_time(row, saved, about)
        if problem:
            found.refused.append(f"{path.name} line {row.line}: {problem}")
        else:
            given = Decision("", "", "", by=row["by"] or by, at=moment(row["at"] or saved))
            _take(found, path.name, row, about, given)
    return found


def _known(row: Row, about: Portraits) -> Row:
    """Return a row with its person's id as the run has it, however its accents are written."""
    return replace(row, cells=row.cells | {"employee": as_known(row["employee"], about.pictures)})


def _problem(row: Row, about: Portraits, same: Sequence[Row]) -> str:
    """Return why a row cannot be taken, "" when it can; ``same`` are all rows of that person."""
    key, answer = row["employee"], row["answer"].casefold()
    said: dict[str, int] = {}
    for other in same:
        said.setdefault(other["answer"].casefold(), other.line)
    if row.moved:
        return "more cells than columns (a comma without quotes?)"
    if key not in about.pictures:
        return f"nobody in run {about.run} has the id {key!r}{_meant(key, about.pictures)}"
    if answer and answer not in ANSWERS:
        return f"answer {row['answer']!r} is none of {', '.join(ANSWERS)}"
    if len(set(said) - {""}) > 1:
        lines = ", ".join(str(line) for text, line in said.items() if text)
        return f"{key!r} has different answers on lines {lines}; keep one"
    if answer == Answer.APPROVE and not (row["picture"] or about.pictures[key]):
        return f"{key!r} has no portrait in run {about.run}, so there is nothing to approve"
    return problem_of(row, same)


def _bad_time(row: Row, saved: str, about: Portraits) -> str:
    try:
        at = moment(row["at"] or saved)
    except ConfigError as error:
        return str(error)
    today = about.pictures[row["employee"]]
    if row["answer"].casefold() == Answer.APPROVE and not row["picture"] and at < about.since.get(today, ""):
        # The same file after a new run must not approve pictures that nobody has seen.
        return f"given before the portrait of run {about.run} was made; ask again, or name the picture"
    return ""


def _meant(key: str, pictures: Mapping[str, str]) -> str:
    """Return a hint when only leading zeros are missing, which spreadsheets like to drop."""
    alike = [other for other in pictures if key and other.lstrip("0") == key.lstrip("0")]
    return f"; is it {alike[0]!r}? The zeros may be lost" if len(alike) == 1 else ""


def _take(found: Answers, source: str, row: Row, about: Portraits, given: Decision) -> None:
    """Add what a row says; ``given`` holds who and when."""
    key, today = row["employee"], about.pictures[row["employee"]]
    if speaks(row):
        said = Consent(key, "", "", given.by, given.at, source=f"{TABLE}{source}")
        found.places.append(Wanted(said, choices_of(row)))
    if not row["answer"]:
        return
    if not row["picture"]:
        found.unbound += 1
    elif row["picture"] != today:
        found.older.append(f"{source} line {row.line}: not about the portrait of run {about.run}")
    answer, picture = row["answer"].casefold(), row["picture"] or today
    comment = row["comment"]
    found.decisions.append(
        replace(
            given, employee=key, picture=picture, answer=answer, comment=comment, source=f"{TABLE}{source}"
        )
    )
