"""What is past its term goes: kind by kind, with a count and a reason, and never what an undoing inside its term needs."""

import json
import shutil
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from catchlight import prefect_store
from catchlight import purging_pictures as pictures
from catchlight.errors import ConfigError
from catchlight.home import Home
from catchlight.promises import Keep
from catchlight.purging_left import Absent, absent
from catchlight.purging_orphans import orphans
from catchlight.register import Register
from catchlight.review_records import Delegation, Extension, Invitation, Letter, Revocation, Session
from catchlight.runs import NEVER, ended, run_folder, run_names

_PRINTED = "secrets/links.csv"


@dataclass(frozen=True, slots=True)
class Purged:
    """How many of a kind went, or would go, after how many days; ``why`` is what was damaged, so that none could."""

    kind: str
    days: int
    count: int
    why: str = ""


@dataclass(frozen=True)
class Purge:
    """One pass over a home folder; whoever makes it holds the home. With ``dry`` it only counts."""

    home: Path
    register: Register
    keep: Keep
    at: datetime
    dry: bool = False

    @cached_property
    def absent(self) -> Absent:
        """Who left and who rests, as of the beginning of the pass."""
        return absent(self.home, self.register)

    def before(self, days: int) -> str:
        """Return the moment before which something is past its term."""
        return (self.at - timedelta(days=days)).astimezone(UTC).isoformat(timespec="microseconds")

    def drop(self, paths: Iterable[Path]) -> int:
        """Delete files and folders; return how many."""
        found = [path for path in paths if path.exists()]
        for path in found if not self.dry else ():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
        return len(found)

    def is_old(self, path: Path, days: int) -> bool:
        """Whether a file was last written before its term."""
        return path.is_file() and path.stat().st_mtime < (self.at - timedelta(days=days)).timestamp()


def purge(one: Purge) -> list[Purged]:
    """Make a pass; return what went, kind by kind. What is damaged stands in the way of its kind alone."""
    kinds: dict[str, Callable[[Purge], int]] = {
        "halves": _halves, "sessions": _sessions, "links": _links, "logs": _logs, "letters": _letters,
        "rejected": pictures.rejected, "originals": pictures.originals, "backups": pictures.backups, "runs": _runs,
        "orphans": orphans,
    }  # fmt: skip
    return [_try(one, kind, work) for kind, work in kinds.items()]


def _try(one: Purge, kind: str, work: Callable[[Purge], int]) -> Purged:
    days = getattr(one.keep, kind)
    try:
        return Purged(kind, days, work(one))
    except ConfigError as error:
        return Purged(kind, days, 0, str(error))


def _sessions(one: Purge) -> int:
    since = one.before(one.keep.sessions)
    count = sum(row.seen < since for row in one.register.rows(Session))
    if count and not one.dry:
        with one.register.alone() as store:
            store.forget_unseen(since)
    return count


def _halves(one: Purge) -> int:
    """Delete what writes that were killed left beside their files: it may be half of somebody's photo."""
    return one.drop(path for path in one.home.rglob(".*.partial") if one.is_old(path, one.keep.halves))


def _links(one: Purge) -> int:
    printed = one.home / _PRINTED
    return one.drop([printed] if one.is_old(printed, one.keep.links) else [])


def _logs(one: Purge) -> int:
    """Delete old logs, and put today's aside under their date, so that no log grows past its term."""
    folder, today = one.home / "logs", one.at.date().isoformat()
    gone = one.drop(path for path in folder.glob("*.log") if one.is_old(path, one.keep.logs))
    for path in folder.glob("*.log") if not one.dry else ():
        aside = path.with_name(f"{path.stem}.{today}.log")
        if path.suffixes == [".log"] and path.stat().st_size and not aside.exists():
            path.rename(aside)
    since = one.before(one.keep.logs)
    return gone + sum(
        prefect_store.forget(file, since, dry=one.dry) for file in prefect_store.files(one.home)
    )


def _letters(one: Purge) -> int:
    """Forget invitations that ended, with their letters, and delegations that did.

    The last invitation of whoever is here stays: its link leads to a new one, and nobody is asked twice.
    """
    since, register = one.before(one.keep.letters), one.register
    asked = register.rows(Invitation)
    longer = {row.invitation for row in register.rows(Extension) if row.until >= since}
    gone = [row.id for row in asked if row.expires < since]
    kept = longer | _last_ones(one, asked) if gone else longer
    ended = [id_ for id_ in gone if id_ not in kept]
    over = {row.until for row in register.rows(Delegation) if row.until < since}
    if one.dry:
        return len(ended) + len(over)
    with register.alone() as store:
        count = sum(
            store.remove(kind, invitation=id_) for id_ in ended for kind in (Letter, Revocation, Extension)
        )
        count += sum(store.remove(Invitation, id=id_) for id_ in ended)
        return count + sum(store.remove(Delegation, until=until) for until in over)


def _last_ones(one: Purge, asked: Iterable[Invitation]) -> set[str]:
    """Return the last invitation of everybody who has not left."""
    return set({row.employee: row.id for row in asked if row.employee not in one.absent.left}.values())


def _runs(one: Purge) -> int:
    """Delete runs that newer ones followed, unfinished ones too, but for the newest and those that others build upon."""
    home = Home(one.home)
    newest, since = _newest(home), one.before(one.keep.runs)
    followed = [
        name for name in {*run_names(one.home), *home.unfinished()} if name < newest or home.finished(name)
    ]
    old = {name for name in followed if _last_sign(home, name) < since} - {newest}
    old -= _built_upon(home, old)
    one.drop(home.ledger(name) for name in old)
    one.drop(home.run(name) for name in old)
    return len(old)


def _newest(home: Home) -> str:
    try:
        return run_folder(home.root).name
    except ConfigError:
        return ""


def _last_sign(home: Home, name: str) -> str:
    """Return when a run ended; where it did not, or does not say, when something of it was last written."""
    told = ended(home.root, name)
    if told != NEVER:
        return told
    files = [path for folder in (home.run(name), home.ledger(name)) for path in (folder, *folder.glob("*"))]
    last = max(path.stat().st_mtime for path in files if path.exists())
    return datetime.fromtimestamp(last, UTC).isoformat(timespec="microseconds")


def _built_upon(home: Home, old: Collection[str]) -> set[str]:
    """Return the runs that an unfinished one, which stays, carries people over from."""
    found = set()
    for name in set(home.unfinished()).difference(old):
        with suppress(ValueError, AttributeError):  # whose plan is damaged is not gone on with
            found.add(
                str(json.loads((home.ledger(name) / "plan.json").read_bytes()).get("job", {}).get("onto", ""))
            )
    return found
