"""The rows of an answer in JSON, NDJSON or CSV, and what stands in them."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from catchlight.errors import ConfigError, OutsideError
from connectors._http_table_settings import SourceSettings

Row = Mapping[str, Any]
_CELL = 64 << 20  # a photo may stand in one


def at(row: Any, key: str) -> Any:
    """Return what stands at a key, or at keys with dots between; None when there is nothing."""
    if isinstance(row, Mapping) and key in row:
        return row[key]
    for part in key.split("."):
        if isinstance(row, Mapping):
            row = row.get(part)
        elif isinstance(row, list) and part.isdecimal():
            row = row[int(part)] if int(part) < len(row) else None
        else:
            return None
    return row


def text(value: Any) -> str:
    """Return a value as text; null, lists and objects are ""."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None or isinstance(value, Mapping | list) else str(value).strip()


def json_of(file: BinaryIO) -> Any:
    """Return a JSON answer, its numbers as they are written; OutsideError for anything else."""
    file.seek(0)
    try:
        return json.load(file, parse_int=str, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise OutsideError(f"the list is no whole JSON: {error}") from error


def rows_of(settings: SourceSettings, whole: Any) -> list[Row]:
    """Return the list inside a JSON answer; ConfigError when it is not where the settings say."""
    found = at(whole, settings.items) if settings.items else whole
    if not isinstance(found, list):
        there = ", ".join(map(str, whole)) if isinstance(whole, Mapping) else type(whole).__name__
        where = f"{settings.items!r} is no list" if settings.items else "the answer is no list"
        raise ConfigError(f"items: {where}; there are: {there[:300]}")
    return [row for row in found if isinstance(row, Mapping)]


def lines_of(settings: SourceSettings, file: BinaryIO) -> Iterator[Row]:
    """Return the rows of NDJSON or CSV, one at a time."""
    file.seek(0)
    lines = io.TextIOWrapper(io.BufferedReader(file), encoding=settings.encoding, newline="")  # type: ignore[type-var]
    try:
        yield from _ndjson(lines) if settings.format == "ndjson" else _csv(settings, lines)
    except UnicodeDecodeError as error:
        raise ConfigError(f"encoding: the list is not in {settings.encoding}: {error.reason}") from error
    finally:
        lines.detach().detach()


def _ndjson(lines: io.TextIOWrapper) -> Iterator[Row]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                row = json.loads(line, parse_int=str, parse_float=str)
            except (ValueError, RecursionError) as error:
                raise OutsideError(f"line {number} of the list is no whole JSON: {error}") from error
            if not isinstance(row, Mapping):
                raise OutsideError(f"line {number} of the list is no object")
            yield row


def _csv(settings: SourceSettings, lines: io.TextIOWrapper) -> Iterator[Row]:
    csv.field_size_limit(max(_CELL, csv.field_size_limit()))
    reader = csv.DictReader(lines, delimiter=settings.delimiter, strict=True)
    columns = list(reader.fieldnames or [])
    wanted = {"key": settings.key, **{f"fields.{name}": column for name, column in settings.fields.items()}}
    if settings.active:
        wanted["active.field"] = settings.active.field
    if settings.photo:
        wanted |= {f"photo.{name}": getattr(settings.photo, name) for name in ("base64", "link", "version")}
    for setting, column in wanted.items():
        if column and column not in columns:
            raise ConfigError(
                f"{setting}: there is no column {column!r}; there are: {', '.join(columns)[:300]}"
            )
    try:
        for row in reader:
            if None in row or None in row.values():
                raise ConfigError(
                    f"delimiter: line {reader.line_num} of the list has not as many cells as there are columns"
                )
            yield row
    except csv.Error as error:
        raise OutsideError(f"line {reader.line_num} of the list: {error}") from error
