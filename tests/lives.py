"""The whole life of a company, step by step: refresh, answers, publication, withdrawal, the way back, purge, erasure.

Each step is done in a child that may be killed for good (SIGKILL) and is started again until it comes to its end. Developing
is stood in for: a photo gives a flat portrait of its own, without any model, so that a life takes seconds.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from catchlight import published_list, publishing
from catchlight.choosing import Choices, choose
from catchlight.company import Company
from catchlight.deciding import decide
from catchlight.desk import alone, open_desk, open_register
from catchlight.develop import Development
from catchlight.home import Home
from catchlight.job import Job
from catchlight.ledger import Recipes
from catchlight.order import Order
from catchlight.publish_plan import newest_plans, read_plan, write_plan
from catchlight.publish_planning import draw
from catchlight.records import Answer, Decision, Render, Rung
from catchlight.register import now
from catchlight.rollback import rollback
from catchlight.vault import Vault
from flows import session, stages
from flows.destinations import place_named
from flows.erasing import erase
from flows.purging import purge_home
from flows.withdrawing import honour
from tests.published_company import portrait

SIZE = ("96",)
STEPS = ("refresh", "answer", "publish", "withdraw", "undo", "purge", "erase")


class Standin:
    """A darkroom without models: each photo gives a flat portrait, remembered like a real one."""

    cpu = 0.0

    def __init__(self, bench: Any, _workers: int = 0) -> None:
        """Work at a bench."""
        self._vault, self._recipes = Vault(bench.vault), Recipes(bench.recipes)

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let nobody go: nobody works here."""

    def close(self) -> None:
        """Do nothing."""

    def begin(self, orders: Iterable[Order]) -> None:
        """Do nothing yet."""

    def develop(self, orders: Iterable[Order]) -> Iterator[Development]:
        """Yield the portraits, each in the ledger by then."""
        for order in orders:
            known = self._recipes.recall(order.recipe)
            made = Development.of(known) if known else self._made(order)
            self._recipes.remember(order.recipe, made.plain())
            yield made

    def _made(self, order: Order) -> Development:
        seed = order.photos[0].digest
        kept = {
            name: self._vault.put(portrait(seed + name)) for name in ("picture", "before", "after", "aligned")
        }
        render = Render(order.employee, order.recipe, seed, width=256, height=256, rung=Rung.BACKGROUND)
        return Development(order.photos, replace(render, preset="house", **kept))


@dataclass(frozen=True)
class Life:
    """A source folder, a home, and a folder that is published to."""

    root: Path

    @property
    def home(self) -> Path:
        """Where all is kept."""
        return self.root / "home"

    @property
    def out(self) -> Path:
        """Where portraits are shown."""
        return self.root / "out"

    def begin(self, people: Iterable[str]) -> None:
        """Lay out the folders; everybody has an old photo where portraits will be shown."""
        for folder in (self.home, self.out / "96", self.root / "source/photos"):
            folder.mkdir(parents=True)
        (self.home / "trust.toml").write_text(f'tombstones = "{self.root}/erased"\n')
        for one in people:
            (self.out / f"96/{one}.jpg").write_bytes(old_photo(one))

    def photograph(self, people: Iterable[str], round_: int) -> None:
        """Let the source list these people, with photos of this round."""
        rows = ["id,display_name,email,photo"]
        for one in people:
            rows.append(f"{one},Zoë {one},{one}@example.com,photos/{one}.jpg")
            (self.root / f"source/photos/{one}.jpg").write_bytes(portrait(f"{one} {round_ % 2}"))
        (self.root / "source/directory.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")

    def job(self) -> Job:
        """Return the job of a refresh."""
        return Job(source=self.root / "source", home=self.home, accept_fewer=True)


def old_photo(person: str) -> bytes:
    """Return what was shown of somebody before us."""
    return portrait(f"old {person}")


def step(life: Life, verb: str, who: str) -> int:
    """Do one step to its end; return the exit code that its command would have."""
    return {
        "refresh": _refresh, "answer": _answer, "publish": _publish, "withdraw": _withdraw, "undo": _undo,
        "purge": _purge, "erase": _erase,
    }[verb](life, who)  # fmt: skip


def stand_in() -> None:
    """Let refreshes of this process do without models."""
    session.Darkroom = Standin  # type: ignore[misc, assignment]
    session.check = lambda _: None


def _refresh(life: Life, _: str) -> int:
    stand_in()
    with session.session(life.job()) as begun:
        stages.straight(begun)
    return 0


def _answer(life: Life, _: str) -> int:
    people = Company(life.home).book().people
    with closing(open_register(life.home)) as register:
        for id_, person in people.items():
            said = Decision(
                id_, person.pictures[0], Answer.APPROVE, id_, now(), source="page", ticket=person.pictures[0]
            )
            choices = Choices({"intranet": True}, ("intranet",), ticket=f"{person.pictures[0]}.yes")
            decide(register, said, lambda person=person: person.pictures, 3, choices=choices)  # type: ignore[misc]
    return 0


def _publish(life: Life, _: str) -> int:
    with alone(life.home):
        desk = open_desk(life.home, place_named(str(life.out), life.home))
        drawn = draw(desk, "latest", SIZE)
        write_plan(life.home, drawn)
        publishing.check(desk, drawn)
        done = publishing.take_off_people(desk, drawn) + publishing.apply(desk, drawn)
        done += published_list.update(desk, drawn.run)
    return int(any(one.code in {"failed", "conflict", "stopped"} for one in done))


def _withdraw(life: Life, who: str) -> int:
    with closing(open_register(life.home)) as register:
        choose(register, Choices({"intranet": False}, ("intranet",)), who, who)
    return len(honour(life.home, 50).failed)


def _undo(life: Life, _: str) -> int:
    with alone(life.home):
        desk = open_desk(life.home, place_named(str(life.out), life.home))
        plans = newest_plans(life.home, "latest")
        done = rollback(desk, read_plan(next(iter(plans.values()))).run) if plans else []
    return int(any(one.code in {"failed", "conflict"} for one in done))


def _purge(life: Life, _: str) -> int:
    purge_home(life.home, at=datetime.now(UTC) + timedelta(days=40))
    return 0


def _erase(life: Life, who: str) -> int:
    with Home(life.home).alone(), alone(life.home):
        return len(erase(life.home, who).left)
