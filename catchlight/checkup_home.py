"""Whether what a home folder keeps fits together: register, vault, models, and a restore of two different days."""

import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from catchlight import audit_check, watermark
from catchlight.checkup import Finding, State
from catchlight.checkup_files import look_at_files
from catchlight.desk import open_register
from catchlight.errors import CatchlightError
from catchlight.home import Home
from catchlight.models import ModelStore, default_root
from catchlight.records import Decision
from catchlight.register import VERSION, Register, now
from catchlight.run_history import history


def look_at_home(home: Path, *, whole: bool = False) -> Iterator[Finding]:
    """Look at models, register and vault, all of it where ``whole``; a home that is not there yet is no mistake."""
    yield _models()
    if not home.is_dir():
        yield Finding(State.OK, "Home", f"{home} is made by the first refresh")
        return
    yield _rights(home)
    yield _secrets(home / "secrets")
    try:
        register = open_register(home)
    except CatchlightError as error:
        yield Finding(State.FAIL, "Register", str(error), "put back the backup, or update Catchlight")
        return
    with closing(register):
        yield Finding(State.OK, "Register", f"{register.name}, schema {VERSION}")
        yield _future(register)
        yield _age(home, register)
        yield from _log(register)
        yield from look_at_files(home, register, whole=whole)
    yield from _runs(home)


def _runs(home: Path) -> Iterator[Finding]:
    unfinished = Home(home).unfinished()
    if unfinished:
        said = f"{len(unfinished)} not finished, the newest {unfinished[0]}"
        yield Finding(State.WARN, "Runs", said, "run the same refresh again, or catchlight runs prune")
    damaged = [one.name for one in history(home) if one.damaged] if (home / "runs").is_dir() else []
    if damaged:
        said = f"run.json of {', '.join(damaged)} is damaged"
        yield Finding(State.WARN, "Runs", said, "put that file back from a backup")


def _models() -> Finding:
    unready = ModelStore(default_root()).unready()
    if unready:
        name, reason = next(iter(unready.items()))
        return Finding(
            State.FAIL, "Models", f"{len(unready)} not ready; {name}: {reason}", "catchlight models fetch"
        )
    return Finding(State.OK, "Models", f"all verified, in {default_root()}")


def _rights(home: Path) -> Finding:
    if stat.S_IMODE(home.stat().st_mode) & 0o007:
        said = f"others on this machine may look into {home}"
        return Finding(State.WARN, "Home", said, f"chmod -R o-rwx {home}")
    return Finding(State.OK, "Home", f"{home}, closed to others")


def _secrets(folder: Path) -> Finding:
    files = [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
    open_ = [path for path in files if stat.S_IMODE(path.stat().st_mode) & 0o077]
    if open_:
        return Finding(State.FAIL, "Secrets", f"others may read {open_[0]}", f"chmod 600 {open_[0]}")
    return Finding(State.OK, "Secrets", f"{len(files)} files, yours alone")


def _future(register: Register) -> Finding:
    newest = max((row.at for row in register.rows(Decision)), default="")
    if newest > now():
        remedy = "set the clock: new answers would count as older than those that are there"
        return Finding(
            State.FAIL, "Answers", f"the newest is of {newest}, later than this machine's clock", remedy
        )
    return Finding(State.OK, "Answers", f"the newest is of {newest[:16]}" if newest else "none yet")


def _age(home: Path, register: Register) -> Finding:
    """Compare the register with its mark among the files."""
    lost = watermark.behind(home, register)
    if not lost:
        return Finding(State.OK, "Restore", "the register is as new as the files")
    kind, (mark, reached) = next(iter(lost.items()))
    said = f"the register is older than the files: {kind} had come to {mark[:16]}, and here end at {reached[:16] or '—'}"
    remedy = (
        "put back register and files of the same day (catchlight backup restore); answers since are lost otherwise. "
        f"Where people were erased since, remove {home / 'register.mark'}"
    )
    return Finding(State.FAIL, "Restore", said, remedy)


def _log(register: Register) -> Iterator[Finding]:
    """Compare the register with the head of its log that was kept beside it."""
    behind = audit_check.behind(register, register.seal) if register.seal else ""
    if behind:
        remedy = (
            'put back the newest register; if there is none, look at catchlight publish verify, then catchlight audit accept "WHY": '
            "until then nothing is published"
        )
        yield Finding(State.FAIL, "Audit log", behind, remedy)
