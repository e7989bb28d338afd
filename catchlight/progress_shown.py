"""The counts of a company as they are shown: beside each other, and still none that points at somebody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catchlight.progress_counts import Group, Progress
from catchlight.small_counts import FEWEST, Cell, Hidden, alone, cover, few, part
from catchlight.standings import Stage


@dataclass(frozen=True, slots=True)
class ShownProgress:
    """A company's counts; the answers add up to ``answered``, and with those who are silent to ``asked``."""

    asked: Cell
    answered: Cell
    answers: Mapping[str, Cell]
    stages: Mapping[str, Cell]
    withdrawn: Cell


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A legal entity's counts; each column adds up to the company's."""

    name: str
    people: int
    answered: Cell
    published: Cell


def shown_progress(found: Progress) -> ShownProgress:
    """Return a company's counts as they are shown."""
    covered = cover([*found.answers.values(), *_silent(found)])
    return ShownProgress(
        asked=alone(found.asked),
        answered=part(found.answered, found.asked, rest_told=not _silent(found)),
        answers=dict(zip(found.answers, covered, strict=False)),
        stages={stage: alone(count) for stage, count in found.stages.items()},
        withdrawn=alone(found.withdrawn),
    )


def shown_groups(groups: Sequence[Group], whole: Progress) -> list[ShownGroup]:
    """Return the counts of legal entities as they are shown beside those of the ``whole``."""
    people = [group.progress.people for group in groups]
    silent = [1 for _ in _silent(whole)]  # none looks like few
    answered = cover([*(group.progress.answered for group in groups), *silent], people)
    published = cover([group.progress.stages[Stage.PUBLISHED] for group in groups])
    names = [group.name for group in groups]
    return [ShownGroup(*row) for row in zip(names, people, answered, published, strict=False)]


def covered(counts: Mapping[str, int]) -> dict[str, Cell]:
    """Return counts of which each person is in one, as they are shown."""
    return dict(zip(counts, cover(list(counts.values())), strict=True))


def shown_answers(counts: Mapping[str, int], silent: str) -> dict[str, Cell]:
    """Return answers as they are shown beside how many were asked; ``silent`` is the count of who said nothing.

    Where so few answered that it would point at them, that does not follow from the silent ones either.
    """
    asked = sum(counts.values())
    if asked < FEWEST or not few(asked - counts[silent]):
        return covered(counts)
    if asked < 2 * FEWEST:  # "almost all" would be one number or two
        return dict.fromkeys(counts, Hidden.LEFT_OUT)
    return covered(counts) | {silent: Hidden.ALMOST_ALL}


def _silent(found: Progress) -> list[int]:
    """Return how many were asked and said nothing, where that must not follow from the answers, nor they from it."""
    silent = found.asked - found.answered
    told = few(silent) or (not silent and any(map(few, found.answers.values())))
    return [silent] if told else []
