"""What a refresh will do: who, with which photos, by which recipe, in which shard."""

import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence, Sized
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import polars as pl

from catchlight import allowances, caps, ledger
from catchlight.config import Preset
from catchlight.home import Home
from catchlight.job import Job
from catchlight.look import Look
from catchlight.losses import is_known
from catchlight.order import Order, recipe_of
from catchlight.permission import read_permissions
from catchlight.records import Employee, Photo, Render, by_employee
from catchlight.wish import NO_WISH, Wish


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
        return ledger.records(Employee, ledger.read(self.folder / ledger.file_name(Employee)))

    def photos(self) -> list[Photo]:
        """Their photos, before one is chosen."""
        return ledger.records(Photo, ledger.read(self.folder / ledger.file_name(Photo)))

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
        photos = by_employee(self.photos())
        count = self._count(employees)
        shards: dict[int, list[Order]] = defaultdict(list)
        for person in employees:
            shards[shard_of(person.id, count)].append(self._order(person, tuple(photos.get(person.id, ()))))
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
        file = self.folder / ledger.file_name(Employee)
        with ledger.reading(file):
            table = pl.scan_parquet(file).filter(pl.col("id").is_in(ids)).collect()
        return {person.id: person for person in ledger.records(Employee, table)}

    def waiting(self, shards: Mapping[int, list[Order]]) -> list[Order]:
        """Return the orders of people with a photo whose recipe was never finished, shard by shard.

        One of which a picture was lost or damaged since counts as never finished.
        """
        orders = [order for shard in shards.values() for order in shard if has_photo(order)]
        with ThreadPoolExecutor() as pool:  # pictures are read whole, and the disk may be far away
            known = list(pool.map(partial(is_known, self.home), (order.recipe for order in orders)))
        return [order for order, done in zip(orders, known, strict=True) if not done]

    def photoless(self, shards: Mapping[int, list[Order]]) -> int:
        """Return how many people of the orders have no photo that could be read from the source."""
        return sum(not has_photo(order) for shard in shards.values() for order in shard)


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
