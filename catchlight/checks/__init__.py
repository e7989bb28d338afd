"""One file measures one thing. Raw values are kept beside their limits; the judge compares."""

import logging
import math
from types import ModuleType
from typing import TYPE_CHECKING, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, model_validator

from catchlight import plugins
from catchlight.checks._unwritable import unwritable
from catchlight.whose_fault import is_the_machines

if TYPE_CHECKING:
    from catchlight.sitting import Sitting

FAILED = "the check itself failed: "
"""So begins why there is no value where a check has a mistake: a person looks, and no photo is to blame."""

_MOST = 200  # characters of what an error says
_log = logging.getLogger("catchlight.checks")


class Limits(BaseModel):
    """Between ``low`` and ``high`` all is well; outside ``outcome`` follows; past ``far_*`` a new photo is needed.

    ``outlier`` is the robust z-score past which a value stands out in the company (None: never asked).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    low: float | None = None
    high: float | None = None
    far_low: float | None = None
    far_high: float | None = None
    outcome: Literal["note", "review", "retake"] = "review"
    outlier: float | None = None

    @property
    def bounds(self) -> dict[str, float]:
        """The bounds that there are, by name."""
        named = ("low", "high", "far_low", "far_high", "outlier")
        return {name: value for name in named if (value := getattr(self, name)) is not None}

    @model_validator(mode="after")
    def _lets_something_pass(self) -> "Limits":
        """Refuse limits between which no value lies: everybody would be flagged."""
        below = [(name, value) for name in ("low", "far_low") if (value := getattr(self, name)) is not None]
        above = [(name, value) for name in ("high", "far_high") if (value := getattr(self, name)) is not None]
        for (low, least), (high, most) in ((a, b) for a in below for b in above):
            if least > most:
                message = f"{low} = {least:g} is above {high} = {most:g}: no portrait could pass"
                raise ValueError(message)
        return self


class Measure(NamedTuple):
    """What a check measured, or None and why; ``score`` is the value as 0–100, for the checks that have such a scale."""

    value: float | None
    error: str = ""
    score: int | None = None


def measured(name: str, sitting: "Sitting") -> Measure:
    """Return what a check measured, or None and why that cannot be measured on this portrait.

    A check says the latter by LookupError itself. Any other error is a mistake of the check, KeyError and IndexError among them: it
    costs this one reading, which begins with ``FAILED``.
    """
    try:
        return _taken(name, sitting)
    except (Exception, SystemExit) as error:
        if type(error) is LookupError:
            return Measure(None, str(error))
        if is_the_machines(error):
            raise
        _log.exception("the check %s failed", name)
        return Measure(None, f"{FAILED}{type(error).__name__}: {error}"[:_MOST])


def _taken(name: str, sitting: "Sitting") -> Measure:
    check = plugins.load(__name__, name)
    value = check.measure(unwritable(sitting) if plugins.whose(__name__, name) else sitting)
    try:
        value = round(float(value), 4)
    except (TypeError, ValueError) as error:
        message = f"it gave {type(value).__name__}, and not one number"
        raise TypeError(message) from error
    if not math.isfinite(value):
        message = f"it measured {value}"
        raise ArithmeticError(message)
    return Measure(value, score=check.score(value) if hasattr(check, "score") else None)


def lacks(check: ModuleType) -> str:
    """Return what a module lacks to be a check, "" for nothing."""
    if not plugins.settled(getattr(check, "Settings", None), Limits):
        return f"has no Settings: {plugins.SETTLED.format('catchlight.checks.Limits')}"
    if not all(isinstance(getattr(check, name, None), str) for name in ("TITLE", "UNIT")) or not check.TITLE:
        return "says not what it is called: TITLE and UNIT are text"
    if not callable(getattr(check, "measure", None)):
        return "has no measure(sitting), which returns one number"
    said = getattr(check, "SENTENCES", {})
    limit = check.Settings.model_validate(dict(check.Settings()))  # pydantic looks at no default
    passed = {"far" if bound.startswith("far") else bound for bound in limit.bounds} - {"outlier"}
    silent = sorted(side for side in passed if not said.get(side)) if limit.outcome != "note" else []
    if silent:
        return f"tells nobody what to do: SENTENCES needs {', '.join(silent)}"
    return ""
