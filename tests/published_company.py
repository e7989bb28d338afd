"""A small company with a finished run, and a folder to publish to, for the tests of publishing."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from catchlight import ledger, pixels, published_list, publishing
from catchlight.desk import Desk, open_desk, open_register
from catchlight.home import Home
from catchlight.publish_plan import Plan
from catchlight.publish_planning import draw
from catchlight.records import Answer, Decision, Employee, Outcome, Render, Rung, Verdict
from catchlight.register import now
from catchlight.sending import Result
from flows.destinations import folder_place

SIZES = ("192@2x", "96")


def portrait(seed: str, height: int = 256, width: int = 256) -> bytes:
    """Return a JPEG that no other seed gives."""
    colours = np.frombuffer(hashlib.sha256(seed.encode()).digest()[:27], np.uint8).reshape(3, 3, 3)
    return pixels.jpeg(np.repeat(np.repeat(colours, height // 3 + 1, 0), width // 3 + 1, 1)[:height, :width])


@dataclass(frozen=True)
class Company:
    """A home folder, a destination, and the digests of everyone's portrait."""

    home: Path
    out: Path

    def run(
        self,
        name: str,
        people: Mapping[str, str],
        outcomes: Mapping[str, str] | None = None,
        rungs: Mapping[str, str] | None = None,
    ) -> dict[str, str]:
        """Finish a run in which each id has the portrait of a seed ("" for none); return the digests."""
        home, outcomes, rungs = Home(self.home), outcomes or {}, rungs or {}
        pictures = {id_: home.vault.put(portrait(seed)) if seed else "" for id_, seed in people.items()}
        renders = [
            Render(
                id_,
                f"recipe-{id_}",
                "",
                picture=p,
                width=256,
                height=256,
                rung=rungs.get(id_, Rung.KEEP),
            )
            for id_, p in pictures.items()
        ]
        verdicts = [Verdict(r.employee, r.recipe, outcomes.get(r.employee, Outcome.ACCEPT)) for r in renders]
        tables = {
            Employee: [Employee(id_, display_name=id_) for id_ in people],
            Render: renders,
            Verdict: verdicts,
        }
        for record, rows in tables.items():
            ledger.write(home.run(name) / ledger.file_name(record), ledger.table(record, rows))
        home.point_to(name)
        return pictures

    def had_own(self, ids: Iterable[str]) -> None:
        """Let a photo of people's own stand where their portraits come."""
        (self.out / "96").mkdir()
        for id_ in ids:
            (self.out / f"96/{id_}.jpg").write_bytes(portrait(f"own {id_}", 96, 96))

    def answer(self, pictures: Mapping[str, str], answer: str = Answer.APPROVE) -> None:
        """Let everyone give the same answer about their picture."""
        register = open_register(self.home)
        register.decide([Decision(id_, picture, answer, id_, now()) for id_, picture in pictures.items()])
        register.close()

    def desk(self, clock: Callable[[], str] = now) -> Desk:
        """Return a desk that publishes to the destination."""
        return open_desk(self.home, folder_place(self.out, self.home), clock)

    def publish(self, run: str = "latest", sizes: tuple[str, ...] = SIZES) -> list[Result]:
        """Plan and apply."""
        return apply(self.desk(), draw(self.desk(), run, sizes))

    def files(self) -> dict[str, bytes]:
        """Return everything at the destination except the list; what goes away meanwhile is not there."""
        found = {}
        for path in self.out.rglob("*"):
            if path.is_file() and path.name != published_list.NAME:
                with suppress(FileNotFoundError):
                    found[str(path.relative_to(self.out))] = path.read_bytes()
        return found


def make_company(root: Path) -> Company:
    """Make an empty home and an empty destination."""
    company = Company(root / "home", root / "out")
    company.home.mkdir()
    company.out.mkdir()
    return company


def apply(desk: Desk, plan: Plan) -> list[Result]:
    """Follow a plan to its end, as the flow does."""
    publishing.check(desk, plan)
    done = publishing.take_off_people(desk, plan) + publishing.apply(desk, plan)
    return done + published_list.update(desk, plan.run)


def codes(results: list[Result]) -> dict[str, int]:
    """Count the results by code."""
    found = [result.code for result in results]
    return {code: found.count(code) for code in dict.fromkeys(found)}
