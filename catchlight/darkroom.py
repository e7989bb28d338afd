"""Warm worker processes that develop people in parallel, and survive a photo that kills one."""

import os
import threading
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import replace
from multiprocessing import current_process, get_context
from types import TracebackType
from typing import TYPE_CHECKING, Self

from catchlight.cores import crew
from catchlight.darkroom_worker import Bench, Done, develop_or_recall, metered, set_up, warm
from catchlight.easel import Easels, Supplies
from catchlight.errors import OutsideError
from catchlight.set_aside import Tally

if TYPE_CHECKING:  # workers are to start before this process has loaded what developing needs
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from catchlight.develop import Development, Order
    from catchlight.ledger import Recipes

# One worker a core: the threads of these would spin while they wait for each other.
_LIBRARIES = ("OMP", "OPENBLAS", "MKL")
_TRIES = 2  # a photo whose worker dies so often is set aside
_LOOK = 0.5  # seconds between looks for futures that were cancelled


class Darkroom:
    """A pool of workers. Use it as a context manager; threads may share it."""

    def __init__(
        self, bench: Bench, workers: int = 0, work: "Callable[[Order], Development]" = develop_or_recall
    ) -> None:
        """Start ``workers`` processes (0: one per core that this process may use); each does ``work``."""
        self._easels = (
            Easels(Supplies(bench.models, bench.log, bench.allow_noncommercial)) if bench.paints else None
        )
        self.bench = replace(bench, easels=tuple(self._easels.all)) if self._easels else bench
        self.workers = crew(workers)
        self._work = work
        self._lock = threading.Lock()
        self._one_suspect_at_a_time = threading.Lock()
        self.cpu = 0.0  # seconds that the workers computed for what was fetched from them
        self._begun: dict[str, Future[Done]] = {}
        self._generation = 0
        self._pool = self._start(self.workers)

    def _start(self, workers: int) -> ProcessPoolExecutor:
        for library in _LIBRARIES:  # they ask once, when a worker loads them
            os.environ.setdefault(f"{library}_NUM_THREADS", "1")
        pool = ProcessPoolExecutor(workers, get_context("spawn"), set_up, (self.bench, os.getpid()))
        for _ in range(workers):
            pool.submit(warm)
        return pool

    def __enter__(self) -> Self:
        """Return the pool."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        """Let the workers go; after an error, without waiting for what they still hold."""
        self._pool.shutdown(wait=kind is None, cancel_futures=True)
        if self._easels:
            self._easels.close()

    def close(self) -> None:
        """Let the workers go; returns at once. What they still hold is finished first."""
        self._pool.shutdown(wait=False)
        if self._easels:
            threading.Thread(target=self._put_away, args=(self._pool, self._easels), daemon=True).start()

    @staticmethod
    def _put_away(pool: ProcessPoolExecutor, easels: Easels) -> None:
        """End the painters once no worker needs them."""
        pool.shutdown(wait=True)
        easels.close()

    def begin(self, orders: "Iterable[Order]") -> None:
        """Start on orders that :meth:`develop` will be asked for later."""
        with self._lock:
            self._begun |= {order.recipe: self._hand_over(order) for order in orders}

    def develop(self, orders: "Iterable[Order]") -> "Iterator[Development]":
        """Yield the developments as they are finished, in any order; each is in the ledger by then.

        An order on which our own code fails is set aside (and in no ledger), and the rest goes on. Raises OutsideError
        when no worker can be started, when the workers are let go meanwhile, and at the end, when it failed on most.
        """
        rest, tally = list(orders), Tally(self.bench.log)
        while rest:
            generation, waiting = self._submit(rest)
            lost = set()
            for future in _as_done(waiting):
                try:
                    done = future.result()
                except BrokenProcessPool:
                    lost.add(waiting[future].recipe)
                else:
                    yield self._counted(waiting[future], done, tally)
            # Orders are begun in turn: whoever ended a worker is among the first that were lost.
            rest = [order for order in rest if order.recipe in lost]
            if rest:
                self._renew(generation)
                yield from self._apart(rest[: self.workers], tally)
                rest = rest[self.workers :]
        tally.check()

    def _submit(self, orders: "Sequence[Order]") -> "tuple[int, dict[Future[Done], Order]]":
        with self._lock:
            waiting = {self._future(order): order for order in orders}
            return self._generation, waiting

    def _hand_over(self, order: "Order") -> "Future[Done]":
        """Give an order to the workers; to new ones, if one ended while nobody waited for it. Holds the lock."""
        try:
            return self._pool.submit(metered, self._work, order)
        except BrokenProcessPool:
            self._start_anew()
            return self._pool.submit(metered, self._work, order)

    def _counted(self, order: "Order", done: Done, tally: Tally) -> "Development":
        """Return what a worker developed, and count what it took; set aside whom our own code failed on."""
        with self._lock:
            self.cpu += done.seconds
        if done.development is None:
            return tally.set_aside(order, self.bench.preset.name, done.failed)
        tally.made += not done.known
        return done.development

    def _future(self, order: "Order") -> "Future[Done]":
        begun = self._begun.pop(order.recipe, None)
        if begun and not (begun.done() and isinstance(begun.exception(), BrokenProcessPool)):
            return begun
        return self._hand_over(order)

    def _renew(self, generation: int) -> None:
        """Start a new pool unless another thread did since ``generation``."""
        with self._lock:
            if generation == self._generation:
                self._start_anew()

    def _start_anew(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = self._start(self.workers)
        self._generation += 1

    def _apart(self, suspects: "Sequence[Order]", tally: Tally) -> "list[Development]":
        """Develop one at a time in a worker of their own, so that it is certain whose photo ends it."""
        with self._one_suspect_at_a_time:
            pool = self._start_apart()
            developed = []
            try:
                for order in suspects:
                    pool, done = self._alone(pool, order)
                    developed.append(self._counted(order, done, tally))
            finally:
                pool.shutdown()
        return developed

    def _alone(self, pool: ProcessPoolExecutor, order: "Order") -> tuple[ProcessPoolExecutor, Done]:
        """Return what one worker made of an order, and the pool that stands after that."""
        for _ in range(_TRIES):
            try:
                return pool, pool.submit(metered, self._work, order).result()
            except BrokenProcessPool:
                pool.shutdown(wait=False)
                pool = self._start_apart()
        return pool, Done(None, 0.0, known=False, failed="its worker ended, twice")

    def _start_apart(self) -> ProcessPoolExecutor:
        """Start one worker and see that it stands: if it cannot, no photo is to blame."""
        pool = self._start(1)
        try:
            pool.submit(warm).result()
        except BrokenProcessPool as error:
            message = f"the picture workers end as soon as they start; see {self.bench.log}"
            raise OutsideError(message) from error
        return pool


def _as_done(waiting: "Iterable[Future[Done]]") -> "Iterator[Future[Done]]":
    """Yield futures as they are done. Raises OutsideError where the pool was closed: nobody ends what it cancels."""
    rest = set(waiting)
    while rest:
        with suppress(TimeoutError):
            for future in as_completed(set(rest), _LOOK):
                rest.discard(future)
                yield future
        if any(future.cancelled() for future in rest):
            message = "the picture workers were let go while somebody waited for them"
            raise OutsideError(message)


class Remembered:
    """Stands where a darkroom would when every recipe is known already."""

    cpu = 0.0

    def __init__(self, recipes: "Recipes") -> None:
        """Read from ``recipes``."""
        self.recipes = recipes

    def close(self) -> None:
        """Do nothing: nobody works here."""

    def develop(self, orders: "Iterable[Order]") -> "Iterator[Development]":
        """Yield what each recipe gave before."""
        from catchlight.develop import Development  # noqa: PLC0415

        for order in orders:
            known = self.recipes.recall(order.recipe)
            if known is None:
                message = (
                    f"recipe {order.recipe[:12]} of {order.employee} is not in the ledger any more; run again"
                )
                raise OutsideError(message)
            yield Development.of(known).as_named_by(order)


class Elsewhere:
    """Stands where a darkroom would when a cluster's workers develop: each has one of its own."""

    def close(self) -> None:
        """Do nothing: nobody works here."""


_own: "tuple[Bench, Darkroom] | None" = None
_opening = threading.Lock()


def own_darkroom(bench: Bench) -> Darkroom:
    """Return this process's darkroom of one worker, kept warm from one shard to the next."""
    global _own  # noqa: PLW0603  one process of a cluster, one darkroom
    if current_process().daemon:
        message = (
            "this Dask worker may have no children; start it with DASK_DISTRIBUTED__WORKER__DAEMON=False"
        )
        raise OutsideError(message)
    with _opening:
        if _own is None or _own[0] != bench:
            if _own:
                _own[1].close()
            _own = bench, Darkroom(bench, 1)
        return _own[1]
