"""A large company's people in parts, by name: each part is a contact sheet of its own."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from catchlight.records import Employee
from reports.contact_sheet_cards import Card, by_name

MOST = 2_000  # people on one sheet; browsers and reviewers grow slow beyond it
LARGEST = 5_000  # people who still are on one sheet, where they are all


@dataclass(slots=True)
class Part:
    """One sheet of several: its place, the names it goes from and to, and what is on it."""

    number: int
    of: int
    whole: str
    first: str
    last: str
    people: int
    outcomes: Counter[str] = field(default_factory=Counter)
    rungs: Counter[str] = field(default_factory=Counter)
    standing_out: dict[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """The file of this sheet, beside the index."""
        return f"{self.whole.removesuffix('.html')}-{self.number:03}.html"

    def count(self, cards: Sequence[Card], ids: set[str]) -> None:
        """Keep what the index says of the cards; ``ids`` are those that stand out."""
        self.outcomes.update(str(card.outcome) for card in cards)
        self.rungs.update(str(card.render.rung) for card in cards if card.render and card.render.after)
        places = enumerate(cards)
        self.standing_out = {card.id: (place, card.name) for place, card in places if card.id in ids}


def split(tables: Mapping[type, pl.DataFrame], whole: str) -> Iterator[tuple[Part, dict[type, pl.DataFrame]]]:
    """Yield each part and its tables, people in the order of their names; each table is gone through once."""
    people = by_name(tables[Employee])
    number = pl.DataFrame(
        {"id": [person.id for person in people], "part": [place // MOST for place in range(len(people))]}
    )
    parts = {
        kind: _parted(table, "id" if kind is Employee else "employee", number)
        for kind, table in tables.items()
    }
    for index, start in enumerate(range(0, len(people), MOST)):
        names = [person.name for person in people[start : start + MOST]]
        part = Part(index + 1, -(-len(people) // MOST), whole, names[0], names[-1], len(names))
        yield part, {kind: table[parts[kind].get(index, [])] for kind, table in tables.items()}


def _parted(table: pl.DataFrame, key: str, number: pl.DataFrame) -> dict[Any, pl.Series]:
    """Return which rows are of each part; the rows themselves are taken when it is written."""
    known = (
        table.select(id=key).with_row_index("row").join(number, on="id", how="inner", maintain_order="left")
    )
    rows = known.group_by("part").agg("row")
    return {part: pl.Series(found, dtype=pl.UInt32) for part, found in rows.iter_rows()}
