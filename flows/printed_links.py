"""Personal links on paper, for people without mail: a table that is added to, as long as its links open something."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from catchlight.asking import LINK, Case
from catchlight.errors import ConfigError
from catchlight.invitations import Invitations, Link
from catchlight.outbox import State, alone
from catchlight.promises import load_promises
from catchlight.review_records import Invitation, Letter
from catchlight.spreadsheet import WORKBOOK, read_table, table_bytes
from catchlight.vault import write_whole
from flows.letters import PRINT, Bureau, Due, Round, letter_of
from flows.progress import Counter

_HEADER = ("id", "name", "link", "written")
_SYNONYMS = {name: (name,) for name in _HEADER}
_SAVED = "/l/"  # what comes before the token of a link
_Row = tuple[str, ...]


@dataclass(slots=True)
class Printed:
    """What a pass wrote: people who are asked, who have a link to their page, and whose photo cannot be read here; the others are counted.

    ``kept`` are links of earlier passes that the file still holds. Those that left it are ``ended``, which open nothing any
    more, and ``past`` their term of ``days``.
    """

    asked: list[str] = field(default_factory=list)
    led: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    kept: int = 0
    ended: int = 0
    past: int = 0
    days: int = 0
    silent: int = 0
    answered: int = 0


def print_links(bureau: Bureau, by: str, file: Path, round_: Round) -> Printed:
    """Write the personal link of everybody who has not answered into a file that only its owner can read.

    Links that the file holds stay, as long as they open something and their term lasts. Whoever is in it counts as asked. Somebody who was
    named and has nothing to be asked gets a link to their page.
    """
    with alone(bureau.home):
        invitations = Invitations(bureau.register, bureau.home, bureau.clock)
        before, (due, done) = _read(file), who_gets_one(bureau, round_)
        rows, letters = _make(bureau, invitations, due, by)
        anew = {row[2] for row in rows.values()}
        kept = [row for row in before if row[0] not in rows and row[2] not in anew]
        _write_privately(
            file, table_bytes(_HEADER, [*_staying(bureau, invitations, kept, done), *rows.values()])
        )
        bureau.register.add(letters)
    return done


def who_gets_one(bureau: Bureau, round_: Round) -> tuple[list[Due], Printed]:
    """Return what people would be given, and who they are; nothing is written."""
    bureau.must_know(round_.only)
    records, done = bureau.records(), Printed()
    people = [id_ for id_ in bureau.book.people if not round_.only or id_ in round_.only]
    due = [_due(bureau, bureau.case(records, id_), round_, done) for id_ in people]
    return [one for one in due if one], done


def _due(bureau: Bureau, case: Case, round_: Round, done: Printed) -> Due | None:
    """Return what somebody is given, and note who it is, or why they get nothing."""
    if case.person is None:
        return None
    id_, question, now = case.person.id, case.question(), bureau.clock()
    if question and (round_.again or not case.fell_silent(now)):
        done.asked.append(id_)
        return Due(id_, question, PRINT, case.picture, case.standing_invitation(now))
    if round_.again and round_.only:
        done.led.append(id_)
        return Due(id_, LINK, PRINT, case.picture, None)
    if case.unread and not case.own:
        done.unread.append(id_)
    else:
        done.silent += bool(question)
        done.answered += not question
    return None


def _make(
    bureau: Bureau, invitations: Invitations, due: list[Due], by: str
) -> tuple[dict[str, _Row], list[Letter]]:
    rows, letters, counter = dict[str, _Row](), list[Letter](), Counter("Making links", len(due))
    for one in due:
        make = invitations.lead if one.kind == LINK else invitations.invite
        invitation = one.invitation or make(one.employee, one.picture, by, bureau.ends())
        link = f"{bureau.policy.url}{_SAVED}{invitations.token(invitation)}"
        rows[one.employee] = (
            one.employee,
            bureau.book.people[one.employee].name,
            link,
            f"{bureau.clock():%Y-%m-%d}",
        )
        letters.append(letter_of(bureau, one, invitation, State.SENT))
        counter.step()
    return rows, letters


def _read(file: Path) -> list[_Row]:
    """Return the rows of a file of ours; ConfigError for one that is something else, which would be lost."""
    if not file.is_file() or not file.stat().st_size:
        return []
    table = read_table(file, _SYNONYMS)
    if table.encoding == WORKBOOK or not {"id", "link"} <= set(table.fields):
        message = f"--out {file}: this is no file of links, and it would be lost; name another one"
        raise ConfigError(message)
    return [tuple(row[name] for name in _HEADER) for row in table.rows]


def _staying(bureau: Bureau, invitations: Invitations, rows: list[_Row], done: Printed) -> list[_Row]:
    """Return which rows of earlier passes the file holds on to, and note how many leave it and why."""
    done.days = load_promises(bureau.home).keep.links
    since = (bureau.clock() - timedelta(days=done.days)).isoformat()[:10]
    opening = [(row, asked) for row in rows if (asked := _opened(bureau, invitations, row[2]))]
    staying = [row for row, asked in opening if (row[3] or asked.at[:10]) >= since]
    done.kept, done.ended, done.past = len(staying), len(rows) - len(opening), len(opening) - len(staying)
    return staying


def _opened(bureau: Bureau, invitations: Invitations, link: str) -> Invitation | None:
    """Return what a link opens, None for nothing any more."""

    def pictures(employee: str) -> tuple[str, ...] | None:
        person = bureau.book.people.get(employee)
        return person.pictures if person else None

    found = invitations.open(link.rpartition(_SAVED)[2], pictures)
    return found.invitation if found.worth == Link.GOOD else None


def _write_privately(file: Path, data: bytes) -> None:
    """Write a file that nobody else can read at any moment."""
    try:
        write_whole(file, data, mode=0o600, folder_mode=0o700)
    except OSError as error:
        message = f"--out {file}: cannot be written: {error.strerror}"
        raise ConfigError(message) from error
