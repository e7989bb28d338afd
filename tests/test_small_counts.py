"""Counts shown together: whoever knows their sum, and how they are hidden, still finds no small one."""

from collections import defaultdict
from collections.abc import Iterator

import pytest

from catchlight.company import Person
from catchlight.progress_counts import Progress, groups, progress
from catchlight.progress_shown import shown_groups, shown_progress
from catchlight.records import Answer, Decision, Employee, Outcome, Render, Verdict
from catchlight.runs import Portrait
from catchlight.small_counts import Hidden, cover
from catchlight.standings import Stage, Standing, standing_of


def rows(cells: int, total: int) -> Iterator[tuple[int, ...]]:
    """Return every way in which so many counts can add up to a sum."""
    if cells == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in rows(cells - 1, total - first):
            yield (first, *rest)


@pytest.mark.parametrize(("cells", "most"), [(2, 40), (3, 30), (4, 20), (5, 16), (6, 12)])
def test_no_hidden_count_follows_from_the_sum(cells: int, most: int) -> None:
    """Every row of counts looks like another one in which the hidden count is different."""
    for total in range(5, most + 1):
        alike: dict[tuple[object, ...], list[tuple[int, ...]]] = defaultdict(list)
        for row in rows(cells, total):
            alike[tuple(cover(row))].append(row)
        for seen, behind in alike.items():
            for at, cell in enumerate(seen):
                assert not isinstance(cell, Hidden) or len({row[at] for row in behind}) > 1, (seen, total)


def test_small_counts_are_hidden_and_as_little_else_as_will_do() -> None:
    """Among other small ones nothing else is missing; a small one alone takes the smallest other along."""
    few, out = Hidden.FEW, Hidden.LEFT_OUT
    assert cover([97, 0, 6]) == [97, 0, 6]
    assert cover([97, 3, 0]) == [97, few, few]
    assert cover([97, 3, 20]) == [97, out, out]
    assert cover([97, 3, 20, 20]) == [97, out, out, out]
    assert cover([97, 4, 4]) == [out, out, out]
    assert cover([]) == []


def told(*answers: int, silent: int) -> tuple[object, ...]:
    """Return what the overview shows of a company by what people answered."""
    named = dict(zip((str(one) for one in Answer if one != Answer.HOLD), answers, strict=True))
    asked, stages = sum(answers) + silent, dict.fromkeys(map(str, Stage), 0)
    seen = shown_progress(Progress(asked, asked, sum(answers), named, stages, 0))
    return seen.asked, seen.answered, *seen.answers.values()


def test_neither_answers_nor_silence_follow_from_what_the_overview_shows() -> None:
    """Asked, answered and each answer, taken together, leave every number under five open."""
    for total in range(5, 14):
        alike: dict[tuple[object, ...], list[tuple[int, ...]]] = defaultdict(list)
        for *answers, silent in rows(6, total):
            alike[told(*answers, silent=silent)].append((*answers, silent))
        for behind in alike.values():
            for at in range(6):
                counts = {row[at] for row in behind}
                assert len(counts) > 1 or not 0 < next(iter(counts)) < 5, behind


def one_of(entity: str, number: int, answered: bool) -> Standing:
    """Return somebody of a legal entity who was asked about their portrait."""
    id_ = f"{entity}{number}"
    portrait = Portrait(
        Employee(id_, entity=entity), Render(id_, id_, "", picture=id_), Verdict(id_, id_, Outcome.ACCEPT)
    )
    said = [Decision(id_, id_, Answer.APPROVE, id_, "2026-11-24T10:00:00+00:00")] if answered else []
    return standing_of(Person(portrait), said, asked=True)


def test_no_entity_gives_away_what_the_company_s_count_hides() -> None:
    """The numbers of entities do not add up to how many are silent, nor does one say that nearly all answered."""

    def shown(**entities: tuple[int, int]) -> list[object]:
        people = [one_of(name, n, n < said) for name, (size, said) in entities.items() for n in range(size)]
        return [one.answered for one in shown_groups(groups(people), progress(people))]

    out = Hidden.LEFT_OUT
    assert shown(Big=(30, 10), Large=(20, 10)) == [10, 10]
    assert shown(Big=(30, 30), Large=(20, 17)) == [out, out]
    assert shown(Big=(30, 10), Large=(20, 3), Wide=(20, 12)) == [out, out, 12]
