"""Personal codes of reviewers: what a contact sheet's answers are signed with where there is no server.

A code is 24 random characters (120 bits) and 4 that tell a slip of the pen, also in the name. Only
the key that is made of it is kept, one file a reviewer in ``secrets/reviewers``.
"""

import hashlib
import json
import secrets
import unicodedata
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from catchlight.errors import ConfigError
from catchlight.vault import make_folder, write_whole

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base32: no I, L, O, U to be misread
ROUNDS = 600_000
_LENGTH, _CHECK, _GROUP = 24, 4, 4


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Somebody with a code. ``key`` is hex, "" once revoked; times are ISO text in UTC."""

    name: str
    key: str
    issued: str
    revoked: str = ""


def issue_code(home: Path, name: str) -> str:
    """Give a reviewer a code and return it: it cannot be shown again. ConfigError when they have one."""
    name = _written(name)
    standing = find_reviewer(home, name)
    if standing and standing.key:
        message = (
            f"{standing.name!r} has a code since {standing.issued[:10]}; a lost one is revoked first "
            "(--revoke), then issued anew"
        )
        raise ConfigError(message)
    body = "".join(secrets.choice(ALPHABET) for _ in range(_LENGTH))
    code = body + check_of(name, body)
    _keep(home, Reviewer(name, key_of(name, code).hex(), _now()))
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


def revoke_code(home: Path, name: str) -> Reviewer:
    """Let a reviewer's code sign nothing any more; ConfigError when nobody of this name has one."""
    standing = find_reviewer(home, name)
    if not standing or not standing.key:
        named = ", ".join(repr(one.name) for one in reviewers(home) if one.key) or "nobody yet"
        message = f"{name!r} has no code; codes have: {named}"
        raise ConfigError(message)
    gone = replace(standing, key="", revoked=_now())
    _keep(home, gone)
    return gone


def reviewers(home: Path) -> list[Reviewer]:
    """Return everybody who has or had a code, by name."""
    found = [_read(path) for path in _folder(home).glob("*.json")]
    return sorted(found, key=lambda one: one.name.casefold())


def find_reviewer(home: Path, name: str) -> Reviewer | None:
    """Return the reviewer of a name, however its letters' case; None when there never was one."""
    path = _path(home, name)
    return _read(path) if path.is_file() else None


def key_of(name: str, code: str) -> bytes:
    """Return the key that a name and a code (without dashes) make, as the contact sheet makes it too."""
    salt = f"catchlight answers\n{_same(name)}".encode()
    return hashlib.pbkdf2_hmac("sha256", code.encode(), salt, ROUNDS)


def check_of(name: str, body: str) -> str:
    """Return the last characters of a code: 20 bits of what name and code give together."""
    digest = int.from_bytes(hashlib.sha256(f"{_same(name)}\n{body}".encode()).digest()[:3])
    bits = digest >> 4
    return "".join(ALPHABET[bits >> 5 * place & 31] for place in reversed(range(_CHECK)))


def _written(name: str) -> str:
    """Return a name as it is kept and shown; ConfigError when it is none."""
    name = " ".join(unicodedata.normalize("NFC", name).split())
    if not name or not name.isprintable() or len(name) > 100:
        message = "NAME: 1 to 100 letters, digits, blanks and signs; it is what the decisions will name"
        raise ConfigError(message)
    return name


def _same(name: str) -> str:
    """Return what is equal for all ways in which people type one name."""
    return " ".join(unicodedata.normalize("NFC", name).split()).lower()


def _folder(home: Path) -> Path:
    return home / "secrets" / "reviewers"


def _path(home: Path, name: str) -> Path:
    return _folder(home) / f"{hashlib.sha256(_same(name).encode()).hexdigest()[:32]}.json"


def _read(path: Path) -> Reviewer:
    if path.stat().st_mode & 0o077:
        message = f"{path}: others may read this key; make it yours alone: chmod 600 {path}"
        raise ConfigError(message)
    try:
        return Reviewer(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        message = f"{path}: no reviewer can be read from it; put it back from your backup, or remove it"
        raise ConfigError(message) from error


def _keep(home: Path, reviewer: Reviewer) -> None:
    """Write a reviewer's file for its owner alone, whole or not at all."""
    path = _path(home, reviewer.name)
    make_folder(path.parent.parent, 0o700)
    data = json.dumps(asdict(reviewer), ensure_ascii=False).encode()
    write_whole(path, data, mode=0o600, folder_mode=0o700)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
