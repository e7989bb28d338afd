"""A painter in another process, as a worker sees it."""

import time
from collections.abc import Sequence
from itertools import count
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import Any, cast

from catchlight.config import Engines
from catchlight.easel import Easel
from catchlight.errors import OutsideError, PhotoError
from catchlight.painting import Scene, Take, Words

_PATIENCE = 60.0  # seconds to wait for a painter's process to stand
_PUT_AWAY = "the painters were put away"
_TRIES = 2  # a scene at which the painter dies so often is set aside


class RemotePainter:
    """Asks one of the painters, always the same one."""

    def __init__(self, easels: Sequence[Easel], engines: Engines) -> None:
        """Take a seat, and ask the painter there what it takes. ConfigError, OutsideError."""
        self._easel = _seat(easels)
        self._engines = engines
        self._line: Connection[Any, Any] | None = None
        self.step, self.most, self.digest = cast("tuple[int, int, str]", self._ask("facts"))

    def warm(self, words: Words) -> None:
        """Let it get ready to paint these words."""
        self._ask("warm", words)

    def paint(self, scene: Scene, seeds: tuple[int, ...]) -> list[Take]:
        """Return one take a seed. PhotoError when the painter dies of it twice."""
        return cast("list[Take]", self._ask("paint", scene, seeds))

    def _ask(self, verb: str, *words: Any) -> Any:
        for _ in range(_TRIES):
            try:
                self._line = self._line or self._connected()
                self._line.send((self._engines, verb, words))
                done, answer = self._line.recv()
            except (EOFError, ConnectionError):
                self._line = None
                continue
            if not done:
                raise answer
            return answer
        message = "the painter ended twice at this picture"
        raise PhotoError("painter.ended", message)

    def _connected(self) -> "Connection[Any, Any]":
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                return Client(self._easel.address, "AF_UNIX", authkey=self._easel.key)
            except OSError as error:
                if not Path(self._easel.address).parent.is_dir():
                    raise OutsideError(_PUT_AWAY) from error
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
            raise OutsideError(_PUT_AWAY) from error
        return easels[number % len(easels)]
    raise AssertionError
