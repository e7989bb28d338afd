"""A life whose every step is killed for good (SIGKILL) and started again, beside the same life undisturbed."""

import hashlib
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from catchlight.audit_check import verify
from catchlight.audit_settings import seal_of
from catchlight.company import Company
from catchlight.desk import open_register
from catchlight.vault import Vault, digest_of
from tests.lives import STEPS, Life, old_photo

ROOT = Path(__file__).parents[1]
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
        (life.out / f"96/{leaver}.jpg").write_bytes(old_photo(leaver))
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
        data, old = file.read_bytes(), old_photo(file.stem)
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
