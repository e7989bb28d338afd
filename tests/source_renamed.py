"""A source whose keys a system gives by itself, seen with the keys that a test gave."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from catchlight.source import Fetched, Page, Source


def renamed(source: Source, ids: Mapping[str, str]) -> Source:
    """Return a source with a test's keys instead of its own; ``ids`` are its own by a test's."""
    names = {id_: key for key, id_ in ids.items()}

    def pages(mark: str) -> Iterator[Page]:
        for page in source.pages(mark):
            yield replace(page, entries=[replace(one, key=names[one.key]) for one in page.entries])

    def photos(wanted: Sequence[tuple[str, str]]) -> Iterator[Fetched]:
        for one in source.photos([(ids[key], version) for key, version in wanted]):
            yield replace(one, key=names[one.key])

    return replace(source, pages=pages, photos=photos)
