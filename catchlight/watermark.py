"""How far the register had come, kept outside of it: an older register beside newer files gives itself away."""

import json
from pathlib import Path

from catchlight.home import write_json
from catchlight.records import Decision, Receipt
from catchlight.register import Register

_FILE = "register.mark"


def raise_to(home: Path, register: Register) -> None:
    """Write down the newest answer and receipt; it never goes back."""
    reached, before = _reached(register), read(home)
    if any(reached[kind] > before.get(kind, "") for kind in reached):
        write_json(home / _FILE, {kind: max(reached[kind], before.get(kind, "")) for kind in reached})


def behind(home: Path, register: Register) -> dict[str, tuple[str, str]]:
    """Return where the register stands before its mark: by kind, the moment of the mark and the register's own."""
    mark, reached = read(home), _reached(register)
    return {kind: (at, reached.get(kind, "")) for kind, at in mark.items() if reached.get(kind, "") < at}


def read(home: Path) -> dict[str, str]:
    """Return the mark, {} where there is none."""
    try:
        found: dict[str, str] = json.loads((home / _FILE).read_bytes())
    except (OSError, ValueError):
        return {}
    return found


def _reached(register: Register) -> dict[str, str]:
    receipts, decisions = register.rows(Receipt), register.rows(Decision)
    return {
        "receipts": max((row.at for row in receipts), default=""),
        "decisions": max((row.at for row in decisions), default=""),
    }
