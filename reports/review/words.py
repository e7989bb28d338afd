"""The texts of the pages in each language: one TOML file a language, the same keys in all."""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from catchlight.days import last_day

_TEXTS = Path(__file__).parent / "texts"


@cache
def languages() -> tuple[str, ...]:
    """Return the languages that there are texts in."""
    return tuple(sorted(file.stem for file in _TEXTS.glob("*.toml")))


@cache
def texts(language: str) -> Mapping[str, str]:
    """Return all texts of a language by dotted key."""
    return dict(_flat(tomllib.loads((_TEXTS / f"{language}.toml").read_text(encoding="utf-8"))))


def _flat(table: Mapping[str, object], under: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in table.items():
        found += _flat(value, f"{under}{key}.") if isinstance(value, Mapping) else [(under + key, str(value))]
    return found


class Words:
    """Says things in one language; a page calls it: ``say("answer.approve", name=…)``."""

    def __init__(self, language: str, timezone: str = "UTC") -> None:
        """Speak ``language``, in the clock of ``timezone``."""
        self.language = language
        self._texts = texts(language)
        self.zone = ZoneInfo(timezone)

    def __call__(self, key: str, /, **values: object) -> str:
        """Return a text with its values filled in; KeyError for a key that is none."""
        return self._texts[key].format(**values)

    def has(self, key: str) -> bool:
        """Whether there is a text of this key."""
        return key in self._texts

    def day(self, at: str) -> str:
        """Return the day of an ISO moment, as people of this language write it."""
        return self.date(datetime.fromisoformat(at).astimezone(self.zone).date().isoformat())

    def last_day(self, until: str) -> str:
        """Return the last day of somebody who has time until an ISO moment."""
        return self.date(last_day(datetime.fromisoformat(until), self.zone).isoformat())

    def date(self, text: str) -> str:
        """Return an ISO date as people of this language write it."""
        day = date.fromisoformat(text)
        month = self._texts[f"month.{day.month}"]
        return self._texts["month.day"].format(day=day.day, month=month, year=day.year)

    def moment(self, at: str) -> str:
        """Return the day and minute of an ISO moment, as people of this language write it."""
        time = datetime.fromisoformat(at).astimezone(self.zone).strftime("%H:%M")
        return self._texts["month.at"].format(day=self.day(at), time=time)


def preferred(header: str, offered: tuple[str, ...]) -> str:
    """Return the first of the browser's languages that is offered, else the first offered."""
    wanted = []
    for place, part in enumerate(header.split(",")[:20]):
        name, _, weight = part.strip().partition(";q=")
        try:
            wanted.append((-float(weight or 1), place, name.split("-")[0].casefold()))
        except ValueError:
            continue
    return next((name for _, _, name in sorted(wanted) if name in offered), offered[0])
