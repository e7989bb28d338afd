"""Rows of a file against what was written down before: which are new words, what they change, and what stands instead.

A row without a day was said when its file was saved, at the latest. A no counts as of when it is taken in where that is
later: nothing that came before stands above it. A row that the same table had before is no new word.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from catchlight.answers import standing
from catchlight.in_order import CAME, TABLES, in_order
from catchlight.own_word import STOPS, heard
from catchlight.records import Decision, Side


@dataclass(frozen=True, slots=True)
class Weighed:
    """The row to write down, None where it was taken in before; and why it changes nothing, "" where it holds."""

    row: Decision | None
    why: str = ""


def weighed(one: Decision, known: Sequence[Decision], saved: str, at: str) -> Weighed:
    """Weigh a row against all that is known of its person, in the order in which it was written down.

    ``saved`` is the moment of a file whose rows have no day of their own, ``at`` is now.
    """
    said = [row for row in known if row.side == Side.EMPLOYEE]
    undated = bool(saved) and one.at == saved
    before = had(one, said, saved)
    since = said[said.index(before) + 1 :] if before else []
    if _holds(one, said if before else [*said, one]):
        return Weighed(None if before else one)
    if undated and one.answer in STOPS and not since:
        return Weighed(replace(one, at=at, source=CAME + file_of(one.source)))
    return Weighed(None if before else one, _why(one, said, again=bool(before)))


def had(one: Decision, said: Sequence[Decision], saved: str) -> Decision | None:
    """Return the row as which this one was taken in before, the last of its file where it names no day; None for a new word."""
    again = [row for row in said if row == one or (one.ticket and row.ticket == one.ticket)]
    if again:
        return again[-1]
    mine = [number for number, row in enumerate(said) if file_of(row.source) == file_of(one.source)]
    if not (saved and one.at == saved and mine):
        return None
    last, since = said[mine[-1]], said[mine[-1] + 1 :]
    same = one.answer in STOPS or last.picture == one.picture or any(row.answer in STOPS for row in since)
    return last if last.answer == one.answer and same else None


def file_of(source: str) -> str:
    """Return the table that a row came from, "" for one that came from none."""
    return next((source.removeprefix(kind) for kind in TABLES if source.startswith(kind)), "")


def _holds(one: Decision, said: Sequence[Decision]) -> bool:
    return standing(heard(said), one.picture) == one.answer


def _why(one: Decision, said: Sequence[Decision], *, again: bool) -> str:
    """Return what stands instead, and what to do where that is wrong."""
    last = _last(one, said)
    stands = f"{last.answer} of {last.at[:16].replace('T', ' ')} UTC stands"
    had = "this file had it before, and" if again else f"it is of {one.at[:16].replace('T', ' ')} UTC, and"
    remedy = f"if they said {one.answer} after that, write the day into a column «at»"
    return f"{one.employee!r}: {one.answer} changes nothing: {had} {stands}; {remedy}"


def _last(one: Decision, said: Sequence[Decision]) -> Decision:
    """Return the word that stands instead."""
    about = [row for row in in_order(said) if row.picture == one.picture or row.answer in STOPS]
    return about[-1] if about else said[-1]
