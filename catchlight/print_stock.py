"""Files that lie ready before anybody plans: cut when a run has ended, for whoever may come to be shown.

Nothing depends on them. What is not there is cut when it is needed.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from catchlight.batches import batches
from catchlight.company import Person, read_book
from catchlight.cores import crew
from catchlight.delivery import Size
from catchlight.errors import OutsideError, PhotoError
from catchlight.place import Purpose
from catchlight.prints import Prints
from catchlight.publish_crops import places
from catchlight.publish_right import Rights, read_rules, rights_for
from catchlight.register import Register

_TOGETHER = 256  # people handed out at once: more would only wait in memory
_BREAKER = 10


@dataclass(frozen=True, slots=True)
class Shelf:
    """What one place is expected to ask for: portraits shown for a purpose, in some sizes."""

    purpose: Purpose
    sizes: tuple[Size, ...]


def stock(
    home: Path,
    folder: Path,
    register: Register,
    prints: Prints,
    shelves: Sequence[Shelf],
    *,
    workers: int = 0,
    step: Callable[[int, int], object] = lambda _done, _total: None,
) -> None:
    """Cut what ``shelves`` lack of a run's portraits; ``step`` hears (done, of how many people).

    A portrait that cannot be cut is passed over: a plan says why. Raises OutsideError where ten in a row cannot.
    """
    rules, people = read_rules(home), list(read_book(folder).people.values())
    known = [(shelf, rights_for(shelf.purpose, rules, register.rows)) for shelf in shelves]
    cropped = any(size.crop for shelf in shelves for size in shelf.sizes)
    heads = places(home, folder) if cropped else {}

    def cut(person: Person) -> Exception | None:
        try:
            for picture, sizes in _wanted(person, known).items():
                prints.of(picture, sizes, heads.get(picture), person.rung_of(picture))
        except (PhotoError, OutsideError) as error:
            return error
        return None

    failures = 0
    for done, error in enumerate(_side_by_side(cut, people, workers), 1):
        failures = failures + 1 if error else 0
        if failures == _BREAKER:
            raise OutsideError(str(error)) from error
        step(done, len(people))


def _wanted(person: Person, known: Sequence[tuple[Shelf, Rights]]) -> dict[str, list[Size]]:
    """Return which sizes of which portrait of somebody are expected, each once."""
    found: dict[str, dict[Size, None]] = {}
    for shelf, rights in known:
        picture = rights.awaited(person)
        if picture:
            found.setdefault(picture, {}).update(dict.fromkeys(shelf.sizes))
    return {picture: list(sizes) for picture, sizes in found.items()}


def _side_by_side(
    work: Callable[[Person], Exception | None], people: Sequence[Person], workers: int
) -> Iterator[Exception | None]:
    with ThreadPoolExecutor(crew(workers)) as pool:
        for some in batches(people, _TOGETHER):
            yield from pool.map(work, some)
