"""What a source told last time: who was there, which photo they had, and where to go on. One SQLite file a source.

Everybody is listed into a waiting table and takes the old one's place only when the list is complete and not
suspiciously short; what was listed before a stop is kept, and so is every photo that was fetched.
"""

import json
import math
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from catchlight.errors import ConfigError
from catchlight.out_of_reach import AWAY
from catchlight.private import private_file
from catchlight.source import Fetched, Page, owner

FOLDER = "sources"
_TABLES = """
create table if not exists people (
  key text primary key, fields text not null, photo text, version text not null default '',
  digest text not null default '', size integer not null default 0, note text not null default '', asked real,
  reason text not null default '');
create table if not exists waiting (key text primary key, fields text not null, photo text, gone integer not null);
create table if not exists marks (name text primary key, mark text not null);
"""
_KEEP = """
insert into waiting values (?, ?, ?, ?) on conflict (key) do update set
  fields = json_patch(waiting.fields, excluded.fields), photo = excluded.photo, gone = excluded.gone
"""
_BECOME = """
insert into people (key, fields, photo) select key, {fields}, photo from waiting where not gone
on conflict (key) do update set fields = excluded.fields, photo = excluded.photo,
  asked = case when excluded.photo = '' and people.photo is '' and excluded.fields = people.fields then asked
               when excluded.photo is not '' and excluded.photo is people.version then asked end
"""
_UNANSWERED = "update people set note = ?, reason = ? where key = ? and digest = ''"
FORGET = "update people set digest = '', version = '', asked = null where digest = ?"
_SILENT = "photo = '' and asked is not null"
_PERSON = "instr(key, char(10)) = 0"  # and not a further photo of one
_TRIED = 100  # photos that could not be had, tried again each time
_MERGED = "json_patch(coalesce((select fields from people p where p.key = waiting.key), '{}'), fields)"


@dataclass(frozen=True, slots=True)
class Known:
    """One person as a source last had them: ``digest`` of the photo in the vault, or a ``note`` why there is none, with its code."""

    key: str
    values: Mapping[str, str]
    digest: str = ""
    size: int = 0
    note: str = ""
    others: tuple["Known", ...] = ()
    reason: str = ""

    @property
    def photos(self) -> tuple["Known", ...]:
        """All photos of this person, the first one first."""
        return (self, *self.others)


def memories(home: Path) -> list[Path]:
    """Return the memory of every source, also of one whose name has a slash, as earlier versions allowed."""
    return sorted((home / FOLDER).rglob("*.db"))


def source_of(home: Path, memory: Path) -> str:
    """Return which source a memory is of."""
    return str(memory.relative_to(home / FOLDER)).removesuffix(".db")


