"""Four eyes: a plan of some size needs the yes of a second person, who proves it with their personal code."""

import hmac
import shlex
from pathlib import Path

from catchlight.desk import Desk
from catchlight.errors import ConfigError
from catchlight.publish_plan import Plan, plan_of
from catchlight.publish_policy import load_publishing
from catchlight.records import PlanYes
from catchlight.register import Register, now
from catchlight.reviewer_codes import find_reviewer, key_of


def say_yes(home: Path, register: Register, file: Path, plan: Plan, who: tuple[str, str]) -> str:
    """Write down a yes to a plan's file; ``who`` is a name and their code. Return the name as it is kept.

    Raises ConfigError for a wrong code, for whoever made the plan, and for a file that is not the ``plan`` that was shown any more.
    """
    name, code = who
    reviewer = find_reviewer(home, name)
    typed = "".join(code.split()).replace("-", "").upper()
    if not reviewer or not reviewer.key or not hmac.compare_digest(key_of(name, typed).hex(), reviewer.key):
        message = f"{name!r}: this name and this code do not belong together; `catchlight review code NAME` gives one"
        raise ConfigError(message)
    if reviewer.name.casefold() == plan.by.casefold():
        message = f"{reviewer.name} made this plan; a second person has to say yes"
        raise ConfigError(message)
    there, digest = plan_of(file)
    if there != plan:
        message = (
            f"{file}: was changed since it was shown; nobody said yes to it. Look at it again, then say so"
        )
        raise ConfigError(message)
    register.add([PlanYes(digest, reviewer.name, now())])
    return reviewer.name


def must_have_yes(desk: Desk, file: Path) -> Plan:
    """Return the plan of a file, exactly that which has the yes; ConfigError for one that still needs a second person's."""
    (plan, digest), limit = plan_of(file), load_publishing(desk.home).second_yes_above
    if limit is None or plan.people_changed <= limit:
        return plan
    given = desk.register.rows(PlanYes, plan=digest)
    if not any(one.by.casefold() != plan.by.casefold() for one in given):
        message = (
            f"nothing was written: this plan changes {plan.people_changed} people, and more than {limit} need a second "
            f"person's yes: catchlight publish approve NAME --home {shlex.quote(str(desk.home))} --plan {shlex.quote(str(file))}"
        )
        raise ConfigError(message)
    return plan
