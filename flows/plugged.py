"""Connectors as the flows call them: a mistake in one is told with its name, and treated like a system that is unwell."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import UnionType
from typing import ParamSpec, TypeVar

from catchlight.errors import CatchlightError, PhotoError
from catchlight.place import Place, exactly
from catchlight.source import Entry, Fetched, MistakeError, Page, Source, StaleMarkError
from catchlight.whose_fault import FULL_DISK

_log = logging.getLogger("catchlight.connectors")
Given = ParamSpec("Given")
Gives = TypeVar("Gives")


@contextmanager
def blamed(who: str) -> Iterator[None]:
    """Tell whatever goes wrong inside of a connector as MistakeError that begins with ``who``; errors of ours pass."""
    try:
        yield
    except (CatchlightError, StaleMarkError, MemoryError):
        raise
    except (Exception, SystemExit) as error:
        if isinstance(error, OSError) and error.errno in FULL_DISK:
            raise
        _log.exception("%s: a mistake in its connector", who)
        message = f"{who}: its connector made a mistake ({type(error).__name__}: {error}); whoever wrote it mends it"
        raise MistakeError(message) from error


def source(who: str, name: str, opened: Source) -> Source:
    """Return a source, as a job calls it, whose mistakes are told, and whose pages and photos are what a source promises."""

    def pages(mark: str) -> Iterator[Page]:
        with blamed(who):
            for page in opened.pages(mark):
                _must_be(page, Page, "a page")
                for entry in page.entries:
                    _sound(entry)
                yield page

    def photos(batch: Sequence[tuple[str, str]]) -> Iterable[Fetched]:
        asked = {key for key, _ in batch}
        with blamed(who):
            for one in opened.photos(batch):
                _answers(one, asked)
                yield one

    return replace(
        opened,
        name=name,
        pages=pages,
        photos=photos,
        findings=_verb(who, opened.findings),
        done=_verb(who, opened.done),
        close=_verb(who, opened.close),
    )


def place(who: str, name: str, opened: Place) -> Place:
    """Return a place, as receipts call it, whose mistakes are told."""

    def look(target: str) -> bytes | None:
        with blamed(who):
            there = opened.look(target)
            _must_be(there, bytes | None, f"what is at {target}")
            return there

    return replace(
        opened,
        name=name,
        look=look,
        put=_verb(who, opened.put),
        remove=_verb(who, opened.remove),
        tidy=_verb(who, opened.tidy),
        accounts=opened.accounts and _verb(who, opened.accounts),
        same=_verb(who, opened.same),
        finish=opened.finish and _verb(who, opened.finish),
        bare=opened.bare and _verb(who, opened.bare),
    )


def of_others(opened: Place) -> Place:
    """Return a place of somebody's own connector, in which we decide what no connector may: whether what was sent is there, and who gets what."""
    from catchlight.alike import alike  # noqa: PLC0415  loads OpenCV

    same = exactly if opened.takes.keeps_bytes else alike
    return replace(opened, same=same, makes=None, besides=None, discloses=None)


def proved(who: str, probe: Callable[[], Sequence[str]]) -> list[str]:
    """Return what stands against using a connector, in sentences."""
    with blamed(who):
        return list(probe())


def _verb(who: str, verb: Callable[Given, Gives]) -> Callable[Given, Gives]:
    def called(*given: Given.args, **named: Given.kwargs) -> Gives:
        with blamed(who):
            return verb(*given, **named)

    return called


def _must_be(value: object, kind: type | UnionType, what: str) -> None:
    if not isinstance(value, kind):
        message = f"{what} is {type(value).__name__}"
        raise TypeError(message)


def _sound(entry: Entry) -> None:
    """Refuse an entry in which anything but text stands where text should: a number, a date or SQL's NULL."""
    _must_be(entry, Entry, "an entry")
    _must_be(entry.key, str, f"the key {entry.key!r}")
    _must_be(entry.photo, str | None, f"the photo's version of {entry.key}")
    for name, value in entry.values.items():
        _must_be(value, str, f"{name} of {entry.key}, which should be text,")


def _answers(one: Fetched, asked: set[str]) -> None:
    """Refuse an answer that would be lost, or would be somebody's who was not asked for."""
    _must_be(one, Fetched, "an answer about a photo")
    _must_be(one.picture, bytes | None, f"the photo of {one.key}")
    _must_be(one.problem, PhotoError | None, f"the problem with the photo of {one.key}")
    if one.key not in asked:
        message = f"a photo of {one.key!r}, which was not asked for"
        raise ValueError(message)
