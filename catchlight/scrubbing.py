"""What tells of one person goes out of a file: the row, the entry, the line, or the file itself where it is theirs."""

import csv
import io
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import zip_longest
from pathlib import Path
from typing import Any

import polars as pl

from catchlight import ledger, prefect_store
from catchlight.sqlite_tables import tables
from catchlight.traces import ERASED, Traces
from catchlight.vault import digest_of, write_whole

# Folders and files that are the company's own, or hold nothing about people.
_OTHERS = ("secrets", "models", "signature", "erased", "demo-company", "provenance")
_DATABASES = (".db", ".sqlite")
_MAGIC = (b"\xff\xd8\xff", b"\x89PNG", b"RIFF", b"GIF8", b"II*\x00", b"MM\x00*")
PRINTED = "secrets/links.csv"


def files_of(home: Path) -> Iterator[Path]:
    """Yield the files of a home that may tell of people."""
    for file in sorted(home.rglob("*")):
        part = file.relative_to(home).parts[0]
        kept = part in _OTHERS and str(file.relative_to(home)) != PRINTED
        if file.is_file() and not file.is_symlink() and not kept and file.suffix != ".toml":
            yield file


def tells(file: Path, traces: Traces) -> bool:
    """Whether a file tells of somebody, however deep in its tables."""
    data = file.read_bytes()
    if data.startswith(b"PAR1") and data.endswith(b"PAR1"):
        frame = ledger.read(file)
        return frame.filter(_mask(frame, traces)).height > 0
    if data.startswith(_MAGIC):
        return digest_of(data) in traces.digests
    if data.startswith(b"SQLite format 3"):
        with closing(sqlite3.connect(file)) as store:
            return any(_in_table(store, name, traces) for name in tables(store))
    text = data.decode("utf-8-sig", "replace")
    return traces.tell(file.name) or traces.tell(text) or _in_cells(file, text, traces)


def _in_cells(file: Path, text: str, traces: Traces) -> bool:
    """Whether a cell of a table or a value of JSON is the person's id, though it is no more than an everyday number."""
    if traces.employee not in text:
        return False
    if file.suffix == ".csv":
        rows = list(csv.reader(io.StringIO(text, newline="")))
        return any(traces.told(zip_longest(rows[0], row, fillvalue="")) for row in rows[1:])
    with suppress(ValueError):
        content = json.loads(text) if file.suffix == ".json" else None
        return bool(_less(content, traces) != content)
    return False


def is_picture(file: Path) -> bool:
    """Whether a file begins as a picture does."""
    with file.open("rb") as opened:
        return opened.read(8).startswith(_MAGIC)


def scrub(file: Path, traces: Traces) -> None:
    """Take out of a file what tells of somebody; a picture or a page of theirs goes whole."""
    match file.suffix:
        case ".parquet":
            frame = ledger.read(file)
            buffer = io.BytesIO()
            frame.filter(~_mask(frame, traces)).write_parquet(buffer)
            write_whole(file, buffer.getvalue())
        case ".csv":
            write_whole(file, _without_rows(file.read_bytes(), traces))
        case ".json":
            _scrub_json(file, traces)
        case ".log" | ".txt" | ".jsonl":
            _strike(file, traces)
        case one if one in _DATABASES:
            _scrub_database(file, traces)
        case _:
            file.unlink()
            for beside in ("-wal", "-shm"):
                with suppress(FileNotFoundError):
                    file.with_name(file.name + beside).unlink()


def _strike(file: Path, traces: Traces) -> None:
    """Write over the lines about somebody where they stand: a server that has the file open goes on at its end.

    The file is never shorter or another one, so that nothing is lost of what is said meanwhile, or when this is stopped.
    """
    with file.open("r+b") as opened:
        at = 0
        for line in opened.read().splitlines(keepends=True):
            if traces.tell(line.decode("utf-8", "replace")):
                opened.seek(at)
                opened.write(_struck(line))
            at += len(line)
        opened.flush()
        os.fsync(opened.fileno())


