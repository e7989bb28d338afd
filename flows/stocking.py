"""After a refresh: the files that a plan will ask for are cut, so that drawing it does not wait for them."""

import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from catchlight.credentials import credentials_of
from catchlight.desk import open_register
from catchlight.errors import ConfigError, OutsideError
from catchlight.place import FILES
from catchlight.plan import Plan
from catchlight.print_book import print_book
from catchlight.print_stock import Shelf, stock
from catchlight.prints import Prints
from catchlight.publish_crops import usual_sizes
from catchlight.publish_plan import sizes_before
from catchlight.publish_policy import load_publishing
from catchlight.publish_sizes import sizes_for, sizes_of_files
from catchlight.results import note_stage
from flows.destinations import Destination, destinations, is_folder
from flows.progress import Counter, say


def stock_up(plan: Plan) -> None:
    """Cut the files of a run that has ended, where it is known which will be asked for.

    Whatever stands against it is told and changes nothing else: a plan cuts what it lacks.
    """
    home, folder = plan.home.root, plan.home.run(plan.run)
    started, used = time.perf_counter(), time.process_time()
    try:
        shelves = shelves_of(home, folder)
        if not shelves or not load_publishing(home).cut_ahead:
            return
        fill(home, folder, shelves, plan.job.workers)
    except (ConfigError, OutsideError) as error:
        say(f"Files for publishing were not all cut, a plan will do it: {error}")
    note_stage(plan, "prints", time.perf_counter() - started, time.process_time() - used)


def fill(home: Path, folder: Path, shelves: list[Shelf], workers: int) -> None:
    """Cut what shelves lack of a run's portraits, and count the people; ConfigError, OutsideError."""
    counters: list[Counter] = []

    def step(_done: int, total: int) -> None:
        if not counters:
            counters.append(Counter("Cutting files", total))
        counters[0].step()

    with closing(open_register(home)) as register:
        book = print_book(home)
        prints = Prints(book.vault.keep, book, credentials_of(home))
        stock(home, folder, register, prints, shelves, workers=workers, step=step)


def shelves_of(home: Path, folder: Path) -> list[Shelf]:
    """Return what is expected to be asked for: by the places of destinations.toml, and the folders of the last plans.

    A place that cannot be opened now asks for nothing.
    """
    before = sizes_before(home)
    known = [one for one in destinations(home).values() if not one.by_themselves]
    usual = usual_sizes(home, folder)
    found = [_shelf(one, home, folder, one.sizes or before.get(one.place) or usual) for one in known]
    others = before.keys() - {one.place for one in known}
    found += [_shelf(None, home, folder, before[name]) for name in sorted(others) if is_folder(name)]
    return [shelf for shelf in found if shelf and shelf.sizes]


def _shelf(destination: Destination | None, home: Path, folder: Path, names: Sequence[str]) -> Shelf | None:
    try:
        if destination is None:  # a folder
            return Shelf(FILES.consent, tuple(sizes_of_files(home, folder, names)))
        place = destination.open()
        return Shelf(place.takes.consent, tuple(sizes_for(place, home, folder, names)))
    except (ConfigError, OutsideError):
        return None
