"""How far a company is, as counts. Nobody is named or ranked, and small groups are not shown separately."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from catchlight.answers import NO_ANSWER, OLDER_PICTURE
from catchlight.days import last_day
from catchlight.records import Answer, Outcome
from catchlight.review_records import Invitation
from catchlight.small_counts import FEWEST
from catchlight.standings import Stage, Standing

_OPEN = (NO_ANSWER, OLDER_PICTURE)


@dataclass(frozen=True, slots=True)
class Progress:
    """The counts of a company, or of a group of at least ``FEWEST`` people."""

    people: int
    asked: int
    answered: int
    answers: Mapping[str, int]
    stages: Mapping[str, int]
    withdrawn: int


@dataclass(frozen=True, slots=True)
class Group:
    """A legal entity and its counts; ``name`` is "" for the small ones taken together."""

    name: str
    progress: Progress


def progress(standings: Iterable[Standing]) -> Progress:
    """Count where everybody stands."""
    all_ = list(standings)
    answers = Counter(one.answer for one in all_ if one.answer not in _OPEN)
    stages = Counter(one.stage for one in all_)
    return Progress(
        people=len(all_),
        asked=sum(one.asked for one in all_),
        answered=sum(answers.values()),
        answers={answer: answers[answer] for answer in Answer if answer != Answer.HOLD},
        stages={stage: stages[stage] for stage in Stage},
        withdrawn=sum(one.withdrawn for one in all_),
    )


def outcomes(standings: Iterable[Standing]) -> dict[str, int]:
    """Count portraits by what the judge said, also where there is none."""
    counts = Counter(one.outcome for one in standings)
    return {outcome: counts[outcome] for outcome in Outcome}


def reasons(standings: Iterable[Standing]) -> list[tuple[str, str, int]]:
    """Return each reason with what was said of it to one of them, and how many portraits have it; the most frequent first."""
    counts, sentences = Counter[str](), dict[str, str]()
    for one in standings:
        counts.update({code for code, _ in one.flags})
        sentences.update(one.flags)
    return [(code, sentences[code], n) for code, n in sorted(counts.items(), key=lambda c: (-c[1], c[0]))]


def groups(standings: Iterable[Standing]) -> list[Group]:
    """Count by legal entity, in the order of their names; [] where there is only one.

    Those under ``FEWEST`` people are taken together, with the next larger one where they are still too
    few: else their count would be the rest of a sum.
    """
    members: dict[str, list[Standing]] = {}
    for one in standings:
        members.setdefault(one.person.portrait.employee.entity.strip(), []).append(one)
    together: list[Standing] = []
    for name in sorted(members, key=lambda name: (len(members[name]), name)):
        if name and len(members[name]) >= FEWEST and not 0 < len(together) < FEWEST:
            continue
        together += members.pop(name)
    found = [Group(name, progress(members[name])) for name in sorted(members, key=str.casefold)]
    rest = [Group("", progress(together))] if len(together) >= FEWEST else []
    return [*found, *rest] if len(found) + len(rest) > 1 else []


def deadlines(asked: Sequence[Invitation], zone: tzinfo, days: int = 6) -> dict[str, int]:
    """Return how many people were asked until which day, the last ``days`` of them; an invitation to one is its newest."""
    newest = {one.employee: last_day(datetime.fromisoformat(one.deadline), zone).isoformat() for one in asked}
    counts = Counter(newest.values())
    return {day: counts[day] for day in sorted(counts)[-days:]}
