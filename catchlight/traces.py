"""What tells of one person in a home folder: id, e-mail, names, and the digests of pictures that are theirs alone."""

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from catchlight import ledger
from catchlight.belongings import Belongings
from catchlight.errors import ConfigError
from catchlight.print_book import print_book
from catchlight.register import Register
from catchlight.register_tables import TABLES
from catchlight.source import owner
from catchlight.source_memory import memories, source_of
from catchlight.spelling import forms
from catchlight.unfinished import unfinished

_DISTINCT = re.compile(r"(?=.*[A-Za-z]).{4,}|\d{5,}")  # an id that is no everyday word or number
_OWNERS = ("employee", "id")  # columns that say whose a row is
# Columns, and names in JSON, that count or measure: an id of digits is not what they hold.
_MEASURES = frozenset((
    "attempt", "days", "distance", "height", "number", "optical", "size", "sizes", "version", "width",
))  # fmt: skip


@dataclass(frozen=True)
class Traces:
    """What is looked for. ``words`` are e-mail, names and subject, unless somebody else has them, too.

    ``others`` are what others are called that holds one of these, as the id ``E1017_2`` does ``E1017``: it is passed over.
    """

    employee: str
    words: frozenset[str] = frozenset()
    digests: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()

    @cached_property
    def _named(self) -> list[str]:
        named = [*self.words, *([self.employee] if _DISTINCT.fullmatch(self.employee) else [])]
        return _ways(named)

    @cached_property
    def pattern(self) -> str:
        """A pattern by which polars finds quickly which texts are worth asking ``tell`` about."""
        return f"(?i){_any_of([*self._named, *self.digests])}"

    @cached_property
    def _found(self) -> "re.Pattern[str]":
        """Find what is somebody else's (group 1), and what tells of the person. An underscore ends a name or an id."""
        end = r"(?![^\W_])"
        named = rf"(?<![^\W_]){_any_of(self._named)}{end}"
        return re.compile(rf"(?i)({_any_of(_ways(self.others))}){end}|{named}|{_any_of(self.digests)}")

    def tell(self, text: str, column: str = "") -> bool:
        """Whether a text is the person's id, or holds anything else that tells of them; ``column`` is what it is called."""
        is_id = text in forms(self.employee) and column not in _MEASURES
        return is_id or any(not found[1] for found in self._found.finditer(text))

    def told(self, row: Iterable[tuple[str, Any]]) -> bool:
        """Whether one of the texts of a row, each with its column's name, tells of them."""
        return any(isinstance(value, str) and self.tell(value, column) for column, value in row)

    def without(self, text: str, column: str = "") -> str:
        """Return a text in which nothing tells of them any more."""
        text = self._found.sub(lambda found: found[1] or ERASED, text)
        return ERASED if self.tell(text, column) else text


def _ways(words: Iterable[str]) -> list[str]:
    """Return words in each way to write them: a file name from macOS has an accent as a sign of its own."""
    return [form for word in words for form in forms(word)]


def _any_of(words: Iterable[str]) -> str:
    """Return a pattern of words, the longest first; of none, one that is found nowhere."""
    told = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return f"(?:{told})" if told else r"[^\s\S]"


ERASED = "[erased]"


def traces_of(home: Path, register: Register, employee: str) -> Traces:
    """Return what tells of somebody; what other people have, too, is left out."""
    mine, others = Belongings(), Belongings()
    for row in _rows(home):
        owner = next((str(row[name]) for name in _OWNERS if row.get(name)), "")
        (mine if owner == employee else others).take(row)
    for record in TABLES:
        rows: list[Any] = register.rows(record)
        for one in rows:
            whose = mine if getattr(one, "employee", None) == employee else others
            whose.take(asdict(one))
    for stopped in unfinished(home):
        if stopped.employee == employee:
            mine.words |= stopped.words
            mine.digests |= stopped.digests
    book = print_book(home)
    for theirs, portraits in ((mine, mine.but(others)), (others, others.digests)):
        theirs.digests |= book.digests(portraits)
    for words, fields in _entries(home, mine):
        mine.words |= words
        mine.take(fields)
    found = Traces(employee, frozenset(mine.words - others.words), frozenset(mine.but(others)))
    called = {*others.words, *others.names, *known_ids(home, register)} - {employee}
    return replace(found, others=frozenset(filter(found.tell, called)))


