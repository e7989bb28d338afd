"""Pictures that nothing tells of: of runs that were killed before their tables were written, or that went."""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from catchlight import ledger, source_memory
from catchlight.home import Home
from catchlight.register import Register
from catchlight.register_tables import TABLES
from catchlight.review_records import Invitation
from catchlight.storeroom import SCRATCH

if TYPE_CHECKING:
    from catchlight.purging import Purge

_DIGEST = re.compile(r"[0-9a-f]{64}")
_TEXTS = (".json", ".jsonl", ".csv", ".txt")
_DESKS = (SCRATCH, "upload-desk")  # where photos lie for the length of one program
_NO_TABLES = ("vault", "models", "prefect", *_DESKS)


def orphans(one: "Purge") -> int:
    """Delete what has lain in the vault for its term and no table, plan, recipe or row refers to; return how many.

    Nobody could find it: no export, no erasure, no other term.
    """
    days, vault = one.keep.orphans, Home(one.home).vault.root
    old = [file for file in vault.glob("??/*") if len(file.name) == 62 and one.is_old(file, days)]
    told = _told(one.home, one.register) if old else set()
    gone = one.drop(file for file in old if file.parent.name + file.name not in told)
    return gone + sum(_clear(one, one.home / name, days) for name in _DESKS)


def _clear(one: "Purge", desk: Path, days: int) -> int:
    """Clear a desk whose program was killed; return how many pictures lay there."""
    left = [file for file in desk.rglob("*") if len(file.name) == 62 and one.is_old(file, days)]
    if left and not one.dry:
        shutil.rmtree(desk)
    return len(left)


def _told(home: Path, register: Register) -> set[str]:
    """Return every digest that anything outside the vault tells of.

    What an invitation asked about is no reason to keep it: that is in the newest run, or nobody is asked about it any more.
    """
    found = set[str]()
    for record in (one for one in TABLES if one is not Invitation):
        rows: list[Any] = register.rows(record)
        for row in rows:
            found.update(_DIGEST.findall(repr(astuple(row))))
    for part in home.iterdir():
        for file in part.rglob("*") if part.name not in _NO_TABLES else ():
            for text in _texts(file, part.name):
                found.update(_DIGEST.findall(text))
    return found


def _texts(file: Path, part: str) -> Iterator[str]:
    """Yield what a file of one part of the home tells, in pieces."""
    if file.is_symlink() or not file.is_file():
        return
    if file.suffix in _TEXTS:
        yield file.read_text(encoding="utf-8", errors="replace")
    elif file.suffix == ".parquet":
        yield from _columns(ledger.read(file))
    elif part == source_memory.FOLDER and file.suffix == ".db":
        with closing(sqlite3.connect(file)) as store:
            yield from store.iterdump()


def _columns(frame: pl.DataFrame) -> Iterator[str]:
    for name, kind in frame.schema.items():
        if kind == pl.String:
            yield from frame[name].drop_nulls().unique()
        elif kind == pl.List(pl.String):
            yield from frame[name].explode().drop_nulls().unique()
