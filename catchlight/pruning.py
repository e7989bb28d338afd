"""Old runs are let go: tables, sheets and pictures that no answer, no publication and no kept run needs.

An original is never deleted: not the photo that a run began with, not one that somebody sent, not what a place showed before.
"""

import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from catchlight import ledger
from catchlight.home import Home
from catchlight.print_book import print_book
from catchlight.records import MADE, Decision, Photo, Receipt, Render
from catchlight.register import Register
from catchlight.review_records import Invitation, Upload
from catchlight.runs import Candidate, run_folder, run_names


@dataclass(frozen=True, slots=True)
class Pruning:
    """What would go: runs, unfinished ones among them, pictures of ours, the recipes that gave them, bytes."""

    runs: tuple[str, ...]
    kept: dict[str, str] = field(default_factory=dict)
    pictures: tuple[str, ...] = ()
    recipes: tuple[str, ...] = ()
    size: int = 0


def draw_up(home: Home, register: Register, keep: int) -> Pruning:
    """Return what pruning would let go when the newest ``keep`` runs stay."""
    kept = _kept(home, register, keep)
    old = [name for name in _all(home) if name not in kept]
    ours = pl.concat([_renders(home, name) for name in old]) if old else _renders(home, "")
    needed = _needed(home, register, kept) | _originals(home, register)
    gone = {digest for column in MADE for digest in ours[column].to_list()} - needed - {""}
    recipes = ours.filter(pl.any_horizontal(pl.col(column).is_in(gone) for column in MADE))["recipe"]
    still = {recipe for name in kept for recipe in _renders(home, name)["recipe"]}
    pictures = tuple(filter(home.vault.has, (*_printed(home, gone, needed), *sorted(gone))))
    size = sum(home.vault.path(digest).stat().st_size for digest in pictures)
    size += sum(_size(folder) for name in old for folder in (home.run(name), home.ledger(name)))
    return Pruning(tuple(old), kept, pictures, tuple(sorted(set(recipes) - still)), size)


def carry_out(home: Home, pruning: Pruning) -> None:
    """Let go what was drawn up; whoever calls this holds the home. Stopped half-way, the next one goes on."""
    for recipe in pruning.recipes:  # first: a recipe that is known must have its picture
        home.recipes.path(recipe).unlink(missing_ok=True)
    book = print_book(home.root)
    for digest in pruning.pictures:  # files before the portraits that lead to them
        book.forget([digest])
        home.vault.path(digest).unlink(missing_ok=True)
    for name in pruning.runs:
        shutil.rmtree(home.run(name), ignore_errors=True)
        shutil.rmtree(home.ledger(name), ignore_errors=True)


def _all(home: Home) -> list[str]:
    """Return all runs, unfinished ones too, the newest first."""
    return sorted({*run_names(home.root), *home.unfinished()}, reverse=True)


def _kept(home: Home, register: Register, keep: int) -> dict[str, str]:
    """Return the runs that stay, each with the reason."""
    finished = [name for name in _all(home) if home.finished(name)]
    kept = dict.fromkeys(finished[:keep], "among the newest")
    latest = run_folder(home.root).name if (home.root / "runs" / "latest").exists() else ""
    newest = finished[0] if finished else ""
    kept |= {name: "not finished, and newer than all that are" for name in home.unfinished() if name > newest}
    published = {row.run for row in register.rows(Receipt)}
    for name in finished:
        if name == latest:
            kept.setdefault(name, "the newest")
        if name in published:
            kept.setdefault(name, "something of it was published")
    for name in list(kept):
        for below in _below(home, name):
            kept.setdefault(below, f"run {name} stands on it")
    return kept


def _below(home: Home, name: str) -> Iterator[str]:
    """Yield the runs that a run of a few people needs: while it has not ended, or where it does not say itself of whom it is."""
    try:
        job = json.loads((home.ledger(name) / "plan.json").read_bytes())["job"]
    except (OSError, ValueError, KeyError):
        return
    onto = job.get("onto", "")
    if onto and not ("onto_everyone" in job and home.finished(name)):
        yield onto
        yield from _below(home, onto)


def _needed(home: Home, register: Register, kept: Iterable[str]) -> set[str]:
    """Return the pictures that kept runs show, and that answers, invitations or receipts are about."""
    needed = {row.picture for row in register.rows(Decision)}
    needed |= {row.picture for row in register.rows(Invitation)}
    needed |= {digest for row in register.rows(Receipt) for digest in (row.sent, row.replaced)}
    for name in kept:
        for record in (Render, Candidate):
            table = _table(home, name, record)
            needed |= {digest for column in MADE for digest in table[column].to_list()}
    return needed


def _originals(home: Home, register: Register) -> set[str]:
    """Return every photo that any run began with, that somebody sent, or that a source remembers."""
    found = {row.photo for row in register.rows(Upload)}
    for name in _all(home):
        found |= set(_table(home, name, Photo)["digest"].to_list())
        found |= set(_table(home, name, Render)["photo"].to_list())
        planned = home.ledger(name) / ledger.file_name(Photo)
        found |= set(ledger.read(planned)["digest"].to_list()) if planned.is_file() else set()
    return found


def _printed(home: Home, gone: set[str], needed: set[str]) -> list[str]:
    """Return the files that were made of nothing but portraits that go, and stand nowhere."""
    book = print_book(home.root)
    return sorted(book.digests(gone) - book.digests(needed) - needed - gone)


def _renders(home: Home, name: str) -> pl.DataFrame:
    return _table(home, name, Render).select("recipe", *MADE)


def _table(home: Home, name: str, record: type) -> pl.DataFrame:
    """Return a run's table, from its shards where it is not finished; a column that it lacks has its default."""
    file = home.run(name) / ledger.file_name(record) if name else Path()
    if name and file.is_file():
        return ledger.table(record, ledger.records(record, ledger.read(file)))
    shards = sorted(home.ledger(name).glob("shard=*")) if name else []
    return ledger.gather(record, shards)


def _size(folder: Path) -> int:
    """Return what a folder takes on the disk; a portrait beside the tables is a link to the vault."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sum(path.stat().st_size for path in files if path.stat().st_nlink == 1)
