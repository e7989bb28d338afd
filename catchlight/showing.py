"""What of somebody stands at places now: which portrait, since when, and whether they took it back."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from catchlight.journal import State, by_destination, stacks, standing_since, undermost
from catchlight.records import Decision, Receipt
from catchlight.taken_back import taken_back_at, yes_before


class Before(StrEnum):
    """What stood where a portrait stands, or stood last: it is what comes back."""

    UNKNOWN = ""
    PHOTO = "photo"
    NONE = "none"
    SOME = "some"  # a photo at one place, nothing at another


@dataclass(frozen=True, slots=True)
class Showing:
    """The portrait that stands ("" for none), since when one of theirs does, and the answer that it stands by.

    ``said`` is when they took it back, "" while it may stay; ``gone`` when all of it was taken off after that; ``before``
    what stood there until then.
    """

    picture: str = ""
    since: str = ""
    by: Decision | None = None
    said: str = ""
    gone: str = ""
    before: Before = Before.UNKNOWN

    @property
    def stays(self) -> bool:
        """Whether something stands, and nothing was said against it."""
        return bool(self.since) and not self.said


def showing_of(
    answers: Sequence[Decision], receipts: Iterable[Receipt], own_places: Collection[str] = ()
) -> Showing:
    """Return what stands of somebody by their answers (the oldest first) and receipts.

    ``own_places`` are where they put it themselves, and only they take it off: those are left out.
    """
    ours = [one for one in receipts if one.destination not in own_places]
    standing = [[stack[-1] for stack in stacks(sent).values()] for sent in by_destination(ours).values()]
    there = [place for place in standing if place]
    if not there:
        gone = _gone(answers, ours)
        return Showing(gone=gone, before=_before(ours, gone) if gone else Before.UNKNOWN)
    latest = [max(one.at for one in place) for place in there]
    said = [at for published in latest if (at := taken_back_at(answers, published))]
    by = yes_before(answers, max(latest))
    since = min(one.at for one in standing_since(ours))
    return Showing(by.picture if by else "", since, by, min(said, default=""), before=_before(ours))


def _before(receipts: Sequence[Receipt], gone: str = "") -> Before:
    """Return what was there before what stands, or before what stood until it was ``gone``."""
    found = set()
    for sent in by_destination(receipts).values():
        first = undermost(sent)
        targets = set(first) if gone else set(stacks(sent))
        found |= {bool(first[target].replaced) for target in targets}
    return Before.SOME if len(found) > 1 else Before.PHOTO if True in found else Before.NONE


def _gone(answers: Sequence[Decision], receipts: Sequence[Receipt]) -> str:
    """Return when the last of it was taken off after they took it back, "" where that is not why nothing stands."""
    sent = [one.at for one in receipts if one.state == State.DONE]
    said = taken_back_at(answers, max(sent)) if sent else ""
    off = [one.at for one in receipts if one.state == State.RESTORED and one.at >= said]
    return max(off, default="") if said else ""
