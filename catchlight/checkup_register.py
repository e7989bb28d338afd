"""Whether the register of a home opens: each cause has its own sentence and its own remedy."""

import os
from pathlib import Path

from catchlight import audit_check
from catchlight.audit import AuditLine, Seal
from catchlight.audit_settings import load_auditing
from catchlight.checkup import Finding, State, rights, shown
from catchlight.checkup_sqlite import code_of, remedy
from catchlight.desk import place_of_register, register_of
from catchlight.errors import ConfigError
from catchlight.home import Home
from catchlight.register import Register

_WHAT, _LOG = "Register", "Audit log"
_RESTORE = (
    "stop everything and keep a copy of {home}; put back the newest backup beside it "
    "(catchlight backup restore BACKUP --home {home}.new), see that it is whole, then let it take the place of {home}"
)


def open_as_it_is(home: Path) -> Register | Finding:
    """Open the register without a line in its log; what is found instead, where there is none or it cannot be opened."""
    try:
        where = place_of_register(home)
        if isinstance(where, Path) and not (where.is_file() and where.stat().st_size):
            return _absent(home, where)
        return Register(where)
    except ConfigError as error:
        return Finding(State.FAIL, _WHAT, str(error), _remedy(home, error))


def damaged(home: Path, why: str) -> Finding:
    """Return the finding for a register that opens and cannot be read."""
    return Finding(State.FAIL, _WHAT, why, _RESTORE.format(home=shown(home)))


def look_at_log(home: Path, register: Register, seal: Seal) -> Finding:
    """Look for the key of the audit log, without which nothing starts, and whether the log goes as far as its head."""
    first = register.rows(AuditLine, number="1")
    try:
        number = seal.number if first or seal.file.exists() else ""
    except ConfigError as error:
        return Finding(State.FAIL, _LOG, str(error), _key(home, seal.file))
    if first and first[0].detail != number:
        said = f"{seal.file}: the log was begun with the key number {first[0].detail}, this one has {number}"
        return Finding(State.FAIL, _LOG, said, _key(home, seal.file))
    return _as_far_as_its_head(home, register, seal) or Finding(
        State.OK, _LOG, f"its key has the number {number}" if number else "not begun yet"
    )


def _as_far_as_its_head(home: Path, register: Register, seal: Seal) -> Finding | None:
    """Compare the register with the head of its log that was kept beside it."""
    try:
        behind = audit_check.behind(register, seal)
    except ConfigError as error:
        remedy = f"compare catchlight audit verify --home {shown(home)} with the head that was mailed last, then move that file away"
        return Finding(State.FAIL, _LOG, str(error), remedy)
    remedy = (
        f"put back the newest register; if there is none, look at catchlight publish verify --home {shown(home)}, then "
        f'catchlight audit accept "WHY" --home {shown(home)}: until then nothing is published'
    )
    return Finding(State.FAIL, _LOG, behind, remedy) if behind else None


def _absent(home: Path, file: Path) -> Finding:
    """Tell a register that was lost from one that was never there."""
    try:
        register_of(home)
    except ConfigError as error:
        if not _slip(home):
            return damaged(home, str(error))
    if Home(home).is_new():
        return Finding(State.OK, _WHAT, "none yet; the first refresh makes it")
    return damaged(home, f"{file} is gone, and there are runs")


def _slip(home: Path) -> bool:
    """Whether audit.toml is wrong, which has its own line."""
    try:
        load_auditing(home)
    except ConfigError:
        return True
    return False


def _key(home: Path, file: Path) -> str:
    """Return how a key comes back; where it is there and is right, only its rights may be wrong."""
    if file.exists() and (file.stat().st_mode & 0o077):
        return f"chmod 600 {shown(file)}"
    if file.exists() and not os.access(file, os.R_OK):
        return rights(file)
    if not file.resolve().is_relative_to(home.resolve()):
        return f"put back {file} from where you keep its copy; backups of the home do not hold it"
    kept = file.relative_to(home)
    return f"put back this one file: install -m 600 BACKUP/{kept} {shown(file)}, BACKUP being the folder of a backup"


def _remedy(home: Path, error: ConfigError) -> str:
    """Return what helps against a register that does not open, by the error beneath."""
    beneath = error.__cause__
    code = code_of(getattr(beneath, "orig", None))
    known = remedy(code, home, _RESTORE.format(home=shown(home)))
    if known:
        return known
    if isinstance(beneath, ModuleNotFoundError):
        return "pip install 'catchlight[postgresql]'"
    address = home / "secrets" / "register.url"
    if address.is_file() and "newer" not in str(error):
        return f"start the database, or mend its address in {address} (mode 600)"
    return "install the newer Catchlight again; or, to go back, put back the backup of before the update"