def _rows(home: Path) -> Iterator[dict[str, Any]]:
    """Yield every row about a person: of tables, of what recipes gave, of plans."""
    for file in sorted([*home.glob("runs/**/*.parquet"), *home.glob("ledger/**/*.parquet")]):
        yield from ledger.read(file).to_dicts()
    for file in [*home.glob("ledger/recipes/*/*.json"), *home.glob("runs/*/publish/*.json")]:
        yield from _of_people(_json(file))
    for id_, one in listed_ids(home).items():
        yield {**one, "id": id_, "display_name": one.get("name", "")}


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_bytes())
    except ValueError as error:
        message = f"{file}: is damaged, so nobody knows whom it tells of; delete it (a recipe is made anew), then go on"
        raise ConfigError(message) from error


def _of_people(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("employee"), str):
            yield value
        else:
            for part in value.values():
                yield from _of_people(part)
    elif isinstance(value, list):
        for part in value:
            yield from _of_people(part)


def source_keys(home: Path, traces: Traces) -> list[tuple[str, str]]:
    """Return which entries of sources are the person's: the source's name and the key there."""
    known = list(_known(home))
    theirs = {
        (file, owner(key))
        for file, key, fields in known
        if owner(key) == traces.employee or any(map(traces.tell, fields.values()))
    }
    return [(source_of(home, file), key) for file, key, _ in known if (file, owner(key)) in theirs]


def source_entries(home: Path, traces: Traces) -> list[dict[str, Any]]:
    """Return what each source told of the person."""
    mine = source_keys(home, traces)
    return [
        {"source": source_of(home, file), "key": key, **fields}
        for file, key, fields in _known(home)
        if (source_of(home, file), key) in mine
    ]


def _entries(home: Path, mine: Belongings) -> Iterator[tuple[set[str], dict[str, Any]]]:
    """Yield what sources say of the person: by their photos (``SOURCE/key``) or their names; further photos, too."""
    known = list(_known(home))
    addresses = {word for word in mine.words if "@" in word}  # names can be several people's
    theirs = {
        (file, owner(key))
        for file, key, fields in known
        if f"{source_of(home, file)}/{key}" in mine.files or addresses & set(map(str, fields.values()))
    }
    for file, key, fields in known:
        if (file, owner(key)) in theirs:
            yield {key} if len(key) > 4 else set(), dict(fields)


def _known(home: Path) -> Iterator[tuple[Path, str, dict[str, str]]]:
    for file in memories(home):
        with closing(sqlite3.connect(file)) as store:
            if store.execute("select 1 from sqlite_master where name = 'people'").fetchone():
                found = store.execute("select key, fields, digest from people").fetchall()
                yield from ((file, key, json.loads(text) | {"digest": digest}) for key, text, digest in found)


def known_ids(home: Path, register: Register) -> set[str]:
    """Return every id that a home knows: of its runs, its register, its sources, and whose erasure was stopped."""
    return (known_elsewhere(home, register) | listed_ids(home).keys()) - {""}


def known_elsewhere(home: Path, register: Register) -> set[str]:
    """Return the ids of which more is known than that a list had them."""
    found = ids_of_recipes(home)
    for file in [*home.glob("runs/*/employees.parquet"), *home.glob("ledger/*/employees.parquet")]:
        found |= set(ledger.read(file, columns=["id"]).to_series())
    for record in TABLES:
        rows: list[Any] = register.rows(record)
        found |= {getattr(row, "employee", "") for row in rows}
    found |= {one.employee for one in unfinished(home)}
    return found - {""}


def ids_of_recipes(home: Path) -> set[str]:
    """Return whose portraits recipes gave: they outlive the run that made them. A damaged one counts as never finished."""
    found: set[str] = set()
    for file in home.glob("ledger/recipes/*/*.json"):
        with suppress(ConfigError):
            found |= {row["employee"] for row in _of_people(_json(file))}
    return found


def listed_ids(home: Path) -> dict[str, dict[str, str]]:
    """Return whose ids the lists had, as they are remembered from one run to the next."""
    with suppress(FileNotFoundError, ValueError, KeyError):
        seen: dict[str, dict[str, str]] = json.loads((home / "sources/ids.json").read_bytes())["seen"]
        return seen
    return {}
