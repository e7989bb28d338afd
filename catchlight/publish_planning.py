"""Drawing up the plan of a publication, and finding out whether it still holds."""

import getpass
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from catchlight.absences import among
from catchlight.audit import Act
from catchlight.batches import batches
from catchlight.company import Person, read_book
from catchlight.credentials import credentials_of
from catchlight.delivery import file_names
from catchlight.desk import Desk
from catchlight.forewarned import spoken_for
from catchlight.journal import owners, stacks
from catchlight.painted_then import UNPAINTED
from catchlight.policy import load_policy
from catchlight.print_book import print_book
from catchlight.prints import Prints
from catchlight.publish_crops import places
from catchlight.publish_drawing import Drawer, Seen, Wanted
from catchlight.publish_other_sizes import other_sizes
from catchlight.publish_plan import FilePlan, PersonPlan, Plan, Removal, Skip, write_plan
from catchlight.publish_policy import load_publishing
from catchlight.publish_removals import draw_leftovers, draw_removals
from catchlight.publish_right import rights
from catchlight.publish_sizes import sizes_for
from catchlight.publish_time import Looks, estimated
from catchlight.runs import run_folder, takes_in_everyone

_TOGETHER = 256  # people whose files are at hand at once


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who follows a plan while it is drawn: ``step`` hears (done, of how many people), ``seen`` what would be replaced."""

    step: Callable[[int, int], object] = lambda _done, _total: None
    seen: Seen = lambda _employee, _there: None


def draw(
    desk: Desk,
    run: str,
    sizes: Sequence[str],
    only: Collection[str] | None = None,
    listeners: Listeners = Listeners(),
) -> Plan:
    """Return what publishing a run would do now, for everyone or for the ids in ``only``.

    Writes nothing at the destination. Raises ConfigError for a run or size that is none, and OutsideError
    when the destination cannot be looked at.
    """
    name = run_folder(desk.home, run).name
    everyone = read_book(run_folder(desk.home, name)).people
    asked = [person for id_, person in everyone.items() if only is None or id_ in only]
    looks = Looks(desk.place.look)
    desk = replace(desk, place=replace(desk.place, look=looks))
    drawer = replace(_drawer(desk, name, sizes, everyone, asked), seen=listeners.seen)
    parts = _parts(drawer, asked, listeners.step)
    newer = {part.employee for part in parts if isinstance(part, PersonPlan)}
    off = [
        one
        for one in _off(desk, name, everyone, drawer, only)
        if one.reason != UNPAINTED or one.employee not in newer
    ]
    gone = {removal.employee for removal in off}
    people = tuple(p for p in parts if isinstance(p, PersonPlan) and p.employee not in gone)
    standing = stacks(desk.register.receipts(desk.place.name)).values()
    off += draw_leftovers(standing, people) if desk.place.makes else []
    plan = Plan(
        run=name, destination=desk.place.name, sizes=tuple(dict.fromkeys(size.name for size in drawer.sizes)),
        made=desk.clock(), by=getpass.getuser(),
        people=people,
        skipped=tuple(part for part in parts if isinstance(part, Skip) and part.employee not in gone),
        removals=tuple(off),
        others=() if desk.place.makes or desk.place.accounts else other_sizes(standing, people),
    )  # fmt: skip
    return estimated(plan, desk.place.takes, looks.each)


def file_plan(desk: Desk, plan: Plan) -> Path:
    """Write a plan for people and `publish apply`, and into the audit log that there is one; return its file."""
    told = f"{plan.destination} {plan.run} people={len(plan.people)} off={len(plan.removals)}"
    desk.register.tell(Act.PLAN, plan.by, detail=told)
    return write_plan(desk.home, plan)


def _off(
    desk: Desk, run: str, everyone: Mapping[str, Person], drawer: Drawer, only: Collection[str] | None
) -> list[Removal]:
    """Return who is to be taken off, of everybody or of those in ``only``."""
    standing = stacks(desk.register.receipts(desk.place.name)).values()
    absent = among(desk.home, drawer.rights, everyone.keys(), whole=takes_in_everyone(desk.home, run))
    found = draw_removals(standing, drawer.rights, absent)
    return [removal for removal in found if only is None or removal.employee in only]


def _parts(
    drawer: Drawer, asked: Sequence[Person], step: Callable[[int, int], object]
) -> list[PersonPlan | Skip]:
    """Return everybody's part; the place is looked at in as many lanes as it allows, files are cut on all cores.

    One lane is the caller's own: threads that read a disk take twice as long, because they wait for each other's turn.
    """
    parts: list[PersonPlan | Skip] = []
    at_once = drawer.desk.place.takes.at_once
    with ThreadPoolExecutor() as cutters, ThreadPoolExecutor(max(1, at_once)) as lanes:
        for some in batches(asked, _TOGETHER):
            wanted = _wanted(drawer, some, cutters)
            for part in (lanes.map if at_once > 1 else map)(partial(_part, drawer), wanted):
                parts.append(part)
                step(len(parts), len(asked))
    return parts


def _wanted(drawer: Drawer, some: Sequence[Person], cutters: Executor) -> list[Wanted | Skip]:
    """Return what people are to get; what is missing of it is cut."""
    ready = [_ready(drawer, person) for person in some]
    cut = cutters.map(drawer.wanted, [one for one, found in zip(some, ready, strict=True) if found is None])
    return [found or next(cut) for found in ready]


def _ready(drawer: Drawer, person: Person) -> Wanted | Skip | None:
    with suppress(KeyError):
        return drawer.wanted(person, cut=False)
    return None


def _part(drawer: Drawer, wanted: Wanted | Skip) -> PersonPlan | Skip:
    return wanted if isinstance(wanted, Skip) else drawer.part(wanted)


def _drawer(
    desk: Desk, run: str, sizes: Sequence[str], everyone: Mapping[str, Person], asked: Sequence[Person]
) -> Drawer:
    receipts = desk.register.receipts(desk.place.name)
    wanted = sizes_for(desk.place, desk.home, run_folder(desk.home, run), sizes)
    tops = {target: stack[-1] for target, stack in stacks(receipts).items()}
    cropped = any(size.crop for size in wanted)
    return Drawer(
        desk=desk,
        rights=rights(desk),
        prints=Prints(desk.vault.keep, print_book(desk.home), credentials_of(desk.home)),
        sizes=wanted,
        names=file_names(everyone, owners(receipts)),
        heads=places(desk.home, run_folder(desk.home, run)) if cropped else {},
        accounts=desk.place.accounts([p.portrait.employee for p in asked]) if desk.place.accounts else None,
        tops=tops,
        published={top.employee for top in tops.values()},
        theirs_stay=load_publishing(desk.home).theirs == "stays",
        silence=spoken_for(asked, load_policy(desk.home), desk.register.rows),
    )


def outdated(desk: Desk, plan: Plan) -> list[str]:
    """Return what is no longer as the plan saw it, in sentences; what the plan itself sent is.

    The plan is drawn anew and compared: a changed answer, another picture at the destination, or a
    plan file that was edited, all show.
    """
    named = {person.employee for person in plan.people} | {removal.employee for removal in plan.removals}
    fresh = draw(desk, plan.run, plan.sizes, named)
    now = {person.employee: person for person in fresh.people}
    why = {skip.employee: skip.sentence for skip in fresh.skipped}
    why |= {removal.employee: removal.sentence for removal in fresh.removals}
    problems = []
    for person in plan.people:
        today = now.get(person.employee)
        if today is None:
            problems.append(f"{person.employee}: {why.get(person.employee, 'not in the run')}")
        elif not _same(person, today):
            problems.append(f"{person.employee}: what is to be sent, or what is there, has changed")
    return problems + _removed(desk, plan, fresh)


def _removed(desk: Desk, plan: Plan, fresh: Plan) -> list[str]:
    """Return which removals do not hold any more; what is taken off already does."""
    now = {removal.employee: removal for removal in fresh.removals}
    standing = {
        receipts[-1].employee for receipts in stacks(desk.register.receipts(desk.place.name)).values()
    }
    return [
        f"{removal.employee}: may stay, or something else is published of theirs"
        for removal in plan.removals
        if now.get(removal.employee) != removal and removal.employee in standing
    ]


def _same(person: PersonPlan, today: PersonPlan) -> bool:
    pairs = zip(person.files, today.files, strict=False)
    return (
        person.picture == today.picture
        and len(person.files) == len(today.files)
        and all(f == t or _done(f, t) for f, t in pairs)
    )


def _done(file: FilePlan, today: FilePlan) -> bool:
    """Whether what was planned is what is there by now."""
    return today.change == "unchanged" and (file.target, file.sent) == (today.target, today.sent)
