"""What a plan may not do at once, however right each part of it is: a source that lost half its people must stop here."""

import shlex

from catchlight.audit_check import behind
from catchlight.company import read_book
from catchlight.desk import Desk
from catchlight.errors import ConfigError
from catchlight.journal import stacks
from catchlight.publish_plan import Plan
from catchlight.publish_policy import FILE, Publishing, load_publishing
from catchlight.publish_right import ABSENT
from catchlight.restored import must_be_the_newest
from catchlight.runs import run_folder

_FEW = 10  # shares mean nothing below so many people, unless it is more than half of all that are published


def guard(desk: Desk, plan: Plan) -> None:
    """Raise ConfigError when a plan changes or takes off a larger share of people than ``publish.toml`` allows.

    So it does when the home was put back from a backup, or the register is older than what was published.
    """
    must_be_the_newest(desk.home, "nothing was written")
    _must_know_what_was_published(desk)
    policy = load_publishing(desk.home)
    for problem in (_changes(desk, plan, policy), _removals(desk, plan, policy)):
        if problem:
            message = (
                f"nothing was written: {problem}; look at the plan, and raise it in {FILE} if it is right"
            )
            raise ConfigError(message)


def _must_know_what_was_published(desk: Desk) -> None:
    seal = desk.register.seal
    problem = behind(desk.register, seal) if seal else ""
    if problem:
        message = (
            f"nothing was written: audit log: {problem}; when the register was put back from a backup, look with "
            f"`catchlight publish verify`, then say so: catchlight audit accept WHY --home {shlex.quote(str(desk.home))}"
        )
        raise ConfigError(message)


def _changes(desk: Desk, plan: Plan, policy: Publishing) -> str:
    changing = sum(person.writes for person in plan.people)
    everyone = len(read_book(run_folder(desk.home, plan.run)).people)
    if changing <= max(_FEW, policy.most_changed * everyone):
        return ""
    return f"{changing} of {everyone} people would change, and most_changed allows {policy.most_changed:.0%}"


def _removals(desk: Desk, plan: Plan, policy: Publishing) -> str:
    standing = stacks(desk.register.receipts(desk.place.name)).values()
    published = len({stack[-1].employee for stack in standing} - {""})
    going = sum(removal.reason in ABSENT for removal in plan.removals)
    if going <= max(1, min(_FEW, published / 2), policy.most_removed * published):
        return ""
    return (
        f"{going} of {published} published people would be taken off because they are not in the run, "
        f"and most_removed allows {policy.most_removed:.0%}"
    )
