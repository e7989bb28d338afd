"""Who asked for another try that no pass can make, or none has made yet: only a better photo helps, or somebody has to read why."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from catchlight import wishes
from catchlight.records import Answer, Decision
from catchlight.wish import NO_WISH, Wish

_WAITS = "try_waits"
_SENTENCES = {
    "try_changes_nothing": "{} asked for another try that changes nothing any more: only a better photo helps.",
    _WAITS: "{} asked for another try that is still to be made: catchlight review redo makes it, or the next catchlight refresh where their photo has to be fetched first.",
    "try_to_read": "{} asked for another try without a reason that can be acted on: somebody should read the comments.",
}


def findings(home: Path, pictures: Mapping[str, str], made: Mapping[str, Wish]) -> list[dict[str, str]]:
    """Return how many people (their pictures by id) asked for another try that no pass can make, or none has; only counts.

    ``made`` are the wishes that these pictures were made with.
    """
    counts = Counter(_kinds(home, pictures, made).values())
    people = {kind: "1 person" if count == 1 else f"{count} people" for kind, count in counts.items()}
    return [{"kind": kind, "sentence": _SENTENCES[kind].format(who)} for kind, who in sorted(people.items())]


def still_to_make(home: Path, pictures: Mapping[str, str], made: Mapping[str, Wish]) -> frozenset[str]:
    """Return who asked for another try that is in none of these pictures (by id), which were made with these wishes."""
    return frozenset(id_ for id_, kind in _kinds(home, pictures, made).items() if kind == _WAITS)


def _kinds(home: Path, pictures: Mapping[str, str], made: Mapping[str, Wish]) -> dict[str, str]:
    asked = wishes.asked(home, pictures.keys())
    last = {person: said[-1] for person, said in asked.answers.items()}
    return {
        person: _kind(said, asked.wishes.get(person, NO_WISH), made.get(person, NO_WISH))
        for person, said in last.items()
        if said.answer == Answer.RETRY and said.picture == pictures[person]
    }


def _kind(said: Decision, wanted: Wish, made: Wish) -> str:
    if not wishes.is_clear(said):
        return "try_to_read"
    here = replace(wanted, without=made.without)  # which photos are left out is of those that there were
    return "try_changes_nothing" if here == made else _WAITS
