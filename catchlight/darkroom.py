"""Warm worker processes that develop people in parallel, and survive a photo that kills one."""

import os
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from types import TracebackType
from typing import Self

from catchlight.config import Preset
from catchlight.develop import Development, Order, Room, develop
from catchlight.errors import OutsideError
from catchlight.ledger import Recipes
from catchlight.records import Render

CRASHED = "photo.crashed"


@dataclass(frozen=True, slots=True)
class Bench:
    """What a worker process needs to set itself up."""

    preset: Preset
    models: Path
    vault: Path
    recipes: Path
    log: Path
    allow_noncommercial: bool = False


class Darkroom:
    """A pool of workers. Use it as a context manager."""

    def __init__(self, bench: Bench, workers: int = 0) -> None:
        """Start ``workers`` processes (0: one per core that this process may use)."""
        self.bench = bench
        self.workers = workers or len(os.sched_getaffinity(0))
        self._lock = threading.Lock()
        self._generation = 0
        self._pool = self._start()

    def _start(self) -> ProcessPoolExecutor:
        pool = ProcessPoolExecutor(self.workers, get_context("spawn"), _set_up, (self.bench, os.getpid()))
        for _ in range(self.workers):
            pool.submit(_warm)
        return pool

    def __enter__(self) -> Self:
        """Return the pool."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        """Let the workers go; after an error, without waiting for what they still hold."""
        self._pool.shutdown(wait=kind is None, cancel_futures=True)

    def develop(self, orders: Iterable[Order]) -> Iterator[Development]:
        """Yield the developments as they are finished, in any order. Each is in the ledger by then."""
        generation, waiting = self._submit(orders)
        suspects = []
        for future in as_completed(waiting):
            try:
                yield future.result()
            except BrokenProcessPool:
                suspects.append(waiting[future])
        for order in suspects:
            generation, development = self._alone(order, generation)
            yield development

    def _submit(self, orders: Iterable[Order]) -> tuple[int, dict[Future[Development], Order]]:
        with self._lock:
            return self._generation, {self._pool.submit(_develop, order): order for order in orders}

    def _alone(self, order: Order, generation: int, tries: int = 2) -> tuple[int, Development]:
        """Develop one order whose worker died; a second death and the photo is set aside."""
        for _ in range(tries):
            self._renew(generation)
            try:
                generation, waiting = self._submit([order])
                return generation, next(iter(waiting)).result()
            except BrokenProcessPool:
                continue
        self._renew(generation)
        note = "This photo made the picture software fail twice; save it anew as a JPEG or send another."
        render = Render(
            order.employee, order.recipe, "", preset=self.bench.preset.name, reason=CRASHED, note=note
        )
        return generation, Development(order.photos, render)

    def _renew(self, generation: int) -> None:
        """Start a new pool unless somebody else did since ``generation``."""
        with self._lock:
            if generation == self._generation and _is_broken(self._pool):
                self._pool.shutdown(wait=False, cancel_futures=True)
                self._pool = self._start()
                self._generation += 1


class Remembered:
    """Stands where a darkroom would when every recipe is known already."""

    def __init__(self, recipes: Recipes) -> None:
        """Read from ``recipes``."""
        self.recipes = recipes

    def develop(self, orders: Iterable[Order]) -> Iterator[Development]:
        """Yield what each recipe gave before."""
        for order in orders:
            known = self.recipes.recall(order.recipe)
            if known is None:
                message = (
                    f"recipe {order.recipe[:12]} of {order.employee} is not in the ledger any more; run again"
                )
                raise OutsideError(message)
            yield Development.of(known)


def _is_broken(pool: ProcessPoolExecutor) -> bool:
    try:
        pool.submit(_warm)
    except BrokenProcessPool:
        return True
    return False


_room: Room | None = None
_recipes: Recipes | None = None


def _set_up(bench: Bench, parent: int) -> None:
    """Prepare a worker: one thread for each library, warm models, and an eye on the parent."""
    global _room, _recipes  # noqa: PLW0603  one worker, one room
    import cv2  # noqa: PLC0415

    from catchlight.decoder import Decoder  # noqa: PLC0415
    from catchlight.models import ModelStore  # noqa: PLC0415
    from catchlight.studio import Studio  # noqa: PLC0415
    from catchlight.vault import Vault  # noqa: PLC0415

    _write_to(bench.log)
    threading.Thread(target=_follow, args=(parent,), daemon=True).start()
    cv2.setNumThreads(1)
    models = ModelStore(bench.models, allow_noncommercial=bench.allow_noncommercial)
    _room = Room(bench.preset, Studio(bench.preset, models), Decoder(), Vault(bench.vault))
    _recipes = Recipes(bench.recipes)


def _write_to(log: Path) -> None:
    """Let what native libraries say go to a file, not between the lines of the terminal."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as file:
        os.dup2(file.fileno(), 2)


def _follow(parent: int) -> None:
    """End when the parent is gone, however it went."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _warm() -> None:
    if _room is not None:
        _room.studio.warm()


def _develop(order: Order) -> Development:
    """Recall a finished recipe, or develop it and remember."""
    if _room is None or _recipes is None:
        message = "the worker was not set up"
        raise RuntimeError(message)
    remembered = _recipes.recall(order.recipe)
    if remembered:
        return Development.of(remembered)
    development = develop(order, _room)
    _recipes.remember(order.recipe, development.plain())
    return development
