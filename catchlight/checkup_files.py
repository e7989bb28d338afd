"""Whether what a home folder's records name is there and as it was made: pictures of the vault, tables of the newest run."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from catchlight import ledger
from catchlight.checkup import Finding, State
from catchlight.errors import ConfigError
from catchlight.home import Home
from catchlight.journal import by_destination, stacks
from catchlight.records import MADE, Answer, Employee, Photo, Reading, Render, Side, Verdict
from catchlight.register import Register
from catchlight.review_records import Upload
from catchlight.runs import Candidate, ended, run_folder, run_names
from catchlight.vault import Vault

_READ = 100
_MENDED = "run catchlight refresh: it makes them anew"
_PUT_BACK = "the files are older than the register, or were cleared: put back vault/ of the same day"


def look_at_files(home: Path, register: Register, *, whole: bool = False) -> Iterator[Finding]:
    """Look for every picture that the register or the newest run needs; read some of them, or all (``whole``)."""
    damaged, named = _newest(home)
    vault = Home(home).vault
    yield _pictures("Vault", vault, _of_register(home, register), "the register", _PUT_BACK, whole=whole)
    if named is not None:
        yield _pictures("Portraits", vault, named, "the newest run", _MENDED, whole=whole)
    for said in damaged:
        yield Finding(State.FAIL, "Tables", said, _MENDED)


def _of_register(home: Path, register: Register) -> set[str]:
    """Return the pictures that somebody said yes to or sent, and what stands published with its way back.

    Others that it names may be gone rightly, after their term or with people who left.
    """
    named = set[str]()
    for receipts in by_destination(register.receipts()).values():
        standing = (row for stack in stacks(receipts).values() for row in stack)
        named |= {digest for row in standing for digest in (row.sent, row.replaced)}
    return named | _wanted(home, register)


def _wanted(home: Path, register: Register) -> set[str]:
    """Return what people chose or sent, and a run shows, or none could yet. Whoever is in no run has nothing to lose."""
    last = {row.employee: row for row in register.decisions() if row.side == Side.EMPLOYEE}
    said = [(row.employee, row.at, row.picture) for row in last.values() if row.answer == Answer.APPROVE]
    said += [(row.employee, row.at, row.photo) for row in register.rows(Upload)]
    columns = ((Render, "picture"), (Candidate, "picture"), (Photo, "digest"))
    shown = {digest for kind, name in columns for digest in _of_runs(home, kind, name)}
    here, since = _of_runs(home, Employee, "id"), _newest_end(home)
    return {digest for who, at, digest in said if digest in shown or (who in here and at > since)}


def _of_runs(home: Path, kind: type, column: str) -> set[str]:
    """Return what stands in a column of a table of any run; a damaged one is told apart."""
    found = set[str]()
    for name in run_names(home):
        with suppress(ConfigError, FileNotFoundError):
            file = home / "runs" / name / ledger.file_name(kind)
            found |= set(ledger.read(file, columns=[column])[column])
    return found


def _newest_end(home: Path) -> str:
    """Return when the newest run ended, "" before there is one."""
    names = (name for name in run_names(home) if Home(home).finished(name))
    return next((ended(home, name) for name in names), "")


def _newest(home: Path) -> tuple[list[str], set[str] | None]:
    """Return which tables of the newest run are damaged, in sentences, and the pictures that it made; None before the first run."""
    try:
        folder = run_folder(home)
    except ConfigError:
        return [], None
    damaged, named = [], None
    for kind in (Employee, Photo, Render, Reading, Verdict):
        try:
            table = ledger.read(folder / ledger.file_name(kind))
            named = set(table.select(MADE).unpivot()["value"]) if kind is Render else named
        except (ConfigError, FileNotFoundError) as error:
            damaged.append(str(error))
    return damaged, named


def _pictures(
    what: str, vault: Vault, named: Iterable[str], who: str, remedy: str, *, whole: bool
) -> Finding:
    wanted = sorted(digest for digest in named if len(digest) == 64)
    missing = [digest for digest in wanted if not vault.has(digest)]
    there = sorted(set(wanted) - set(missing))
    read = there if whole else there[:: max(1, len(there) // _READ)]
    changed = [digest for digest in read if not vault.is_whole(digest)]
    said = f"{len(wanted)} pictures that {who} needs looked for, {len(read)} of them read"
    if missing or changed:
        lost = f"{said}: {len(missing)} are gone, {len(changed)} changed"
        return Finding(State.FAIL, what, f"{lost}; the first is {(missing or changed)[0][:12]}…", remedy)
    return Finding(State.OK, what, f"{said}; all are as they were stored")
