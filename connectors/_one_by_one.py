"""Photos that are asked for one after the other."""

from collections.abc import Callable, Iterator, Sequence

from catchlight.errors import PhotoError
from catchlight.source import Fetched


def one_by_one(fetch: Callable[[str, str], Fetched], wanted: Sequence[tuple[str, str]]) -> Iterator[Fetched]:
    """Fetch the photo of each (key, known version); what is wrong with one is told of this person alone."""
    for key, known in wanted:
        try:
            yield fetch(key, known)
        except PhotoError as error:
            yield Fetched(key, problem=error)
