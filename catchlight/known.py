"""What is known of one person: portraits, photos, answers, consents, and what was published where."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from catchlight import ledger
from catchlight.company import Person, read_book
from catchlight.consents import Consent
from catchlight.errors import ConfigError
from catchlight.home import Home
from catchlight.in_order import in_order
from catchlight.journal import standing_since
from catchlight.records import Decision, Employee, Photo, Receipt
from catchlight.register import Register
from catchlight.review_records import Delegation, Invitation, Letter, Notice, Upload
from catchlight.runs import run_folder, run_names
from catchlight.traces import known_ids, listed_ids, traces_of


@dataclass(frozen=True, slots=True)
class KnownPortrait:
    """One portrait of a person; the judge spoke of the newest only."""

    picture: str
    rung: str
    outcome: str = ""
    reasons: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """All of it. ``run`` is the newest run with this person ("" for none); ``published`` is what stands of ours now.

    ``notices`` are the texts that they were shown. ``also`` counts what else the register holds.
    """

    employee: str
    name: str
    email: str
    run: str
    portraits: tuple[KnownPortrait, ...]
    photos: tuple[Photo, ...]
    answers: tuple[Decision, ...]
    consents: tuple[Consent, ...]
    notices: tuple[Notice, ...]
    published: tuple[Receipt, ...]
    receipts: tuple[Receipt, ...]
    also: dict[str, int]


def known_of(home: Path, register: Register, employee: str) -> Known:
    """Return what is known of somebody; ConfigError when nothing is."""
    run, person = newest_of(home, employee)
    staff = person.portrait.employee if person else None
    answers = in_order(register.rows(Decision, employee=employee))
    consents = in_order(register.rows(Consent, employee=employee))
    receipts = register.receipts(employee=employee)
    also = {
        record.__name__.lower(): len(register.rows(record, employee=employee))
        for record in (Invitation, Letter, Upload, Delegation)
    }
    listed = listed_ids(home).get(employee, {})
    if employee not in known_ids(home, register):
        message = f"nothing is known of {employee!r}: no run, answer or receipt names this id"
        raise ConfigError(message)
    if not person:  # what a run that went has left
        also["picture"] = sum(map(Home(home).vault.has, traces_of(home, register, employee).digests))
    return Known(
        employee, *((staff.name, staff.email) if staff else (listed.get("name", ""), listed.get("email", ""))), run,
        _portraits(person) if person else (), _photos(home, run, employee),
        tuple(answers), tuple(consents), _notices(register, [*answers, *consents]),
        tuple(standing_since(receipts)), tuple(receipts), also,
    )  # fmt: skip


def newest_of(home: Path, employee: str) -> tuple[str, Person | None]:
    """Return the newest run that somebody is in, and what it made of them; "" and None for none."""
    for name in _runs_with(home, employee):
        try:
            return name, read_book(run_folder(home, name)).people[employee]
        except ConfigError:  # a run that did not end has not all tables yet
            continue
    return "", None


def last_entry(home: Path, employee: str) -> Employee | None:
    """Return what the newest run that somebody is in says of them, None for none."""
    for name in _runs_with(home, employee):
        rows = ledger.read(_people(home, name)).filter(pl.col("id") == employee)
        return next(iter(ledger.records(Employee, rows)), None)
    return None


def last_entries(home: Path, employees: Iterable[str]) -> dict[str, Employee]:
    """Return the same of several people, by id, without those who are in no run; each run is read once."""
    missing, found = set(employees), dict[str, Employee]()
    for name in run_names(home):
        if not missing:
            break
        with suppress(ConfigError, FileNotFoundError):
            rows = ledger.read(_people(home, name)).filter(pl.col("id").is_in(sorted(missing)))
            found |= {one.id: one for one in ledger.records(Employee, rows)}
            missing -= found.keys()
    return found


def _runs_with(home: Path, employee: str) -> Iterator[str]:
    """Yield the runs that somebody is in, the newest first: one column of each is read until then, and no more."""
    for name in run_names(home):
        try:
            ids = ledger.read(_people(home, name), ["id"])["id"]
        except (ConfigError, FileNotFoundError):  # damaged, or of a run that did not end
            continue
        if (ids == employee).any():
            yield name


def _people(home: Path, run: str) -> Path:
    return home / "runs" / run / ledger.file_name(Employee)


def _portraits(person: Person) -> tuple[KnownPortrait, ...]:
    render, verdict = person.portrait.render, person.portrait.verdict
    newest = []
    if render:
        said = (verdict.outcome, verdict.reasons, verdict.sentences) if verdict else ()
        newest = [KnownPortrait(render.picture, render.rung, *said)]
    return (*newest, *(KnownPortrait(one.picture, one.rung) for one in person.earlier))


def _photos(home: Path, run: str, employee: str) -> tuple[Photo, ...]:
    file = run_folder(home, run) / ledger.file_name(Photo) if run else None
    if file is None or not file.is_file():
        return ()
    return tuple(ledger.records(Photo, ledger.read(file).filter(pl.col("employee") == employee)))


def _notices(register: Register, said: Sequence[Decision | Consent]) -> tuple[Notice, ...]:
    digests = dict.fromkeys(one.notice for one in said if one.notice)
    return tuple(row for digest in digests for row in register.rows(Notice, digest=digest))