def _struck(line: bytes) -> bytes:
    """Return a line of the same length that tells nothing but that somebody was erased."""
    text = line.rstrip(b"\r\n")
    return ERASED.encode().ljust(len(text))[: len(text)] + line[len(text) :]


def _mask(frame: pl.DataFrame, traces: Traces) -> pl.Expr:
    texts = [pl.col(name) for name, kind in frame.schema.items() if kind == pl.String]
    texts += [
        pl.col(name).list.join(" ") for name, kind in frame.schema.items() if kind == pl.List(pl.String)
    ]
    if not texts:
        return pl.lit(False)  # noqa: FBT003
    found = [text.is_in(_telling(frame, text, traces)) for text in texts]
    return pl.any_horizontal(found).fill_null(False)  # noqa: FBT003


def _telling(frame: pl.DataFrame, text: pl.Expr, traces: Traces) -> list[str]:
    """Return which texts of a column tell of somebody."""
    worth = frame.select(text.filter(text.str.contains(traces.pattern)).unique()).to_series()
    return [traces.employee, *filter(traces.tell, worth)]


def _without_rows(data: bytes, traces: Traces) -> bytes:
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig", "replace"), newline="")))
    out = io.StringIO()
    kept = [row for row in rows[1:] if not traces.told(zip_longest(rows[0], row, fillvalue=""))]
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows([*rows[:1], *kept])
    return out.getvalue().encode("utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8")


def _scrub_json(file: Path, traces: Traces) -> None:
    """Scrub a JSON file; one that is about the person alone goes."""
    content = json.loads(file.read_bytes())
    if isinstance(content, dict) and _is_theirs(content, traces):
        file.unlink()
        return
    write_whole(file, (json.dumps(_less(content, traces), indent=2, ensure_ascii=False) + "\n").encode())


def _is_theirs(content: dict[str, Any], traces: Traces) -> bool:
    render = content.get("render")
    owner = render.get("employee") if isinstance(render, dict) else content.get("employee")
    return owner == traces.employee or str(content.get("picture", "")) in traces.digests


def _less(value: Any, traces: Traces, name: str = "") -> Any:
    """Return a value of a name without the entries about somebody; a text in which they are named says so."""
    if isinstance(value, dict):
        kept = {key: part for key, part in value.items() if not traces.tell(key, name)}
        return {key: _less(part, traces, key) for key, part in kept.items()}
    if isinstance(value, list):
        return [_less(part, traces, name) for part in value if not _names(part, traces)]
    return ERASED if isinstance(value, str) and traces.tell(value, name) else value


def _names(part: Any, traces: Traces) -> bool:
    """Whether an entry of a list is about somebody."""
    return isinstance(part, dict) and traces.told(part.items())


def _in_table(store: sqlite3.Connection, name: str, traces: Traces) -> list[int]:
    """Return which rows of a table tell of somebody."""
    found = store.execute(f'select rowid, * from "{name}"')  # noqa: S608  a table's own name
    columns = [column for column, *_ in found.description]
    return [int(row[0]) for row in found.fetchall() if traces.told(zip(columns[1:], row[1:], strict=True))]


def _scrub_database(file: Path, traces: Traces) -> None:
    """Delete the rows about somebody, and what deleted rows leave in a file; of Prefect's, those that tell of runs."""
    with prefect_store.opened(file) as store:
        for name in prefect_store.history(store) if file.name == prefect_store.FILE else tables(store):
            gone = [(row,) for row in _in_table(store, name, traces)]
            store.executemany(f'delete from "{name}" where rowid = ?', gone)  # noqa: S608
        compact(store)


def compact(store: sqlite3.Connection) -> None:
    """Let nothing of deleted rows stay in a SQLite file or beside it."""
    store.execute("pragma secure_delete = on")
    store.execute("vacuum")
    store.execute("pragma wal_checkpoint(truncate)")
