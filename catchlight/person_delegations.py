"""Delegations in what is handed to a person: with the names of both and the last day, as they read them on their page."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from catchlight.company import Company
from catchlight.days import last_day
from catchlight.policy import load_policy


def as_read(home: Path, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return delegations with the last day that they hold, and the ids' ``names`` of today."""
    book, zone = Company(home).book(), ZoneInfo(load_policy(home).asking.timezone)

    def told(row: Mapping[str, Any]) -> dict[str, Any]:
        ids = (row["employee"], row["delegate"], row["by"])
        day = last_day(datetime.fromisoformat(row["until"]), zone)
        return {**row, "last day": day.isoformat(), "names": {id_: book.name(id_) for id_ in ids}}

    return [told(row) for row in rows]
