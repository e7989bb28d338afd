"""Yeses that were taken back are honoured at every place, without a plan: the old picture is back before the deadline."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from catchlight import published_list
from catchlight.audit import Act
from catchlight.desk import alone
from catchlight.errors import ConfigError, OutsideError
from catchlight.holding import Wait
from catchlight.promises import load_promises
from catchlight.register import now
from catchlight.sending import FAILED, settle
from catchlight.withdrawals import Withdrawal, put_back, withdrawn, write_proof
from flows.erasing import desks


@dataclass(slots=True)
class Honoured:
    """What was put back with its proof, what could not be and why, and how many of those are overdue."""

    proofs: list[Path] = field(default_factory=list)
    failed: list[tuple[Withdrawal, str]] = field(default_factory=list)

    @property
    def overdue(self) -> int:
        """How many are still shown past their deadline."""
        return sum(one.is_overdue(now()) for one, _ in self.failed)


def waiting(home: Path) -> list[Withdrawal]:
    """Return who is still shown somewhere against their word."""
    hours = load_promises(home).withdrawal.hours
    return [one for desk in desks(home) for one in withdrawn(desk, hours)]


def honour(home: Path, at_most: int, wait: Wait | None = None) -> Honoured:
    """Put back the old pictures of all of them; a place that is unwell does not hinder the others. ConfigError."""
    found = Honoured()
    people = {one.employee for one in waiting(home)}
    if len(people) > at_most:
        message = f"nothing was changed: {len(people)} people took their yes back, and at most {at_most} are allowed at once"
        raise ConfigError(message)
    with ExitStack() as holding:
        holding.enter_context(alone(home, wait))
        hours = load_promises(home).withdrawal.hours
        for desk in desks(home):
            mine = withdrawn(desk, hours)
            try:
                settle(desk)
                for one in mine:
                    done = put_back(desk, one)
                    if not done:
                        continue
                    found.proofs.append(write_proof(desk, one, done))
                    found.failed += [(one, part.sentence) for part in done if part.code == FAILED][:1]
                    desk.register.tell(Act.ROLLBACK, person=one.employee, detail=f"withdrawal {one.reason}")
                if mine:
                    published_list.update(desk, "")
            except OutsideError as error:
                found.failed += [(one, str(error)) for one in mine]
    return found
