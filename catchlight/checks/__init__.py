"""One file measures one thing. Raw values are kept beside their limits; the judge compares."""

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, model_validator

from catchlight import plugins

if TYPE_CHECKING:
    from catchlight.sitting import Sitting


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


def measured(name: str, sitting: "Sitting") -> tuple[float | None, str]:
    """Return what a check measured, or None and why that cannot be measured on this portrait.

    A check says the latter by LookupError itself; KeyError and IndexError are mistakes, and raised like any other.
    """
    try:
        value = plugins.load(__name__, name).measure(sitting)
    except LookupError as absent:
        if type(absent) is not LookupError:
            raise
        return None, str(absent)
    try:
        return float(value), ""
    except (TypeError, ValueError) as error:
        message = f"the check {name} gave {type(value).__name__}, and not one number"
        raise TypeError(message) from error
