"""A company published to every vendor's stand-in while everything fails a little: what has to hold at the end."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from catchlight.desk import Desk
from catchlight.errors import ConfigError, OutsideError
from catchlight.publish_plan import Plan
from catchlight.publish_planning import draw
from catchlight.rollback import rollback
from catchlight.sending import Result
from tests.published_company import Company, apply, make_company
from tests.publishing_worlds import World

FINE = {"sent", "unchanged", "listed", "restored", "removed"}


@dataclass
class Ended:
    """How one vendor ended: how many passes it took, and what is wrong (nothing, if all is well)."""

    name: str
    passes: int = 0
    back: int = 0
    wrong: list[str] = field(default_factory=list)


def company_of(root: Path, ids: list[str]) -> Company:
    """Return a company whose people all approved a portrait of their own."""
    company = make_company(root)
    company.answer(company.run("r1", {id_: f"new {id_}" for id_ in ids}))
    give_addresses(company, ids)
    return company


def give_addresses(company: Company, ids: list[str]) -> None:
    """Let everybody have the address by which vendors know them."""
    from catchlight import ledger  # noqa: PLC0415  loads polars
    from catchlight.home import Home  # noqa: PLC0415
    from catchlight.records import Employee  # noqa: PLC0415

    file = Home(company.home).run("r1") / ledger.file_name(Employee)
    ledger.write(file, ledger.table(Employee, [Employee(id_, email=f"{id_}@example.org") for id_ in ids]))


def soak(company: Company, world: World, rate: float, most: int = 5) -> Ended:
    """Publish and roll back under faults, again and again until nothing fails, and look at what is really there."""
    desk = replace(company.desk(), place=world.place, wait=world.wait)
    ended = Ended(world.name)
    world.fail(rate)
    plan, ended.passes = _published(desk, most)
    counted = world.writes().copy()
    ended.wrong += list(_not_as_planned(desk, world, plan))
    ended.wrong += [
        f"{target}: written {times} times"
        for target, times in counted.items()
        if times > 1 and not target.endswith(".csv")
    ]
    ended.back = _rolled_back(desk, most)
    ended.wrong += list(_not_as_before(world, plan))
    ended.wrong += world.exceeded()
    return ended


def _published(desk: Desk, most: int) -> tuple[Plan, int]:
    why = ""
    for number in range(1, most + 1):
        try:
            plan = draw(desk, "r1", ("96",))
            results = apply(desk, plan)
        except (OutsideError, ConfigError) as error:
            why = str(error)
            continue
        if not plan.skipped and _fine(results):
            return plan, number
        why = "; ".join([*(one.sentence for one in plan.skipped), *(one.sentence for one in results)])
    message = f"{desk.place.name}: still failing after {most} passes: {why[:500]}"
    raise AssertionError(message)


def _rolled_back(desk: Desk, most: int) -> int:
    for number in range(1, most + 1):
        try:
            if _fine(rollback(desk, "r1")):
                return number
        except (OutsideError, ConfigError):
            continue
    message = f"{desk.place.name}: still failing after {most} passes back"
    raise AssertionError(message)


def _fine(results: list[Result]) -> bool:
    return {result.code for result in results} <= FINE


def _not_as_planned(desk: Desk, world: World, plan: Plan) -> Iterator[str]:
    for person in plan.people:
        for file in person.files:
            if not world.keeps(file.target, desk.vault.get(file.sent)):
                yield f"{person.employee}: {file.target} does not show what was planned"


def _not_as_before(world: World, plan: Plan) -> Iterator[str]:
    for person in plan.people:
        for file in person.files:
            before = world.before.get(file.target)
            right = world.shown(file.target) is None if before is None else world.keeps(file.target, before)
            if not right:
                yield f"{person.employee}: {file.target} is not as it was before"
