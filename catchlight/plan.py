"""What a refresh will do: who, with which photos, by which recipe, in which shard."""

import hashlib
import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from catchlight import allowances, caps, ledger
from catchlight.config import Preset, settled
from catchlight.home import Home, write_json
from catchlight.job import Job
from catchlight.look import Look, look_of
from catchlight.order import Order, recipe_of
from catchlight.permission import read_permissions
from catchlight.records import Employee, Photo, Render
from catchlight.wish import NO_WISH, Wish

_NOBODY: Mapping[str, Wish] = {}


@dataclass(frozen=True, slots=True)
class Plan:
    """One planned run; everything in it is also on disk under ``ledger/<run>``.

    ``look`` is the company's, ``groups`` those of groups by preset, ``wishes`` what people asked for, ``agreed`` what
    they agreed to have painted, ``uncompared`` whose faces may not be compared, all as they were when the plan was
    drawn up. Where the job has ``onto``, only the people of ``only`` are developed.
    """

    run: str
    job: Job
    look: Look
    started: str
    findings: tuple[dict[str, str], ...]
    resumed: bool = False
    groups: Mapping[str, Look] = field(default_factory=dict)
    wishes: Mapping[str, Wish] = field(default_factory=dict)
    agreed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    uncompared: frozenset[str] = frozenset()

    @property
    def home(self) -> Home:
        """Where it happens."""
        return Home(self.job.home)

    @property
    def folder(self) -> Path:
        """The run's folder in the ledger."""
        return self.home.ledger(self.run)

    def employees(self) -> list[Employee]:
        """Everyone in this run."""
        return ledger.records(Employee, pl.read_parquet(self.folder / ledger.file_name(Employee)))

    def photos(self) -> list[Photo]:
        """Their photos, before one is chosen."""
        return ledger.records(Photo, pl.read_parquet(self.folder / ledger.file_name(Photo)))

    def numbers(self) -> list[int]:
        """Return the shards that somebody is in."""
        ids = [person.id for person in self._developed()]
        return sorted({shard_of(id_, self._count(ids)) for id_ in ids})

    def _developed(self) -> list[Employee]:
        """Everyone who is not carried over from another run."""
        again = frozenset(self.job.only) if self.job.onto else None
        return [person for person in self.employees() if again is None or person.id in again]

    def _count(self, people: Sized) -> int:
        return max(1, -(-len(people) // self.job.shard_size))

    def shards(self) -> dict[int, list[Order]]:
        """Return the orders by shard; a person's shard is the same in every run of the same size."""
        employees = self._developed()
        photos = defaultdict(list)
        for photo in self.photos():
            photos[photo.employee].append(photo)
        count = self._count(employees)
        shards: dict[int, list[Order]] = defaultdict(list)
        for person in employees:
            shards[shard_of(person.id, count)].append(self._order(person, tuple(photos[person.id])))
        return dict(sorted(shards.items()))

    def _order(self, person: Employee, photos: tuple[Photo, ...]) -> Order:
        preset = self.job.brand(person.preset) if person.preset else None
        look = self.groups[person.preset] if person.preset else self.look
        wish, painted = self.wishes.get(person.id, NO_WISH), self.agreed.get(person.id, ())
        compared = person.id not in self.uncompared
        return order_of(person, photos, look, wish, preset, painted, compared=compared)

    def shard(self, number: int) -> Path:
        """Return the folder of one shard."""
        return self.folder / f"shard={number:04d}"

    def is_done(self, number: int) -> bool:
        """Whether a shard is finished: its renders are written last."""
        return (self.shard(number) / ledger.file_name(Render)).is_file()

    def still_allowed(self, orders: Sequence[Order]) -> list[Order]:
        """Return those of the orders that people's rights still allow as they are."""
        permissions = read_permissions(self.job.home)
        staff = self._staff([one.employee for one in orders])
        return [one for one in orders if allowances.covers(one, staff[one.employee], self.job, permissions)]

    def _staff(self, ids: list[str]) -> dict[str, Employee]:
        """Return some of the employees: a shard's are few of a large company's."""
        table = pl.scan_parquet(self.folder / ledger.file_name(Employee)).filter(pl.col("id").is_in(ids))
        return {person.id: person for person in ledger.records(Employee, table.collect())}

    def waiting(self, shards: Mapping[int, list[Order]]) -> list[Order]:
        """Return the orders of people with a photo whose recipe was never finished, shard by shard."""
        recipes = self.home.recipes
        orders = (order for shard in shards.values() for order in shard)
        return [order for order in orders if has_photo(order) and not recipes.path(order.recipe).is_file()]


def order_of(
    person: Employee,
    photos: tuple[Photo, ...],
    look: Look,
    wish: Wish = NO_WISH,
    preset: Preset | None = None,
    painted: tuple[str, ...] = (),
    *,
    compared: bool = True,
) -> Order:
    """Return what to develop for one person; ``preset`` is that of ``look`` where it is a group's.

    ``painted`` is what they agreed to have painted; ``compared``: their face may be compared by its geometry.
    """
    cap = caps.lowest(caps.cap_of(person, look.rungs), wish.cap)
    recipe = recipe_of(person.id, photos, look.setup, cap, wish, painted, compared=compared)
    return Order(person.id, recipe, photos, cap, wish, preset, painted, compared)


def has_photo(order: Order) -> bool:
    """Whether there is a photo of this person that could be read from the source."""
    return any(photo.digest for photo in order.photos)


def shard_of(employee: str, shards: int) -> int:
    """Return a person's shard, stable between runs and machines."""
    return zlib.crc32(employee.encode()) % shards


def _capped(employees: Sequence[Employee], looks: Mapping[str, Look]) -> list[dict[str, str]]:
    """Return what may leave a cap without effect, look by look."""
    return [
        finding
        for name, look in looks.items()
        for finding in caps.findings([one for one in employees if one.preset == name], look.rungs)
    ]


def agreed_to(job: Job, people: Iterable[Employee]) -> dict[str, tuple[str, ...]]:
    """Return what people agreed to have painted, of those whose preset lets somebody paint."""
    asked = {person.id for person in people if job.brand(person.preset).paints}
    return allowances.agreed(job, [person for person in people if person.id in asked]) if asked else {}


def draw_up(
    job: Job,
    employees: Sequence[Employee],
    photos: Sequence[Photo],
    findings: Iterable[dict[str, str]],
    wishes: Mapping[str, Wish] = _NOBODY,
) -> Plan:
    """Write a plan, or return the unfinished one that wants exactly the same."""
    home, look = Home(job.home), look_of(job)
    groups = {name: look_of(job, name) for name in sorted({person.preset for person in employees} - {""})}
    wishes = {person: wish for person, wish in wishes.items() if wish != NO_WISH}
    consents, uncompared = agreed_to(job, employees), allowances.uncompared(job, employees)
    want = _want(job, [look, *groups.values()], wishes, employees, photos)
    rights = [*sorted(consents.items()), *sorted(uncompared)]
    want = hashlib.sha256(f"{want} {rights}".encode()).hexdigest() if rights else want
    for run in home.unfinished():
        old = json.loads((home.ledger(run) / "plan.json").read_bytes())
        if old["want"] == want:
            return replace(read(home, run, job), resumed=True)
    told = (*findings, *([] if job.of_some else _capped(employees, {"": look} | groups)))
    told += tuple(allowances.told(uncompared))
    plan = Plan(
        _new_run(home), job, look, _now(), told, groups=groups, wishes=wishes, agreed=consents,
        uncompared=uncompared,
    )  # fmt: skip
    ledger.write(plan.folder / ledger.file_name(Employee), ledger.table(Employee, employees))
    ledger.write(plan.folder / ledger.file_name(Photo), ledger.table(Photo, photos))
    write_json(plan.folder / "plan.json", _plain(plan, want))
    return plan


def read(home: Home, run: str, job: Job) -> Plan:
    """Return a plan that was drawn up before."""
    old = json.loads((home.ledger(run) / "plan.json").read_bytes())
    groups = {name: Look.of(plain) for name, plain in old.get("groups", {}).items()}
    wishes = {person: Wish.of(plain) for person, plain in old.get("wishes", {}).items()}
    consents = {person: tuple(purposes) for person, purposes in old.get("agreed", {}).items()}
    return Plan(
        run, job, Look.of(old), old["started"], tuple(old["findings"]), groups=groups, wishes=wishes,
        agreed=consents, uncompared=frozenset(old.get("uncompared", ())),
    )  # fmt: skip


def _plain(plan: Plan, want: str) -> dict[str, Any]:
    return {
        "run": plan.run, "want": want, **plan.look.plain(), "started": plan.started,
        "groups": {name: look.plain() for name, look in plan.groups.items()},
        "job": _settled(plan.job).model_dump(mode="json"), "findings": list(plan.findings),
        "wishes": {person: wish.plain() for person, wish in plan.wishes.items()},
        "agreed": {person: list(purposes) for person, purposes in plan.agreed.items()},
        "uncompared": sorted(plan.uncompared),
    }  # fmt: skip


def _settled(job: Job) -> Job:
    """Return a job whose paths mean the same from whichever folder it is read again."""
    models = job.models.resolve() if job.models else None
    return job.model_copy(
        update={"source": job.source.resolve(), "preset": settled(job.preset), "models": models}
    )


def _want(
    job: Job,
    looks: Iterable[Look],
    wishes: Mapping[str, Wish],
    employees: Sequence[Employee],
    photos: Sequence[Photo],
) -> str:
    parts = [json.dumps(look.plain(), sort_keys=True) for look in looks]
    parts += [str(job.shard_size), *map(repr, employees), *map(repr, photos)]
    parts += [f"{person} {wish.key}" for person, wish in sorted(wishes.items())]
    parts += [job.onto, *job.only] if job.onto else []
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _new_run(home: Home) -> str:
    name = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    taken = [run for run in (name, *(f"{name}-{n}" for n in range(2, 1000))) if not home.ledger(run).exists()]
    return taken[0]
