"""Whether what a home folder keeps fits together: register, vault, models, and a restore of two different days."""

import difflib
import stat
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from catchlight import restored, watermark
from catchlight.audit_settings import seal_of
from catchlight.checkup import Finding, State, owned, shown
from catchlight.checkup_barred import is_open, look_at_rights, tried
from catchlight.checkup_databases import look_at_databases
from catchlight.checkup_files import look_at_files
from catchlight.checkup_register import damaged, look_at_log, open_as_it_is
from catchlight.errors import ConfigError, OutsideError
from catchlight.home import Home
from catchlight.models import ModelStore, default_root
from catchlight.records import Decision
from catchlight.register import VERSION, Register, now
from catchlight.run_history import history
from catchlight.tombstones import folders, unkept


def look_at_home(home: Path, *, whole: bool = False) -> Iterator[Finding]:
    """Look at models, register and vault, all of it where ``whole``; a home that is not there yet is no mistake."""
    yield _models()
    with suppress(ConfigError):  # trust.toml has its own line
        yield from tried("Erasing", (_second_list(one) for one in [home]))
    if not home.is_dir():
        yield _not_there(home)
        return
    yield _closed(home)
    yield from tried("Rights", look_at_rights(home))
    yield from tried("Secrets", _secrets(home / "secrets"))
    yield from tried("Databases", look_at_databases(home))
    yield from tried("Register", _register(home, whole=whole))
    yield from tried("Runs", _runs(home))


def _runs(home: Path) -> Iterator[Finding]:
    unfinished = Home(home).unfinished()
    if unfinished:
        said = f"{len(unfinished)} not finished, the newest {unfinished[0]}"
        remedy = f"run the same refresh again, or catchlight runs prune --home {shown(home)}"
        yield Finding(State.WARN, "Runs", said, remedy)
    unread = [one.name for one in history(home) if one.damaged] if (home / "runs").is_dir() else []
    if unread:
        said = f"run.json of {', '.join(unread)} is damaged"
        yield Finding(State.WARN, "Runs", said, "put that file back from a backup")


def _register(home: Path, *, whole: bool) -> Iterator[Finding]:
    register = open_as_it_is(home)
    if isinstance(register, Finding):
        yield register
        return
    with closing(register):
        yield Finding(State.OK, "Register", f"{register.name}, schema {VERSION}")
        try:
            yield from _within(home, register, whole=whole)
        except OutsideError as error:
            yield damaged(home, str(error))


def _within(home: Path, register: Register, *, whole: bool) -> Iterator[Finding]:
    yield _future(register)
    yield _age(home, register)
    yield from tried("Audit log", _log(home, register))
    yield from tried("Vault", look_at_files(home, register, whole=whole))


def _log(home: Path, register: Register) -> Iterator[Finding]:
    with suppress(ConfigError):  # audit.toml has its own line
        yield look_at_log(home, register, seal_of(home))


def _not_there(home: Path) -> Finding:
    """Say that there is no home; one of nearly the same name beside it is a slip of the pen."""
    if home.exists():
        return Finding(State.FAIL, "Home", f"{home} is no folder", "name another one with --home")
    beside = [one.name for one in home.absolute().parent.glob("*/") if (one / "register.db").is_file()]
    near = difflib.get_close_matches(home.name, beside, 1)
    if near:
        meant = home.absolute().parent / near[0]
        said = f"{home} is not there, and {meant} is"
        return Finding(State.FAIL, "Home", said, f"do you mean --home {shown(meant)}?")
    remedy = "the first refresh makes it; if it was made before, mend the name after --home"
    return Finding(State.WARN, "Home", f"{home} is not there", remedy)


def _second_list(home: Path) -> Finding:
    """Look whether who is erased can be written down beside the home, too."""
    folder = folders(home)[1]
    if why := unkept(home):
        said = f"who is erased would come back with a restored backup: {why}"
        return Finding(
            State.WARN, "Erasing", said, f"{owned(folder)}; or name a folder in trust.toml: tombstones"
        )
    return Finding(State.OK, "Erasing", f"the second list of who was erased can be kept in {folder}")


def _models() -> Finding:
    unready = ModelStore(default_root()).unready()
    if unready:
        name, reason = next(iter(unready.items()))
        return Finding(
            State.FAIL, "Models", f"{len(unready)} not ready; {name}: {reason}", "catchlight models fetch"
        )
    return Finding(State.OK, "Models", f"all verified, in {default_root()}")


def _closed(home: Path) -> Finding:
    if stat.S_IMODE(home.stat().st_mode) & 0o007:
        said = f"others on this machine may look into {home}"
        return Finding(State.WARN, "Home", said, f"chmod -R o-rwx {home}")
    return Finding(State.OK, "Home", f"{home}, closed to others")


def _secrets(folder: Path) -> Iterator[Finding]:
    if folder.exists() and not is_open(folder):
        return  # told among the rights
    files = [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
    open_ = [path for path in files if stat.S_IMODE(path.stat().st_mode) & 0o077]
    if open_:
        yield Finding(State.FAIL, "Secrets", f"others may read {open_[0]}", f"chmod 600 {shown(open_[0])}")
    else:
        yield Finding(State.OK, "Secrets", f"{len(files)} files, yours alone")


def _future(register: Register) -> Finding:
    newest = max((row.at for row in register.rows(Decision)), default="")
    if newest > now():
        remedy = (
            "set the clock; answers count in the order in which they came, but their days are wrong meanwhile"
        )
        return Finding(
            State.FAIL, "Answers", f"the newest is of {newest}, later than this machine's clock", remedy
        )
    return Finding(State.OK, "Answers", f"the newest is of {newest[:16]}" if newest else "none yet")


def _age(home: Path, register: Register) -> Finding:
    """Say that a home was put back; else compare the register with its mark among the files."""
    if back := restored.problem(home):
        remedy = (
            f"look through what was said since (docs/operate.md, after a restore), then catchlight audit accept "
            f'"WHY" --home {shown(home)}: until then nothing is published'
        )
        return Finding(State.FAIL, "Restore", back, remedy)
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
