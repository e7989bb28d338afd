"""Run tables: one parquet file per record kind per shard, and what each recipe gave."""

import dataclasses
import json
import types
import typing
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl

from catchlight.errors import ConfigError
from catchlight.vault import write_whole

_PARTS = 16
_TYPES: dict[Any, Any] = {str: pl.String, int: pl.Int64, float: pl.Float64, bool: pl.Boolean}


def schema(record: type) -> dict[str, Any]:
    """Return the parquet schema of a record: its fields, nothing else."""
    hints = typing.get_type_hints(record)
    return {f.name: _column(hints[f.name]) for f in dataclasses.fields(record)}


def _column(hint: Any) -> Any:
    if typing.get_origin(hint) is tuple:
        return pl.List(pl.String)
    if isinstance(hint, types.UnionType):
        hint = next(a for a in typing.get_args(hint) if a is not type(None))
    return _TYPES[hint]


def table(record: type, rows: Iterable[Any]) -> pl.DataFrame:
    """Return ``rows`` (records of one kind) as a table."""
    plain = [dataclasses.asdict(row) for row in rows]
    return pl.DataFrame(plain, schema=schema(record), orient="row")


def records(record: type, frame: pl.DataFrame) -> list[Any]:
    """Return the rows of a table as records; a field that an older table lacks has its default."""
    columns = [name for name in schema(record) if name in frame.columns]
    lists = [f.name for f in dataclasses.fields(record) if schema(record)[f.name] == pl.List(pl.String)]
    rows = frame.select(columns).to_dicts()
    return [record(**{k: tuple(v) if k in lists else v for k, v in row.items()}) for row in rows]


def write(path: Path, frame: pl.DataFrame) -> Path:
    """Write a table as parquet, whole or not at all."""
    buffer = BytesIO()
    frame.write_parquet(buffer)
    write_whole(path, buffer.getvalue())
    return path


def read(path: Path, columns: list[str] | None = None) -> pl.DataFrame:
    """Return a table; ConfigError when it is damaged, FileNotFoundError when it is not there."""
    with reading(path):
        return pl.read_parquet(path, columns=columns)


@contextmanager
def reading(*paths: Path) -> Iterator[None]:
    """Tell which table is damaged, and what to do: ConfigError. One that is not there is FileNotFoundError."""
    try:
        yield
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        message = (
            f"{' or '.join(map(str, paths))}: is damaged ({str(error).splitlines()[0]}); put it back from a backup, or, "
            "where a newer run may take this one's place, run the refresh again"
        )
        raise ConfigError(message) from error


def file_name(record: type) -> str:
    """Return the file of a record kind: ``Employee`` → ``employees.parquet``."""
    return f"{record.__name__.lower()}s.parquet"


def gather(
    record: type, shards: Iterable[Path], by: Sequence[str] = (), more: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Concatenate one record kind over shard folders, and ``more``; a missing file is an empty table.

    Sorted by the columns of ``by``, of which the first holds text, where there are any.
    """
    empty = pl.DataFrame(schema=schema(record))
    files = (folder / file_name(record) for folder in shards)
    frames = (read(file) for file in files if file.is_file())
    whole = (_of_today(record, frame) for frame in chain(frames, [empty if more is None else more]))
    return _sorted_in_parts(whole, empty, by) if by else pl.concat([empty, *whole])


def _sorted_in_parts(frames: Iterable[pl.DataFrame], empty: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Return the rows of all frames, sorted part by part: a table of millions is never in memory twice."""
    parts: list[list[pl.DataFrame]] = [[] for _ in range(_PARTS)]
    edges: pl.Series | None = None
    for frame in frames:
        edges = _edges(frame[by[0]]) if edges is None else edges
        part = edges.search_sorted(frame[by[0]], side="right")
        split = frame.with_columns(part=part).partition_by("part", as_dict=True, include_key=False)
        for (number,), rows in split.items():
            parts[number].append(rows)
    whole = [empty]
    while parts:
        whole.append(pl.concat([empty, *parts.pop(0)]).sort(by, maintain_order=True))
    return pl.concat(whole, rechunk=False)


def _edges(values: pl.Series) -> pl.Series:
    """Return the values between which parts lie: those of the first shard tell for all, as ids are shared out by chance."""
    known = values.unique().sort()
    return known.gather_every(max(1, len(known) // _PARTS), 1)[: _PARTS - 1]


def _of_today(record: type, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table with today's columns: an update in the middle of a run leaves shards that lack the newest."""
    columns = schema(record)
    lacking = [
        pl.lit(list(f.default) if isinstance(f.default, tuple) else f.default, columns[f.name]).alias(f.name)
        for f in dataclasses.fields(record)
        if f.name not in frame.columns and f.default is not dataclasses.MISSING
    ]
    return frame.with_columns(lacking).select(list(columns))


class Recipes:
    """What each recipe gave, one small file each: same recipe, nothing to do, ever again."""

    def __init__(self, root: Path) -> None:
        """Use the folder ``root``."""
        self.root = root

    def path(self, recipe: str) -> Path:
        """Where the result of a recipe lies."""
        return self.root / recipe[:2] / f"{recipe[2:]}.json"

    def recall(self, recipe: str) -> dict[str, Any] | None:
        """Return what was remembered, or None when the recipe was never finished, or its file is damaged."""
        try:
            found: dict[str, Any] = json.loads(self.path(recipe).read_bytes())
        except (FileNotFoundError, ValueError):
            return None
        return found

    def forget(self, recipe: str) -> None:
        """Let a recipe be one that was never finished."""
        self.path(recipe).unlink(missing_ok=True)

    def remember(self, recipe: str, result: dict[str, Any]) -> None:
        """Keep the result of a finished recipe; from now on it is done."""
        write_whole(self.path(recipe), json.dumps(result, allow_nan=False).encode())
