"""Who is published and must not be any more: people who left or are in no run else, and people who took their yes back."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from catchlight.publish_plan import PersonPlan, Removal, TakeBack
from catchlight.publish_right import LEFT, MISSING, WHY, Rights
from catchlight.records import Answer, Receipt
from catchlight.taken_back import taken_back

Absent = Callable[[Collection[str]], Mapping[str, str]]
REPLACED = "replaced"
_NOTHING_BACK = (LEFT, MISSING)  # whose account or file it is by now, nobody knows


def draw_removals(
    standing: Iterable[Sequence[Receipt]],
    rights: Rights,
    absent: Absent = lambda _ids: {},
) -> list[Removal]:
    """Return who is to be taken off a place.

    ``standing`` is what stands of ours, a stack a target. ``absent`` says who of some is in no run of the whole company, and
    why: nothing of ours stays. Whoever took their yes back, or is here all the same, shows again what was there before us.
    """
    mine: dict[str, list[Sequence[Receipt]]] = defaultdict(list)
    for stack in standing:
        if stack[-1].employee:
            mine[stack[-1].employee].append(stack)
    gone = absent(mine)
    found = ((id_, why_off(id_, mine[id_], rights, gone.get(id_, ""))) for id_ in sorted(mine))
    return [_removal(id_, reason, mine[id_]) for id_, reason in found if reason]


def draw_leftovers(standing: Iterable[Sequence[Receipt]], people: Iterable[PersonPlan]) -> list[Removal]:
    """Return the files that people who stay have no use for any more, such as an older picture of a signature."""
    return [_removal(id_, REPLACED, stacks) for id_, stacks in sorted(unused(standing, people).items())]


def unused(
    standing: Iterable[Sequence[Receipt]], people: Iterable[PersonPlan]
) -> dict[str, list[Sequence[Receipt]]]:
    """Return what stands of people who stay beside the files that they are to get, a stack a target."""
    used = {person.employee: {file.target for file in person.files} for person in people}
    mine: dict[str, list[Sequence[Receipt]]] = defaultdict(list)
    for stack in standing:
        if stack[-1].employee in used and stack[-1].target not in used[stack[-1].employee]:
            mine[stack[-1].employee].append(stack)
    return mine


def why_off(id_: str, stacks: Sequence[Sequence[Receipt]], rights: Rights, absent: str = "") -> str:
    """Return why somebody published must not be any more, "" when they may stay; who refused is ``absent`` for that alone."""
    said = taken_back(rights.answers.get(id_, ()), max(stack[-1].at for stack in stacks))
    no = rights.against(id_)
    if absent and Answer.REFUSE not in {said, no}:
        return absent
    return said or no or rights.painted(id_, [stack[-1] for stack in stacks])


def _removal(id_: str, reason: str, stacks: Sequence[Sequence[Receipt]]) -> Removal:
    files = tuple(
        TakeBack(
            target=stack[-1].target,
            ours=stack[-1].sent,
            back="" if reason in _NOTHING_BACK else stack[0].replaced,
        )
        for stack in stacks
    )
    return Removal(employee=id_, reason=reason, sentence=WHY[reason], files=files)
