"""People who left: after a while their pictures and rows in runs go, and years later what they said."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from catchlight import erasure, identities, ledger, unwriting
from catchlight.errors import ConfigError
from catchlight.journal import standing_now
from catchlight.purging import Purge, Purged
from catchlight.register_tables import TABLES
from catchlight.runs import portraits, run_folder, run_names, takes_in_everyone
from catchlight.tombstones import read_tombstones
from catchlight.traces import known_elsewhere, known_ids, traces_of
from catchlight.unfinished import noted, unfinished


def purge_people(one: Purge, redraw: erasure.Redraw) -> list[Purged]:
    """Make the pass over people who left and are published nowhere; return what went."""
    left = dict(_left(one))
    leavers = [
        id_ for id_, since in left.items() if since < one.before(one.keep.leavers) and _in_runs(one, id_)
    ]
    silent = [id_ for id_, since in left.items() if since < one.before(one.keep.words)]
    for id_ in dict.fromkeys([*leavers, *silent, *_stopped(one)]) if not one.dry else ():
        traces = traces_of(one.home, one.register, id_)
        with noted(one.home, id_, traces.words, traces.digests):
            erasure.strip(one.home, one.register, traces, redraw)
            if id_ in silent:
                unwriting.unwrite(one.home, one.register, traces)
    _forget_ids(one)
    return [
        Purged("leavers", one.keep.leavers, len(leavers)), Purged("words", one.keep.words, len(silent)),
    ]  # fmt: skip


def _stopped(one: Purge) -> list[str]:
    """Return whom an earlier pass began with and was stopped at; erasures that were stopped end by erasing again."""
    stones = read_tombstones(one.home)
    return [note.employee for note in unfinished(one.home) if not stones.has("id", note.employee)]


def _forget_ids(one: Purge) -> None:
    """Forget whose id was whose where they left and nothing else of theirs is here: nobody can inherit anything of it."""
    ids, since = identities.read_ids(one.home), one.before(one.keep.leavers)
    left = {id_ for id_, seen in ids.seen.items() if seen.gone and seen.gone < since}
    if left and not one.dry and (left := left - known_elsewhere(one.home, one.register)):
        kept = {id_: seen for id_, seen in ids.seen.items() if id_ not in left}
        identities.write_ids(one.home, replace(ids, seen=kept))


def _left(one: Purge) -> Iterator[tuple[str, str]]:
    """Yield who is not in the newest run of the whole company, and when they were last seen or heard of."""
    try:
        newest = run_folder(one.home)
    except ConfigError:
        return
    if not takes_in_everyone(one.home, newest.name):
        return
    here = set(portraits(newest)) | {receipt.employee for receipt in standing_now(one.register.receipts())}
    heard = _heard(one)
    for id_ in sorted(known_ids(one.home, one.register) - here):
        last = max(heard.get(id_, ""), _last_run(one, id_))
        if last:
            yield id_, last


def _heard(one: Purge) -> dict[str, str]:
    found: dict[str, str] = {}
    for record in TABLES:
        rows: list[Any] = one.register.rows(record)
        for row in rows:
            employee, at = getattr(row, "employee", ""), getattr(row, "at", "")
            found[employee] = max(found.get(employee, ""), at)
    return found


def _in_runs(one: Purge, id_: str) -> bool:
    return bool(_last_run(one, id_))


def _last_run(one: Purge, id_: str) -> str:
    """Return when the newest run with somebody ended, "" for none."""
    for name in run_names(one.home):
        folder = one.home / "runs" / name
        file = folder / "employees.parquet"
        if file.is_file() and id_ in set(ledger.read(file, columns=["id"])["id"]):
            told = json.loads((folder / "run.json").read_bytes()) if (folder / "run.json").is_file() else {}
            return str(told.get("finished", "9999"))
    return ""
