"""Who is in one system and not in the other: a few lines of findings, and everybody in a file."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from catchlight.joining import Joined, Person
from catchlight.source import Finding
from catchlight.spreadsheet import table_bytes
from catchlight.vault import write_whole

FILE = "sources/not_joined.csv"
_HEADER = ("source", "key in source", "id", "what")
_SHOWN = 5


def write(
    home: Path, joined: Joined, sources: Sequence[str], id_of: Callable[[Person], str]
) -> list[Finding]:
    """Write everybody whom some source lacks or nobody can be joined to; return what to tell of them.

    ``sources`` are in the order of the job, the first of which says who there is.
    """
    loose = [(one.source, one.known.key, "", one.told) for one in joined.loose]
    lacking = {
        source: [id_of(one) for one in joined.people if source not in one.entries] for source in sources[1:]
    }
    alone = [(source, "", id_, "is not in this source") for source, ids in lacking.items() for id_ in ids]
    write_whole(home / FILE, table_bytes(_HEADER, [*loose, *alone]))
    return [*_loose(home, joined), *_lacking(home, lacking)]


def _loose(home: Path, joined: Joined) -> Iterator[Finding]:
    for source, why in dict.fromkeys((one.source, one.why) for one in joined.loose):
        some = [one for one in joined.loose if (one.source, one.why) == (source, why)]
        shown = "; ".join(f"{one.known.key}: {one.told}" for one in some[:_SHOWN])
        told = f"{source}: {len(some)} not joined to anybody. {shown}{_more(home, len(some))}."
        yield Finding(f"not_joined_{why}", told)


def _lacking(home: Path, lacking: dict[str, list[str]]) -> Iterator[Finding]:
    for source, ids in lacking.items():
        if ids:
            shown = ", ".join(ids[:_SHOWN])
            yield Finding(
                "not_in_source", f"{source}: {len(ids)} people are not in it: {shown}{_more(home, len(ids))}."
            )


def _more(home: Path, count: int) -> str:
    return f"; all of them are in {home / FILE}" if count > _SHOWN else ""
