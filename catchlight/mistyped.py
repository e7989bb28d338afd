"""An id that nobody has is a slip of the pen: it is told with those that are near."""

import difflib
from collections.abc import Collection
from pathlib import Path

from catchlight.identities import FILE
from catchlight.register import Register
from catchlight.traces import known_ids

_NEAR = 3


def unknown(home: Path, register: Register, employee: str) -> str:
    """Return what is wrong with an id that neither a list, a run nor the register knows, "" where one does."""
    known = known_ids(home, register)
    return "" if employee in known else f"nobody here has the id {employee!r}{_near(employee, known) or '.'}"


def was_listed(home: Path) -> bool:
    """Whether a list of people was ever read here."""
    files = (FILE, "ledger/*/employees.parquet", "runs/*/employees.parquet")
    return any(True for name in files for _ in home.glob(name))


def _near(given: str, known: Collection[str]) -> str:
    plain = {one.casefold().lstrip("0"): one for one in known}
    same = [one for one in known if one.casefold().lstrip("0") == given.casefold().strip().lstrip("0")]
    alike = difflib.get_close_matches(given.casefold(), plain, _NEAR)
    near = list(dict.fromkeys([*sorted(same), *(plain[one] for one in alike)]))[:_NEAR]
    return f"; do you mean {' or '.join(near)}?" if near else ""
