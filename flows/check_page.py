"""The page of all checks, written from the checks: ``python -m flows.check_page > docs/checks.md``."""

import inspect
import sys
from types import ModuleType

from catchlight import plugins
from catchlight.checks import Limits

_HEAD = """# What is measured

Every check gives a raw value on every portrait. What follows from it is one of four:

* **limit** – outside of it a person looks at the portrait, or a new photo is asked for. A brand preset may move it.
* **advice** – noted beside the portrait; it changes no verdict unless a brand preset makes it a limit.
* **never counts** – noted only: it follows a person's body or expression rather than the photo (a smile, how light
  skin is). A preset that makes it count is refused.
* **always counts** – a person looks whenever it is passed; a preset that waives it is refused.

The checks called *OFIQ-style* follow the definitions of ISO/IEC 29794-5:2025 and map their raw value x to 0–100 exactly
as its reference software OFIQ does. The raw values come from other landmarks and another matte than OFIQ's: they
are not OFIQ conformant. Where they score what a passport wants and a company does not (head size, margins, even light),
a low score is no fault. A head covering is not measured at all.

This page is written by `python -m flows.check_page > docs/checks.md`.

| check | title and unit | what it is | counts as | usual limits | x as 0–100 |
|---|---|---|---|---|---|
"""


def checks_table() -> str:
    """Return one Markdown row a check, by name."""
    names = plugins.names("catchlight.checks")
    return "".join(_row(name, plugins.load("catchlight.checks", name)) for name in names)


def page() -> str:
    """Return the whole page."""
    return _HEAD + checks_table()


def _row(name: str, check: ModuleType) -> str:
    limit = check.Settings()
    formula = getattr(check, "FORMULA", "")
    what = inspect.getdoc(check) or ""
    unit = f" ({check.UNIT})" if check.UNIT else ""
    cells = (
        f"`{name}`",
        check.TITLE + unit,
        what.partition("\n")[0],
        standing(check),
        _usual(check, limit),
        f"`{formula}`" if formula else "",
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def standing(check: ModuleType) -> str:
    """Return whether a check is a limit, advice, or counts never or always."""
    if getattr(check, "NEVER_COUNTS", False):
        return "never counts"
    if getattr(check, "ALWAYS_COUNTS", False):
        return "always counts"
    limit = check.Settings()
    bounded = hasattr(check, "limits") or limit.bounds
    return "limit" if bounded and limit.outcome != "note" else "advice"


def _usual(check: ModuleType, limit: Limits) -> str:
    if hasattr(check, "limits"):
        return "by the preset"
    bounds = {
        "new photo below": limit.far_low, "at least": limit.low, "at most": limit.high,
        "new photo above": limit.far_high, "deviations from the company's median at most": limit.outlier,
    }  # fmt: skip
    return "; ".join(f"{words} {bound:g}" for words, bound in bounds.items() if bound is not None)


if __name__ == "__main__":
    sys.stdout.write(page())
