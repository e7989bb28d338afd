"""One file measures one thing. Raw values are kept beside their limits; the judge compares."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


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
