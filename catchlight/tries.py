"""Who asked for another try that no pass can make: only a better photo helps, or somebody has to read why."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from catchlight import wishes
from catchlight.records import Answer

_SENTENCES = {
    "try_changes_nothing": "{} asked for another try that changes nothing any more: only a better photo helps.",
    "try_to_read": "{} asked for another try without a reason that can be acted on: somebody should read the comments.",
}


def findings(home: Path, pictures: Mapping[str, str]) -> list[dict[str, str]]:
    """Return how many people (their pictures by id) asked for another try that no pass can make; only counts."""
    asked = wishes.asked(home, pictures.keys())
    last = {person: said[-1] for person, said in asked.answers.items()}
    counts = Counter(
        "try_changes_nothing" if wishes.is_clear(said) else "try_to_read"
        for person, said in last.items()
        if said.answer == Answer.RETRY and said.picture == pictures[person]
    )
    people = {kind: "1 person" if count == 1 else f"{count} people" for kind, count in counts.items()}
    return [{"kind": kind, "sentence": _SENTENCES[kind].format(who)} for kind, who in sorted(people.items())]