class Memory:
    """What one source told last time."""

    def __init__(self, path: Path) -> None:
        """Open the file, made when it is not there; ConfigError when it cannot be written, or is something else."""
        self._turned = False
        try:
            self._store = sqlite3.connect(private_file(path), isolation_level=None)
            self._store.executescript(f"pragma journal_mode = wal; {_TABLES}")
            self._grow()
        except (sqlite3.Error, OSError) as error:
            message = f"{path}: cannot be used ({error}); move it away, and everybody is read anew"
            raise ConfigError(message) from error

    def _grow(self) -> None:
        """Give a file of an earlier version the column that it lacks."""
        had = {row[1] for row in self._store.execute("pragma table_info(people)")}
        if "reason" not in had:
            self._store.execute("alter table people add column reason text not null default ''")

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()

    def mark(self, name: str) -> str:
        """Return a mark, "" when there is none."""
        found = self._store.execute("select mark from marks where name = ?", (name,)).fetchone()
        return str(found[0]) if found else ""

    @contextmanager
    def _whole(self) -> Iterator[sqlite3.Connection]:
        """Change all or nothing."""
        self._store.execute("begin immediate")
        try:
            yield self._store
        except BaseException:
            self._store.execute("rollback")
            raise
        self._store.execute("commit")

    def take(self, page: Page) -> None:
        """Keep a page until the list is complete; where to go on after a stop is kept with it."""
        with self._whole() as store:
            store.executemany(_KEEP, [(e.key, _text(e.values), e.photo, e.gone) for e in page.entries])
            _put(store, "next", page.next)

    def begin_anew(self, *, changes: bool) -> None:
        """Forget the list that was not finished; without ``changes`` everybody is listed, not only what changed."""
        with self._whole() as store:
            store.execute("delete from waiting")
            _put(store, "next", "")
            if not changes:
                _put(store, "then", "")

    def counts(self, *, changes: bool) -> tuple[int, int]:
        """Return how many people there were, and how many there will be once the list is taken."""
        before = self._count(f"select count(*) from people where {_PERSON}")  # noqa: S608  a constant
        if not changes:
            return before, self._count(f"select count(*) from waiting where not gone and {_PERSON}")  # noqa: S608
        lost = self._count(
            f"select count(*) from people natural join (select key from waiting where gone and {_PERSON})"  # noqa: S608
        )
        fresh = self._count(
            f"select count(*) from waiting where not gone and {_PERSON} and key not in (select key from people)"  # noqa: S608
        )
        return before, before - lost + fresh

    def _count(self, query: str) -> int:
        return int(self._store.execute(query).fetchone()[0])

    def finish(self, then: str, *, changes: bool) -> None:
        """Let the list take the place of the old one; ``then`` is where the next time begins."""
        with self._whole() as store:
            gone = (
                "in (select key from waiting where gone)"
                if changes
                else "not in (select key from waiting where not gone)"
            )
            store.execute(f"delete from people where key {gone}")  # noqa: S608  one of two constants
            store.execute(_BECOME.format(fields=_MERGED if changes else "fields"))
            store.execute("delete from waiting")
            _put(store, "next", "")
            _put(store, "then", then)

    def wanting(self, recheck: float) -> list[tuple[str, str]]:
        """Return whose photo has to be asked for, with the version that is known.

        Asked for is what was never had and what the list says has changed. Of the photos that the list says nothing
        about, some that could not be had follow, and those looked at longest ago: so many that each has its turn
        once in ``recheck`` days.
        """
        fresh = "select key, version from people where photo is not null and asked is null order by key"
        failed = f"select key, version from people where {_SILENT} and note <> '' order by asked, key limit ?"  # noqa: S608
        due = f"select key, version from people where {_SILENT} order by asked, key limit ?"  # noqa: S608  a constant
        again = [*self._store.execute(failed, (_TRIED,)), *self._store.execute(due, (self._due(recheck),))]
        return [*self._store.execute(fresh), *dict.fromkeys(again)]

    def _due(self, recheck: float) -> int:
        """Return how many photos have their turn: none yet, where the time since the last one is too short."""
        silent = self._count(f"select count(*) from people where {_SILENT}")  # noqa: S608  a constant
        first = self._store.execute(f"select min(asked) from people where {_SILENT}").fetchone()[0]  # noqa: S608
        now = time.time()
        days = (now - float(self.mark("looked") or first or now)) / 86_400
        due = math.floor(silent * (min(1.0, days / recheck) if recheck else 1.0))
        self._turned = due > 0
        return due

    def looked(self) -> None:
        """Write down that the photos were looked at, now; a turn that nobody had yet goes on."""
        if self._turned or not self.mark("looked"):
            with self._whole() as store:
                _put(store, "looked", repr(time.time()))

    def fetched(self, got: Sequence[tuple[Fetched, str]]) -> None:
        """Write down what came of photos, with their digests in the vault."""
        now = time.time()
        kept = [(now, one.version, one.key) for one, _ in got if one.same]
        rows = [
            (now, one.version, digest, len(one.picture or b""), *_why(one), one.key)
            for one, digest in got
            if not one.same
        ]
        with self._whole() as store:
            store.executemany("update people set asked = ?, version = ? where key = ?", kept)
            store.executemany(
                "update people set asked = ?, version = ?, digest = ?, size = ?, note = ?, reason = ? where key = ?",
                rows,
            )

    def unanswered(self, keys: Sequence[str], why: str) -> None:
        """Write down of photos that are not here why they could not be had this time; they are asked for again."""
        with self._whole() as store:
            store.executemany(_UNANSWERED, [(why, AWAY, key) for key in keys])

    def miss(self, is_there: Callable[[str, int], bool]) -> None:
        """Let photos be asked for again of which ``is_there`` (of digest and size) says that they were lost."""
        had = self._store.execute("select distinct digest, size from people where digest <> ''").fetchall()
        lost = [(digest,) for digest, size in had if not is_there(digest, size)]
        with self._whole() as store:
            store.executemany(FORGET, lost)

    def had(self) -> set[str]:
        """Return whose photo was asked for: it is here, or cannot be had."""
        query = "select key from people where photo is null or asked is not null"
        return {str(key) for (key,) in self._store.execute(query)}

    def people(self) -> Iterator[Known]:
        """Return everybody, by key, each with all their photos."""
        for key, rows in groupby(self._rows(), lambda one: owner(one.key)):
            first, *others = rows
            if first.key == key:
                yield replace(first, others=tuple(others))

    def _rows(self) -> Iterator[Known]:
        query = "select key, fields, digest, size, note, photo, reason from people order by key"
        for key, fields, digest, size, note, photo, reason in self._store.execute(query):
            has = photo is not None
            yield Known(key, json.loads(fields), digest * has, size * has, note * has, reason=reason * has)


def _why(one: Fetched) -> tuple[str, str]:
    """Return why there is no photo, as sentence and code; "" where there is one, or none at all."""
    return (str(one.problem), one.problem.reason) if one.problem else ("", "")


def _put(store: sqlite3.Connection, name: str, mark: str) -> None:
    store.execute("insert or replace into marks values (?, ?)", (name, mark))


def _text(values: Mapping[str, str]) -> str:
    """Return values as SQLite's json_patch writes them, too: what did not change compares equal."""
    return json.dumps(dict(sorted(values.items())), ensure_ascii=False, separators=(",", ":"))
