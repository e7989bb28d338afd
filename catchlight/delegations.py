"""Who may answer for whom: named for some days, recorded, ended by either side at any time."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from catchlight.company import Person
from catchlight.days import end_of
from catchlight.register import Register, moment
from catchlight.review_records import Delegation
from catchlight.spelling import folded

LONGEST = 60  # days


class Named(StrEnum):
    """What became of naming somebody."""

    DONE = "done"
    NOBODY = "nobody"  # no such colleague
    SEVERAL = "several"  # two people have this address
    SELF = "self"
    NOT_YOU = "not_you"  # who names a delegate for somebody else is not that delegate
    DAY = "day"  # not a day from today to ``LONGEST`` days from now
    LINK = "link"  # this colleague enters by personal links alone, which let nobody answer for others
    REASON = "reason"  # somebody else names a delegate for a person, and must say why


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is to answer for whom until the end of which day, as somebody typed it."""

    employee: str
    delegate: str
    until: str
    by: str
    why: str = ""


class Delegations:
    """The delegations of a register."""

    def __init__(
        self, register: Register, timezone: str = "UTC", clock: Callable[[], datetime] | None = None
    ) -> None:
        """Days end at midnight in ``timezone``."""
        self._register, self._zone = register, ZoneInfo(timezone)
        self._clock = clock or (lambda: datetime.now(UTC))

    def name(
        self,
        wanted: Wanted,
        people: Mapping[str, Person],
        *,
        needs_reason: bool = False,
        never: str = "",
        enters: Callable[[Person], bool] = lambda _: True,
    ) -> Named:
        """Let a colleague answer for somebody; naming the same one again changes the last day.

        ``never`` is who must not be the delegate: whoever names one for somebody else. ``enters`` says
        who can sign in with the company account.
        """
        employee, delegate = find(wanted.employee, people), find(wanted.delegate, people)
        if isinstance(employee, Named) or isinstance(delegate, Named):
            return employee if isinstance(employee, Named) else Named(str(delegate))
        unfit = _unfit(employee, delegate, never, enters)
        if unfit:
            return unfit
        if needs_reason and not wanted.why.strip():
            return Named.REASON
        until = self._until(wanted.until)
        if until is None:
            return Named.DAY
        why = wanted.why.strip()[:300]
        self._add(Delegation(employee.id, delegate.id, wanted.by, self._now(), until, why))
        return Named.DONE

    def end(self, employee: str, delegate: str, by: str) -> None:
        """End a delegation now; nothing happens when there is none."""
        with self._register.alone() as store:
            rows = store.rows(Delegation, employee=employee, delegate=delegate)
            if standing(rows, self._clock()):
                store.add([Delegation(employee, delegate, by, self._now(), self._now())])

    def of(self, employee: str) -> list[Delegation]:
        """Return who may answer for a person now."""
        return standing(self._register.rows(Delegation, employee=employee), self._clock())

    def to(self, delegate: str) -> list[Delegation]:
        """Return for whom somebody may answer now."""
        return standing(self._register.rows(Delegation, delegate=delegate), self._clock())

    def all(self) -> list[Delegation]:
        """Return all that hold now."""
        return standing(self._register.rows(Delegation), self._clock())

    def holds(self, employee: str, delegate: str) -> bool:
        """Whether somebody may answer for a person now."""
        return any(row.delegate == delegate for row in self.of(employee))

    def last_day(self) -> date:
        """Return the furthest day that can be named."""
        return self._today() + timedelta(days=LONGEST)

    def _until(self, text: str) -> str | None:
        try:
            day = date.fromisoformat(text.strip())
        except ValueError:
            return None
        if not self._today() <= day <= self.last_day():
            return None
        return end_of(day, self._zone).isoformat(timespec="microseconds")

    def _today(self) -> date:
        return self._clock().astimezone(self._zone).date()

    def _now(self) -> str:
        return moment(self._clock())

    def _add(self, row: Delegation) -> None:
        self._register.add([row])


def _unfit(employee: Person, delegate: Person, never: str, enters: Callable[[Person], bool]) -> Named | None:
    """Return why one colleague cannot answer for another, if they cannot."""
    if employee.id == delegate.id:
        return Named.SELF
    if delegate.id == never:
        return Named.NOT_YOU
    return None if enters(delegate) else Named.LINK


def standing(rows: Iterable[Delegation], at: datetime) -> list[Delegation]:
    """Return the delegations that hold at a moment: of each pair the row added last, unless it is over."""
    last = {(row.employee, row.delegate): row for row in rows}
    return [row for row in last.values() if datetime.fromisoformat(row.until) > at]


def find(text: str, people: Mapping[str, Person]) -> Person | Named:
    """Return the person of an employee id or an e-mail address."""
    wanted = text.strip()
    if wanted in people:
        return people[wanted]
    address = folded(wanted)
    found = [one for one in people.values() if address and folded(one.portrait.employee.email) == address]
    if len(found) > 1:
        return Named.SEVERAL
    return found[0] if found else Named.NOBODY
