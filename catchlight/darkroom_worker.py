"""One worker of the darkroom: sets itself up, develops, remembers, and ends with its parent."""

import os
import signal
import threading
import traceback
from dataclasses import dataclass
from multiprocessing import current_process
from pathlib import Path
from typing import TYPE_CHECKING

from catchlight.config import Preset
from catchlight.cost import spent
from catchlight.device import leave_cards
from catchlight.easel import Easel, cards
from catchlight.following import follow, write_to
from catchlight.loading import loading
from catchlight.whose_fault import may_be_the_photos, plug_in_of

if TYPE_CHECKING:  # the main process starts workers before it loads what they need
    from collections.abc import Callable

    from catchlight.develop import Development, Order, Room
    from catchlight.ledger import Recipes


@dataclass(frozen=True, slots=True)
class Bench:
    """What a worker process needs to set itself up.

    ``paints`` says whether any preset lets somebody paint, ``easels`` where the painters are that workers share,
    ``plug_ins`` what installed packages add where the run was planned.
    ``looks`` are the digests of all presets: a warm worker has the pictures behind people in memory, and is of no
    use once one of these files is another.
    """

    preset: Preset
    models: Path
    vault: Path
    recipes: Path
    log: Path
    allow_noncommercial: bool = False
    paints: bool = False
    easels: tuple[Easel, ...] = ()
    plug_ins: tuple[str, ...] = ()
    looks: tuple[str, ...] = ()


_room: "Room | None" = None
_recipes: "Recipes | None" = None


def set_up(bench: Bench, parent: int) -> None:
    """Prepare this process: an eye on the parent, one thread for each library, the models at hand."""
    global _room, _recipes  # noqa: PLW0603  one worker, one room
    threading.Thread(target=follow, args=(parent,), daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    write_to(bench.log)
    _choose_card(bench)

    with loading():
        import cv2  # noqa: PLC0415

        from catchlight import memory  # noqa: PLC0415
        from catchlight.decoder import Decoder  # noqa: PLC0415
        from catchlight.develop import Room  # noqa: PLC0415
        from catchlight.ledger import Recipes  # noqa: PLC0415
        from catchlight.models import ModelStore  # noqa: PLC0415
        from catchlight.studio import Studio  # noqa: PLC0415
        from catchlight.vault import Vault  # noqa: PLC0415

    memory.keep()
    cv2.setNumThreads(1)
    models = ModelStore(bench.models, allow_noncommercial=bench.allow_noncommercial)
    _room = Room(bench.preset, Studio(bench.preset, models, bench.easels), Decoder(), Vault(bench.vault))
    _recipes = Recipes(bench.recipes)


def _choose_card(bench: Bench) -> None:
    """Spread workers over the cards; beside painters they leave them alone, unless a preset says "cuda"."""
    there = cards()
    if bench.easels:
        leave_cards()
    if len(there) > 1:
        os.environ["CUDA_VISIBLE_DEVICES"] = there[_number() % len(there)]


def _number() -> int:
    """Return which child of its parent this process is: process numbers of workers in turn are often all even."""
    return (current_process()._identity or (0,))[-1]  # noqa: SLF001  only its name has it, too


def warm() -> None:
    """Load every model of the preset."""
    if _room is not None:
        with loading():
            _room.studio.warm()


@dataclass(frozen=True, slots=True)
class Done:
    """What a worker made of one order: a development, or the traceback of an error of our own (``failed``).

    ``seconds`` of processor time, here and in the decoder; ``known`` where the ledger had it already.
    """

    development: "Development | None"
    seconds: float
    known: bool
    failed: str = ""


def metered(work: "Callable[[Order], Development]", order: "Order") -> Done:
    """Do the work for one order. Errors that may be about its photo are told as text: not all can be sent."""
    before, known = spent(), _recipes is not None and _recipes.path(order.recipe).exists()
    development, failed = None, ""
    try:
        development = work(order)
    # Whatever ends the program would end the whole run, as if all were done.
    except (Exception, SystemExit) as error:
        if not may_be_the_photos(error):
            raise
        failed = traceback.format_exc() + plug_in_of(error)
    return Done(development, max(0.0, spent() - before), known, failed)


def develop_or_recall(order: "Order") -> "Development":
    """Recall a finished recipe, or develop it and remember."""
    from catchlight.develop import Development, develop  # noqa: PLC0415

    if _room is None or _recipes is None:
        message = "the worker was not set up"
        raise RuntimeError(message)
    remembered = _recipes.recall(order.recipe)
    if remembered:
        return Development.of(remembered)
    with loading():  # developing asks for these three, but there the collector is awake
        import scipy.spatial  # noqa: F401, PLC0415
        import skimage.color  # noqa: F401, PLC0415
        import torch  # noqa: F401, PLC0415

    development = develop(order, _room)
    if development.whole:
        _recipes.remember(order.recipe, development.plain())
    return development
