"""Sizes that stand at a place from before and that a plan does not renew: they would go on showing older portraits."""

from collections.abc import Iterable, Sequence

from catchlight.publish_plan import PersonPlan, Plan
from catchlight.publish_removals import unused
from catchlight.records import Receipt

_FILE = ".jpg"


def other_sizes(standing: Iterable[Sequence[Receipt]], people: Iterable[PersonPlan]) -> tuple[str, ...]:
    """Return the sizes of which files of ours stand, a stack a target, beside those that people are to get."""
    stacks = (stack for mine in unused(standing, people).values() for stack in mine)
    targets = (stack[-1].target for stack in stacks)
    found = (target.rpartition("/")[0] for target in targets if target.endswith(_FILE))
    return tuple(dict.fromkeys(size for size in found if size))


def told(plan: Plan) -> str:
    """Return what is to be known of sizes that a plan does not renew, "" where there are none."""
    if not plan.others:
        return ""
    return (
        f"sizes that stand there from before and stay as they are, whatever portrait they show: {', '.join(plan.others)} "
        f"(--sizes {','.join((*plan.sizes, *plan.others))} renews them, too)"
    )
