"""The portraits that somebody goes through: which ones, in which order, and what comes next."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from catchlight.records import Answer, Outcome
from catchlight.standings import Snapshot, Stage, Standing

PAGE = 48
BRAND = (Stage.WAITING, Stage.HELD, Stage.PUBLISHED)  # nothing here says who has not answered
_LOOK_FIRST = {Outcome.REVIEW: 0, Outcome.RETAKE: 1, Outcome.ACCEPT: 2}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which portraits are wanted; "" means all. ``search`` is part of a name."""

    outcome: str = ""
    reason: str = ""
    brand: str = ""
    search: str = ""

    @staticmethod
    def of(query: Mapping[str, str]) -> "Filter":
        """Return the filter of an address; what is unknown is left out."""
        outcome, brand = query.get("outcome", ""), query.get("brand", "")
        return Filter(
            outcome if outcome in set(Outcome) else "",
            query.get("reason", "")[:80],
            brand if brand in BRAND else "",
            query.get("search", "").strip()[:80],
        )

    @property
    def query(self) -> dict[str, str]:
        """The filter as the parts of an address."""
        parts = {"outcome": self.outcome, "reason": self.reason, "brand": self.brand, "search": self.search}
        return {name: value for name, value in parts.items() if value}

    def but(self, **parts: str) -> "Filter":
        """Return the filter with some parts changed."""
        return replace(self, **parts)

    def takes(self, one: Standing) -> bool:
        """Whether a portrait is wanted."""
        return (
            (not self.outcome or one.outcome == self.outcome)
            and (not self.reason or any(code == self.reason for code, _ in one.flags))
            and (not self.brand or one.stage == self.brand)
            and self.search.casefold() in one.person.name.casefold()
        )


def shown(snapshot: Snapshot) -> list[Standing]:
    """Return the portraits that anybody goes through: not those of people who refused."""
    return [one for one in snapshot.people.values() if one.answer != Answer.REFUSE]


def queue(snapshot: Snapshot, wanted: Filter) -> list[Standing]:
    """Return the wanted portraits: what should be looked at first, then by name."""
    found = [one for one in shown(snapshot) if wanted.takes(one)]
    return sorted(found, key=lambda one: _LOOK_FIRST.get(Outcome(one.outcome), 0))


def beside(listed: Iterable[Standing], one: Standing) -> tuple[Standing | None, Standing | None]:
    """Return the portraits before and after one that can be opened."""
    there = [other for other in listed if other.picture]
    ids = [other.person.id for other in there]
    if one.person.id not in ids:
        return None, there[0] if there else None
    place = ids.index(one.person.id)
    return (there[place - 1] if place else None), (there[place + 1] if place + 1 < len(there) else None)


def counts(snapshot: Snapshot, wanted: Filter) -> dict[str, Counter[str]]:
    """Return how many portraits each outcome and each word of the brand would show, "" for all."""
    all_ = shown(snapshot)
    outcome = [one for one in all_ if wanted.but(outcome="").takes(one)]
    brand = [one for one in all_ if wanted.but(brand="").takes(one)]
    return {
        "outcome": Counter(one.outcome for one in outcome) + Counter({"": len(outcome)}),
        "brand": Counter(str(one.stage) for one in brand) + Counter({"": len(brand)}),
    }
