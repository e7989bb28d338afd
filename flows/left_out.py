"""Somebody who is in no run can still get a link to their page: left out at their own word, or gone and still shown."""

from collections.abc import Iterable
from dataclasses import replace

from catchlight.company import Person
from catchlight.outbox import State
from catchlight.outsiders import outsider
from catchlight.runs import Portrait
from catchlight.shared_addresses import sharers
from flows.letters import Bureau


def with_left_out(bureau: Bureau, ids: Iterable[str]) -> Bureau:
    """Return a bureau that knows of those, too, whom the newest run left out at their word, or who left and are still shown."""
    found = [outsider(bureau.home, bureau.register, id_) for id_ in ids if id_ not in bureau.book.people]
    more = {staff.id: Person(Portrait(staff, None, None)) for staff in found if staff}
    if not more:
        return bureau
    people = {**bureau.book.people, **more}
    sharing = sharers(bureau.home, [person.portrait.employee for person in people.values()], bureau.clock())
    return replace(bureau, book=replace(bureau.book, people=people), sharing=sharing)


def with_waiting(bureau: Bureau) -> Bureau:
    """Return a bureau that knows of those, too, for whom a letter waits, such as for the morning."""
    letters = bureau.outbox.letters().values()
    return with_left_out(bureau, {one.employee for one in letters if one.state == State.QUEUED})
