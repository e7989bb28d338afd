"""The whole life of a company, step by step: refresh, answers, publication, withdrawal, the way back, purge, erasure.

Each step is done in a child that may be killed for good (SIGKILL) and is started again until it comes to its end. Developing
is stood in for: a photo gives a flat portrait of its own, without any model, so that a life takes seconds.
"""

import hashlib
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from catchlight import published_list, publishing
from catchlight.audit_check import verify
from catchlight.audit_settings import seal_of
from catchlight.choosing import Choices, choose
from catchlight.company import Company
from catchlight.config import Job
from catchlight.deciding import decide
from catchlight.desk import alone, open_desk, open_register
from catchlight.develop import Development
from catchlight.home import Home
from catchlight.ledger import Recipes
from catchlight.order import Order
from catchlight.publish_plan import newest_plans, read_plan, write_plan
from catchlight.publish_planning import draw
from catchlight.records import Answer, Decision, Render, Rung
from catchlight.register import now
from catchlight.rollback import rollback
from catchlight.vault import Vault, digest_of
from flows import session, stages
from flows.destinations import place_named
from flows.erasing import erase
from flows.purging import purge_home
from flows.withdrawing import honour
from tests.published_company import portrait

ROOT = Path(__file__).parents[1]
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
            (self.out / f"96/{one}.jpg").write_bytes(_old(one))

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


def _old(person: str) -> bytes:
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


MOTHER = """
import json, os, sys, time
from pathlib import Path
from tests.lives import Life, step

for line in sys.stdin:
    asked = json.loads(line)
    began, pid = time.monotonic(), os.fork()
    if not pid:
        try:
            code = step(Life(Path(asked["root"])), asked["verb"], asked["who"])
        except BaseException as error:
            import traceback
            traceback.print_exc()
            code = 3
        os._exit(code)
    if asked["seconds"]:
        time.sleep(asked["seconds"])
        os.kill(pid, 9)  # one that has ended is ours until we have waited for it
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    print(json.dumps([code, time.monotonic() - began]), flush=True)
"""


class Mother:
    """A process that has everything imported and starts children that do one step."""

    def __init__(self) -> None:
        """Start it."""
        self._process = subprocess.Popen(
            [sys.executable, "-c", MOTHER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip

    def try_for(self, seconds: float, life: Life, verb: str, who: str = "") -> tuple[int, float]:
        """Let a child work for so long (0: to its end); return its exit code, -9 when it was killed, and how long it took."""
        assert self._process.stdin
        assert self._process.stdout
        asked = {"seconds": seconds, "root": str(life.root), "verb": verb, "who": who}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        code, took = json.loads(self._process.stdout.readline())
        return int(code), float(took)

    def end(self) -> None:
        """Let it go."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(30)


@dataclass
class Lived:
    """How often each step was killed, how many rounds of life that took, and what is wrong."""

    rounds: int = 0
    kills: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STEPS, 0))
    wrong: list[str] = field(default_factory=list)


_MOST = 4  # kills of one step in a row
_STAY = tuple(f"p{n}" for n in range(1, 5))


def live(root: Path, times: int, seed: int = 0, tell: Callable[[str], object] = lambda _: None) -> Lived:
    """Live until so many kills were survived; an undisturbed life beside it says what is right after each step."""
    dice, mother, lived = random.Random(seed), Mother(), Lived()  # noqa: S311  a test's dice
    calm, killed = Life(root / "calm"), Life(root / "killed")
    for life in (calm, killed):
        life.begin(_STAY)
    try:
        while sum(lived.kills.values()) < times and not lived.wrong:
            lived.rounds += 1
            _round(lived, mother, dice, calm, killed, times)
            tell(f"round {lived.rounds}: {sum(lived.kills.values())} kills, {len(lived.wrong)} wrong")
    finally:
        mother.end()
    return lived


def _round(lived: Lived, mother: Mother, dice: random.Random, calm: Life, killed: Life, times: int) -> None:
    leaver = f"leaver{lived.rounds}"
    for life in (calm, killed):
        life.photograph((*_STAY, leaver), lived.rounds)
        (life.out / f"96/{leaver}.jpg").write_bytes(_old(leaver))
    for verb in STEPS:
        who = {"withdraw": _STAY[lived.rounds % 4], "erase": leaver}.get(verb, "")
        code, took = mother.try_for(0, calm, verb, who)
        lived.wrong += [f"{verb}, undisturbed: ended with {code}"] if code else []
        for _ in range(_MOST):
            enough = sum(lived.kills.values()) >= times
            code, _seconds = mother.try_for(
                0 if enough else dice.uniform(0.01, 1.2 * took), killed, verb, who
            )
            lived.wrong += [f"{verb}: {one}" for one in lost(killed)]
            if code != -9:
                break
            lived.kills[verb] += 1
        else:
            code, _seconds = mother.try_for(0, killed, verb, who)
        lived.wrong += [f"{verb}: ended with {code}"] if code else []
        lived.wrong += [f"{verb}: {one}" for one in differing(calm, killed)]
        if lived.wrong:
            return


def lost(life: Life) -> Iterator[str]:
    """Yield what a kill cost: a photo that was there before us, a file that is neither old nor ours, half of one."""
    vault = Vault(life.home / "vault")
    for file in (life.out / "96").glob("*.jpg"):
        data, old = file.read_bytes(), _old(file.stem)
        if data != old and not vault.has(digest_of(data)):
            yield f"{file.name} is neither what was there nor one of ours"
        if data != old and not vault.has(digest_of(old)):
            yield f"the photo of before of {file.stem} is gone"
    for person in _STAY:
        if not (life.out / f"96/{person}.jpg").is_file():
            yield f"{person} is shown nowhere"


def differing(calm: Life, killed: Life) -> Iterator[str]:
    """Yield in what a life that was killed differs from the undisturbed one, once a step has come to its end."""
    for what, of in _SAME.items():
        first, second = of(calm), of(killed)
        if first != second:
            yield f"{what} differs: {first!s:.300} — {second!s:.300}"
    with closing(open_register(killed.home)) as register:
        yield from verify(register, seal_of(killed.home)).problems
    yield from (f"half a file: {file}" for file in killed.out.rglob("*.partial"))
    yield from (f"{file} is not what its name says" for file in _unsound(killed))


def _unsound(life: Life) -> Iterator[Path]:
    for file in (life.home / "vault").glob("*/*"):
        if len(file.name) == 62 and digest_of(file.read_bytes()) != file.parent.name + file.name:
            yield file


def _shown(life: Life) -> dict[str, str]:
    return {
        str(file.relative_to(life.out)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(life.out.rglob("*"))
        if file.is_file() and not file.name.endswith((".csv", ".partial"))
    }


def _said(life: Life) -> list[tuple[str, ...]]:
    with closing(open_register(life.home)) as register:
        last = {(one.employee, one.picture): one.answer for one in register.decisions()}
    return sorted((*who, answer) for who, answer in last.items())


def _portraits(life: Life) -> list[tuple[str, ...]]:
    people = Company(life.home).book().people
    return sorted((one.id, one.portrait.picture, *one.pictures) for one in people.values())


_SAME: dict[str, Callable[[Life], object]] = {
    "what is shown": _shown, "what people said": _said, "everybody's portrait": _portraits,
}  # fmt: skip
