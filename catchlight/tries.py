"""Whether another try can still help somebody, or only a better photo can."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import polars as pl

from catchlight import ledger, wishes
from catchlight.company import Person
from catchlight.home import Home
from catchlight.records import Answer, Decision, Photo, Side
from catchlight.review_records import Upload
from catchlight.wish import NO_WISH, Made, Wish

_MATTER = (Answer.RETRY, Answer.APPROVE)
_SENTENCES = {
    "try_changes_nothing": "{} asked for another try that changes nothing any more: only a better photo helps.",
    "try_to_read": "{} asked for another try without a reason that can be acted on: somebody should read the comments.",
}


class Hope(StrEnum):
    """What another try can do for a person."""

    OPEN = "open"  # they may ask for one
    WAITS = "waits"  # it was asked for, or a photo was sent, and the next pass makes it
    TO_READ = "to_read"  # it was asked for without a reason that can be acted on: a person reads it
    NOTHING_LEFT = "nothing_left"  # what was asked for changes nothing any more
    USED_UP = "used_up"  # as many as the company allows were made


@dataclass(frozen=True, slots=True)
class Try:
    """Whether another try can help, how many are left, and what speaks for a better photo."""

    hope: Hope
    left: int
    sentences: tuple[str, ...] = ()


def another_try(
    home: Path, run: str, person: Person, answers: Sequence[Decision], uploads: Sequence[Upload], rounds: int
) -> Try:
    """Say what another try can do for a person of a run; answers and uploads are theirs, the oldest first."""
    own = [one for one in answers if one.side == Side.EMPLOYEE]
    left, verdict = wishes.rounds_left(own, uploads, rounds), person.portrait.verdict
    hope = _hope(home, run, person.id, own, uploads, rounds)
    if hope is Hope.OPEN and not left:
        hope = Hope.USED_UP
    why = verdict.sentences if verdict and hope in {Hope.NOTHING_LEFT, Hope.USED_UP} else ()
    return Try(hope, left, why)


def _hope(
    home: Path, run: str, person: str, own: list[Decision], uploads: Sequence[Upload], rounds: int
) -> Hope:
    last = own[-1] if own else None
    if last is None or last.answer not in {Answer.RETRY, Answer.UPLOAD}:
        return Hope.OPEN
    pictures = frozenset(said.picture for said in own if said.answer in _MATTER)
    then = _then(home, run, person, pictures)
    sent = max(uploads, key=lambda one: one.at, default=None)
    if sent and last.at <= sent.at and sent.photo not in then.photos:
        return Hope.WAITS
    if last.answer == Answer.UPLOAD:
        return Hope.OPEN
    wish = wishes.wish_of(own, uploads, then.made, rounds)
    photos = [Photo(person, "", digest) for digest in then.photos]
    if wish.among(photos) != then.wish:
        return Hope.WAITS
    if not wishes.is_clear(last):
        return Hope.TO_READ
    return Hope.NOTHING_LEFT if last.picture == then.picture else Hope.OPEN


@dataclass(frozen=True, slots=True)
class _Then:
    """What a run made of a person: after which wish, of which photos, and how pictures came about."""

    picture: str
    wish: Wish
    photos: tuple[str, ...]
    made: Mapping[str, Made]


@lru_cache(maxsize=4096)
def _then(home: Path, run: str, person: str, pictures: frozenset[str]) -> _Then:
    """Read a person's part of a run: a finished run stays as it is."""
    photos = pl.scan_parquet(Home(home).ledger(run) / ledger.file_name(Photo)).filter(employee=person)
    shown = pl.scan_parquet(home / "runs" / run / "renders.parquet").filter(employee=person)
    picture = shown.select("picture").collect().to_series().to_list()
    return _Then(
        picture[0] if picture else "",
        wishes.wishes_of(Home(home), run).get(person, NO_WISH),
        tuple(photos.select("digest").collect().to_series()),
        wishes.made_before(home, {person: pictures})[person],
    )


def findings(home: Path, pictures: Mapping[str, str]) -> list[dict[str, str]]:
    """Return how many people (their pictures by id) asked for another try that no pass can make; only counts."""
    asked = wishes.asked(home, pictures.keys())
    last = {person: said[-1] for person, said in asked.answers.items()}
    counts = Counter(
        "try_changes_nothing" if wishes.is_clear(said) else "try_to_read"
        for person, said in last.items()
        if said.answer == Answer.RETRY and said.picture == pictures[person]
    )
    people = {kind: "1 person" if count == 1 else f"{count} people" for kind, count in counts.items()}
    return [{"kind": kind, "sentence": _SENTENCES[kind].format(who)} for kind, who in sorted(people.items())]
