"""A painter in another process, as a worker sees it."""

import time
from collections.abc import Sequence
from itertools import count
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import Any, cast

from catchlight.config import Engines
from catchlight.easel import ENDED, Easel
from catchlight.errors import OutsideError, PhotoError
from catchlight.painters_turn import PUT_AWAY, turn
from catchlight.painting import Scene, Take, Words

_PATIENCE = 60.0  # seconds to wait for a painter's process to stand
_TRIES = 2  # a painter that dies so often while it gets ready is not asked again


class RemotePainter:
    """Asks one of the painters, always the same one."""

    def __init__(self, easels: Sequence[Easel], engines: Engines) -> None:
        """Take a seat, and ask the painter there what it takes. ConfigError, OutsideError."""
        self._easel = _seat(easels)
        self._engines = engines
        self._line: Connection[Any, Any] | None = None
        self._warm: set[Words] = set()  # what the painter at the other end was told to get ready for
        self.step, self.most, self.digest = cast("tuple[int, int, str]", self._ready("facts"))

    def warm(self, words: Words) -> None:
        """Let it get ready to paint these words. OutsideError when it dies of that."""
        if words not in self._warm:
            self._ready("warm", words)
            self._warm.add(words)

    def paint(self, scene: Scene, seeds: tuple[int, ...]) -> list[Take]:
        """Return one take a seed. PhotoError when the painter dies of it, alone with this picture: others' are no part in it."""
        for alone in (False, True):
            with turn(self._easel.address, alone=alone):
                self.warm(scene.words)
                try:
                    return cast("list[Take]", self._ask("paint", scene, seeds))
                except (EOFError, ConnectionError):
                    self._lost()
        message = "the painter ended twice at this picture"
        raise PhotoError("painter.ended", message)

    def _ready(self, verb: str, *words: Any) -> Any:
        for _ in range(_TRIES):
            try:
                return self._ask(verb, *words)
            except (EOFError, ConnectionError):
                self._lost()
        message = "the painter ended while it got ready; see the darkroom's log"
        raise OutsideError(message)

    def _lost(self) -> None:
        self._line = None
        self._warm.clear()

    def _ask(self, verb: str, *words: Any) -> Any:
        self._line = self._line or self._connected()
        self._line.send((self._engines, verb, words))
        done, answer = self._line.recv()
        if not done:
            raise answer
        return answer

    def _connected(self) -> "Connection[Any, Any]":
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                return Client(self._easel.address, "AF_UNIX", authkey=self._easel.key)
            except OSError as error:
                if not Path(self._easel.address).parent.is_dir():
                    raise OutsideError(PUT_AWAY) from error
                if Path(self._easel.address + ENDED).exists():
                    message = "the painter ended again and again without a picture; see the darkroom's log"
                    raise OutsideError(message) from error
                if time.monotonic() > until:
                    message = "the painter's process does not answer; see the darkroom's log"
                    raise OutsideError(message) from error
                time.sleep(0.1)


def _seat(easels: Sequence[Easel]) -> Easel:
    """Take the next seat that nobody took: workers spread evenly over the cards, whoever comes first."""
    folder = Path(easels[0].address).parent
    for number in count():
        try:
            (folder / f"seat-{number}").touch(exist_ok=False)
        except FileExistsError:
            continue
        except OSError as error:
            raise OutsideError(PUT_AWAY) from error
        return easels[number % len(easels)]
    raise AssertionError
