"""Which pictures are past their term: photos as they came, portraits that were not chosen, backups of what was put back."""

import sqlite3
from collections.abc import Collection, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from catchlight import ledger
from catchlight.errors import ConfigError
from catchlight.home import Home
from catchlight.journal import State, by_destination, stacks, standing_now
from catchlight.print_book import print_book
from catchlight.records import MADE, Answer, Decision, Photo, Render, Side
from catchlight.review_records import Upload
from catchlight.runs import Candidate, candidates, run_folder
from catchlight.source_memory import FORGET, memories

if TYPE_CHECKING:
    from catchlight.purging import Purge

_SETTLED = (Answer.APPROVE, Answer.KEEP, Answer.REFUSE)


def originals(one: "Purge") -> int:
    """Delete photos whose portrait has been published for its term; what people sent themselves stays.

    The next refresh fetches them from the source again, where it needs them.
    """
    published: dict[str, str] = {}
    for receipt in standing_now(one.register.receipts()):
        published[receipt.employee] = max(published.get(receipt.employee, ""), receipt.at)
    since, last = one.before(one.keep.originals), _last(one)
    done = {
        id_
        for id_, at in published.items()
        if at < since and id_ in last and last[id_].answer == Answer.APPROVE
    }
    photos = _digests(one.home, Photo, "digest", done) - {row.photo for row in one.register.rows(Upload)}
    gone = _delete(one, photos - _shown(one))
    if not one.dry:
        fetch_again(one.home, photos)
    return gone


def rejected(one: "Purge") -> int:
    """Delete earlier attempts of people whose choice is settled, but for the one that they chose."""
    folder = _newest(one.home)
    file = folder / ledger.file_name(Candidate) if folder else None
    if folder is None or file is None or not file.is_file():
        return 0
    since, last = one.before(one.keep.rejected), _last(one)
    gone = [
        row
        for id_, rows in candidates(folder).items()
        for row in rows
        if id_ in last
        and last[id_].answer in _SETTLED
        and last[id_].at < since
        and row.picture != last[id_].picture
    ]
    if gone and not one.dry:
        table = ledger.read(file)
        ledger.write(file, table.filter(~pl.col("recipe").is_in([row.recipe for row in gone])))
        one.drop(Home(one.home).recipes.path(row.recipe) for row in gone)
    theirs = {
        digest for row in gone for digest in (row.picture, row.before, row.after, row.aligned) if digest
    }
    return _delete_with_files(one, theirs, {row.recipe for row in gone})


def backups(one: "Purge") -> int:
    """Delete what portraits had taken the place of, some time after it was put back. What stands keeps its own."""
    since, old = one.before(one.keep.backups), set[str]()
    needed = _shown(one) | _photos(one)
    for receipts in by_destination(one.register.receipts()).values():
        standing = stacks(receipts)
        last = {receipt.target: receipt for receipt in receipts}
        for receipt in receipts:
            ended = last[receipt.target]
            over = ended.state == State.RESTORED and ended.at < since and receipt.target not in standing
            (old if over and receipt.employee else needed).update({receipt.sent, receipt.replaced})
    return _delete(one, old - needed - {""})


def _last(one: "Purge") -> Mapping[str, Decision]:
    """Return everybody's own last answer."""
    said = one.register.decisions()
    return {row.employee: row for row in said if row.side == Side.EMPLOYEE}


def _newest(home: Path) -> Path | None:
    try:
        return run_folder(home)
    except ConfigError:
        return None


def _photos(one: "Purge") -> set[str]:
    """Return the photos of the newest run, and those that people sent: what is old at a place may be one of them."""
    file = folder / ledger.file_name(Photo) if (folder := _newest(one.home)) else None
    sent = {row.photo for row in one.register.rows(Upload)}
    return sent | (set(ledger.read(file)["digest"].to_list()) if file and file.is_file() else set())


def _digests(home: Path, kind: type, column: str, people: Iterable[str]) -> set[str]:
    folder = _newest(home)
    file = folder / ledger.file_name(kind) if folder else None
    if file is None or not file.is_file():
        return set()
    mine = ledger.read(file).filter(pl.col("employee").is_in(list(people)))
    return set(mine[column].to_list()) - {""}


def _shown(one: "Purge", without: Collection[str] = ()) -> set[str]:
    """Return the digests that the newest run shows, attempts of some recipes left out, and those that stand published with their backups."""
    folder, found = _newest(one.home), set[str]()
    if folder:
        renders = ledger.read(folder / ledger.file_name(Render))
        kept = [row for rows in candidates(folder).values() for row in rows if row.recipe not in without]
        for name in MADE:
            found |= set(renders[name].to_list()) | {getattr(row, name) for row in kept}
    for receipts in by_destination(one.register.receipts()).values():
        found |= {
            digest
            for stack in stacks(receipts).values()
            for row in stack
            for digest in (row.sent, row.replaced)
        }
    return found - {""}


def _delete_with_files(one: "Purge", digests: set[str], without: Collection[str]) -> int:
    """Delete portraits that nothing shows but attempts of some recipes, and the files that were made of nothing else."""
    shown, book = _shown(one, without), print_book(one.home)
    gone = digests - shown
    deleted = _delete(one, gone | (book.digests(gone) - book.digests(shown) - shown))
    if not one.dry:
        book.forget(gone)
    return deleted


def _delete(one: "Purge", digests: Iterable[str]) -> int:
    """Delete pictures of the vault, and the names that runs gave them; return how many pictures."""
    vault = Home(one.home).vault
    paths = [vault.path(digest) for digest in digests if vault.has(digest)]
    if not one.dry:
        inodes = {path.stat().st_ino for path in paths}
        for name in one.home.glob("runs/*/portraits/*"):
            if name.stat().st_ino in inodes:
                name.unlink()
    return one.drop(paths)


def fetch_again(home: Path, digests: Iterable[str]) -> None:
    """Let sources ask for these photos anew when somebody needs them."""
    for file in memories(home):
        with closing(sqlite3.connect(file)) as store, store:
            known = {row[1] for row in store.execute("pragma table_info(people)")}
            if {"digest", "asked", "version"} <= known:
                store.executemany(FORGET, [(digest,) for digest in digests])
