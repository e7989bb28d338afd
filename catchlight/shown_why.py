"""What stands against showing somebody, purpose by purpose: their answers, the brand's, and what they agreed to."""

from collections.abc import Callable
from pathlib import Path

from catchlight.forewarned import spoken_for
from catchlight.known import newest_of
from catchlight.permission import read_permissions
from catchlight.policy import load_policy
from catchlight.publish_right import read_rules, rights_for, why
from catchlight.records import Answer
from catchlight.register import Register


def against(home: Path, register: Register, employee: str) -> Callable[[str], str]:
    """Return what says of a purpose why somebody may not be shown for it, "" where they may."""
    _, person = newest_of(home, employee)
    rules, refused = read_rules(home), employee in read_permissions(home, employee).refused
    basis = spoken_for([person], load_policy(home), register.rows).get(employee, "") if person else ""

    def told(purpose: str) -> str:
        if person is None:
            return why(Answer.REFUSE if refused else "no_portrait")
        reason, _ = rights_for(purpose, rules, register.rows, employee).of(person)
        return "" if reason == Answer.APPROVE else why(reason, basis)

    return told
