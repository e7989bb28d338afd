"""One painter a graphics card, in a process of its own, that all workers share: weights are loaded once, not in each.

Workers decode, cut out, relight and measure while the card paints for another. A painter that dies is started
again; it ends with the process that started it.
"""

import json
import os
import re
import secrets
import shutil
import signal
import tempfile
import threading
import traceback
from contextlib import nullcontext
from dataclasses import dataclass
from multiprocessing import AuthenticationError, get_context
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catchlight.errors import CatchlightError, OutsideError
from catchlight.following import follow, write_to
from catchlight.whose_fault import lost_card, may_be_the_photos

if TYPE_CHECKING:  # the main process does not load what painting needs
    from multiprocessing.context import SpawnProcess

    from catchlight.config import Engines

_STARTS = 6  # a painter that ends so often without a picture in between is not started again
MADE, ENDED = ".made", ".ended"  # files beside an address: it has made a picture; it is not started again
_DEVICES = Path("/dev")
_PATIENCE = 10.0  # seconds that closing waits for a painter to be gone: a driver may hold it for a while


@dataclass(frozen=True, slots=True)
class Easel:
    """Where one painter listens, and the key to speak to it."""

    address: str
    key: bytes


@dataclass(frozen=True, slots=True)
class Supplies:
    """What a painter's process needs to set itself up."""

    models: Path
    log: Path
    allow_noncommercial: bool = False


class Easels:
    """The painters' processes: one for each graphics card that this process sees, or one without any."""

    def __init__(self, supplies: Supplies) -> None:
        """Start them; weights are loaded when somebody asks."""
        self._supplies = supplies
        self._folder = Path(tempfile.mkdtemp(prefix="catchlight-"))
        self._open = True
        self._door = threading.Lock()  # nobody is started while it is closed
        self._running: dict[str, SpawnProcess] = {}
        self.all: list[Easel] = []
        self._keepers: list[threading.Thread] = []
        for number, card in enumerate(cards() or [""]):
            easel = Easel(str(self._folder / str(number)), secrets.token_bytes(32))
            self.all.append(easel)
            self._keepers.append(threading.Thread(target=self._keep, args=(easel, card), daemon=True))
            self._keepers[-1].start()

    def close(self) -> None:
        """End them, and wait until they are gone."""
        with self._door:
            self._open = False
            for process in self._running.values():
                process.terminate()
        for keeper in self._keepers:
            keeper.join(_PATIENCE)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _keep(self, easel: Easel, card: str) -> None:
        """Start a painter, and another when it ended by itself."""
        made, left = Path(easel.address + MADE), _STARTS
        while left:
            with self._door:
                if not self._open:
                    return
                process = get_context("spawn").Process(
                    target=serve, args=(easel, self._supplies, card, os.getpid()), daemon=True
                )
                process.start()
                self._running[easel.address] = process
            process.join()
            left = _STARTS if made.exists() else left - 1
            made.unlink(missing_ok=True)
        Path(easel.address + ENDED).touch()


def cards() -> list[str]:
    """Return the graphics cards that this process may use, as CUDA numbers them; loads no library."""
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is not None:
        return [card for card in named.split(",") if card.strip() and card.strip() != "-1"]
    found = [path for path in _DEVICES.glob("nvidia*") if re.fullmatch(r"nvidia\d+", path.name)]
    # by their order, not by their names: a container may have the machine's fourth, which is its first
    return [str(number) for number in range(len(found))]


def serve(easel: Easel, supplies: Supplies, card: str, parent: int) -> None:
    """Paint for whoever has the key, one request at a time, until the parent is gone."""
    threading.Thread(target=follow, args=(parent,), daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    if card:
        os.environ["CUDA_VISIBLE_DEVICES"] = card
    write_to(supplies.log)
    shop = _Shop(supplies)
    made = Path(easel.address + MADE)
    Path(easel.address).unlink(missing_ok=True)
    with Listener(easel.address, "AF_UNIX", authkey=easel.key) as listener:
        while True:
            try:
                caller = listener.accept()
            except (AuthenticationError, EOFError, OSError):
                continue
            threading.Thread(target=_attend, args=(caller, shop, made), daemon=True).start()


class _Shop:
    """The painters of one process, by their engine and its options; the card denoises one batch at a time.

    A painter with ``card`` holds the lock itself, and only while it needs to be alone.
    """

    def __init__(self, supplies: Supplies) -> None:
        self._supplies = supplies
        self._painters: dict[str, Any] = {}
        self._lock = threading.Lock()

    def do(self, engines: "Engines", verb: str, words: tuple[Any, ...]) -> Any:
        """Return what a painter answers."""
        with self._lock:
            painter = self._painter(engines)
        if verb == "facts":
            return painter.step, painter.most, painter.digest
        with nullcontext() if hasattr(painter, "card") else self._lock:
            return getattr(painter, verb)(*words)

    def _painter(self, engines: "Engines") -> Any:
        from catchlight import plugins  # noqa: PLC0415  heavy
        from catchlight.models import ModelStore  # noqa: PLC0415
        from catchlight.studio import engine_settings  # noqa: PLC0415

        key = json.dumps([engines.paint, engines.options.get(engines.paint)], default=str, sort_keys=True)
        if key not in self._painters:
            store = ModelStore(self._supplies.models, allow_noncommercial=self._supplies.allow_noncommercial)
            settings = engine_settings(engines, engines.paint)
            painter = plugins.load("catchlight.engines", engines.paint).Engine(settings, store)
            if hasattr(painter, "card"):
                painter.card = self._lock
            self._painters[key] = painter
        return self._painters[key]


def _attend(caller: "Connection[Any, Any]", shop: _Shop, made: Path) -> None:
    """Answer one worker until it hangs up; what goes wrong is its to hear."""
    with caller:
        while True:
            try:
                engines, verb, words = caller.recv()
            except (EOFError, OSError):
                return
            try:
                answer = True, shop.do(engines, verb, words)
            except Exception as error:  # noqa: BLE001  a bug is told where it is waited for
                answer = False, _told(error)
            if answer[0] and verb == "paint":
                made.touch()
            caller.send(answer)


def _told(error: Exception) -> Exception:
    """Return an error as a worker may hear it: libraries' own cannot all be sent, and a worker asks whose fault it is.

    A process whose card is lost never paints again: it ends here, and another is started.
    """
    if lost_card(error):
        traceback.print_exception(error)
        os._exit(1)
    if isinstance(error, CatchlightError):
        return error
    kind = RuntimeError if may_be_the_photos(error) else OutsideError
    return kind(f"the painter: {type(error).__name__}: {error}")
