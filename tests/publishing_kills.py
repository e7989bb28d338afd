"""Publishing killed for good (SIGKILL) at random moments, and started again until it comes to its end.

The vendor's stand-in lives in this process; publishing in children of one that has everything imported, so that a start
costs nothing.
"""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path

from catchlight.desk import Desk
from catchlight.drift import find_drift
from catchlight.journal import half_way
from catchlight.publish_plan import Plan, write_plan
from catchlight.publish_planning import draw
from tests.published_company import Company
from tests.publishing_worlds import Hurry, World

ROOT = Path(__file__).parents[1]
MOTHER = """
import os, sys, time
from pathlib import Path
from catchlight import published_list, publishing
from catchlight.desk import alone, open_desk
from catchlight.publish_plan import read_plan
from catchlight.rollback import rollback
from flows.destinations import place_named
import connectors.google_directory, connectors.ldap, connectors.microsoft365, connectors.sftp, connectors.sharepoint
import connectors.webdav, httpx, msal, stamina
from tests.publishing_worlds import in_no_time

def work(verb, home, plan):
    with in_no_time(), stamina.set_testing(True, attempts=5), alone(home):
        drawn = read_plan(plan)
        desk = open_desk(home, place_named(drawn.destination, home))
        if verb == "apply":
            publishing.check(desk, drawn)
            done = publishing.apply(desk, drawn) + published_list.update(desk, drawn.run)
        else:
            done = rollback(desk, drawn.run)
        return 0 if {one.code for one in done} <= {"sent", "unchanged", "listed", "restored", "removed"} else 1

for line in sys.stdin:
    seconds, verb, home, plan = line.split("\\t")
    pid = os.fork()
    if not pid:
        try:
            os._exit(work(verb, Path(home), Path(plan.strip())))
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(3)
    if float(seconds):
        time.sleep(float(seconds))
        os.kill(pid, 9)  # one that has ended is ours until we have waited for it
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


@dataclass
class Killed:
    """How often the program was killed on either way, how often in the middle of a write, and what is wrong at the end."""

    out: int = 0
    back: int = 0
    half_way: int = 0
    wrong: list[str] = field(default_factory=list)


class Mother:
    """A process that starts children which publish."""

    def __init__(self) -> None:
        """Start it."""
        self._process = subprocess.Popen(
            [sys.executable, "-c", MOTHER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )

    def try_for(self, seconds: float, *words: object) -> int:
        """Let a child work for so long (0: to its end); return its exit code, -9 when it was killed."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write("\t".join(map(str, (seconds, *words))) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def end(self) -> None:
        """Let it go."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(30)


def killed(company: Company, world: World, kills: int, longest: float = 0, minutes: float = inf) -> Killed:
    """Publish and roll back, again and again, until each was killed ``kills`` times, each time after a random while.

    The while is up to ``longest`` seconds, or half of what one way takes undisturbed, however busy the machine is. After
    so many ``minutes`` it ends with fewer kills.
    """
    (company.home / "destinations.toml").write_text(world.as_destination())
    dice, mother, told = random.Random(11), Mother(), Killed()  # noqa: S311  a test's dice
    desk = replace(company.desk(), place=world.place, wait=Hurry().sleep)
    try:
        longest, until = longest or _half(mother, desk), time.monotonic() + 60 * minutes
        while min(told.out, told.back) < kills and not told.wrong and time.monotonic() < until:
            plan = draw(desk, "r1", ("96",))
            file = write_plan(company.home, plan)
            for way in ("apply", "rollback"):
                world.writes().clear()
                codes = list(_to_the_end(mother, dice, longest, (way, company.home, file), desk))
                setattr(told, _NAMES[way], getattr(told, _NAMES[way]) + len(codes) - 1)
                told.half_way += sum(code == HALF_WAY for code in codes)
                told.wrong += [f"{way}: ended with {codes[-1]}"] if codes[-1] else []
                told.wrong += list(_wrong(way, world, plan, desk))
    finally:
        mother.end()
    return told


def _half(mother: Mother, desk: Desk) -> float:
    """Publish and take back without a kill; return half of the seconds of one way."""
    file, began = write_plan(desk.home, draw(desk, "r1", ("96",))), time.monotonic()
    ended = [mother.try_for(0, way, desk.home, file) for way in ("apply", "rollback")]
    assert ended == [0, 0]
    return (time.monotonic() - began) / 4


def _to_the_end(
    mother: Mother, dice: random.Random, longest: float, words: tuple[object, ...], desk: Desk
) -> Iterator[int]:
    """Start one way until it comes to its end; yield how each start ended."""
    for _ in range(_MOST):
        code = mother.try_for(dice.uniform(0.01, longest), *words)
        in_a_write = code == -signal.SIGKILL and half_way(desk.register.receipts(desk.place.name))
        yield HALF_WAY if in_a_write else code
        if code != -signal.SIGKILL:
            return
    yield mother.try_for(0, *words)


HALF_WAY = 1000
_MOST = 40
_NAMES = {"apply": "out", "rollback": "back"}


def _wrong(way: str, world: World, plan: Plan, desk: Desk) -> Iterator[str]:
    """Yield what is not as it should be after one way."""
    for person in plan.people:
        for planned in person.files:
            there, wanted = world.shown(planned.target), desk.vault.get(planned.sent)
            before = world.before.get(planned.target)
            if way == "rollback":
                right = there is None if before is None else world.keeps(planned.target, before)
            else:
                right = (
                    there == wanted if world.place.takes.keeps_bytes else world.keeps(planned.target, wanted)
                )
            if not right:
                yield f"{way}: {planned.target} shows something else"
    for target, times in world.writes().items():
        if times > 1 and not target.endswith(".csv"):
            yield f"{way}: {target} was written {times} times"
    yield from (f"{way}: {drift.kind} {drift.target}" for drift in find_drift(desk))
    yield from world.exceeded()
