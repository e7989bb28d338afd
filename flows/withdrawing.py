"""Yeses that were taken back are honoured at every place, without a plan: the old picture is back before the deadline."""

from dataclasses import dataclass, field
from pathlib import Path

from catchlight import published_list
from catchlight.audit import Act
from catchlight.desk import Desk, alone
from catchlight.errors import CatchlightError, ConfigError, OutsideError
from catchlight.holding import Wait
from catchlight.promises import load_promises
from catchlight.register import now
from catchlight.sending import FAILED, settle
from catchlight.withdrawals import Withdrawal, is_for_later, put_back, withdrawn, write_proof
from flows.shown_at import desks_and_why

_LATER = "the place did not let it go, again and again, so it is tried less often; catchlight publish withdrawals tries at once"


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
    """Return who is still shown somewhere against their word, also where a place cannot be opened."""
    hours = load_promises(home).withdrawal.hours
    return [one for desk, _ in desks_and_why(home) for one in withdrawn(desk, hours)]


def honour(home: Path, at_most: int, wait: Wait | None = None, *, patient: bool = False) -> Honoured:
    """Put back the old pictures of all of them; a place that is unwell, or not there, does not hinder the others. ConfigError.

    A ``patient`` pass, which nobody waits for, leaves out what failed again and again and was tried lately.
    """
    found, hours = Honoured(), load_promises(home).withdrawal.hours
    guard(home, at_most)
    with alone(home, wait):
        for desk, why in desks_and_why(home):
            mine = withdrawn(desk, hours)
            try:
                if why:
                    raise OutsideError(why)
                later = [one for one in mine if patient and is_for_later(desk, one)]
                _put_back(desk, [one for one in mine if one not in later], found)
                found.failed += [(one, _LATER) for one in later]
            except CatchlightError as error:
                found.failed += [(one, str(error)) for one in mine]
    return found


def guard(home: Path, at_most: int) -> None:
    """Refuse to change too much at once; who waits where nothing can be done does not count. ConfigError."""
    hours = load_promises(home).withdrawal.hours
    open_ = [desk for desk, why in desks_and_why(home) if not why]
    people = {one.employee for desk in open_ for one in withdrawn(desk, hours)}
    if len(people) > at_most:
        message = (
            f"nothing was changed: {len(people)} people took their yes back, and at most {at_most} are allowed at once; "
            f"look at them with --dry-run, then allow it with --at-most {len(people)}"
        )
        raise ConfigError(message)


def _put_back(desk: Desk, mine: list[Withdrawal], found: Honoured) -> None:
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
