"""What people asked to be different about their portraits, read from their answers."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from catchlight import ledger
from catchlight.desk import register_of
from catchlight.errors import ConfigError
from catchlight.home import Home
from catchlight.policy import load_policy
from catchlight.records import Answer, Decision, Photo, Reading, Render, Side, by_employee
from catchlight.register import Register
from catchlight.review_records import Upload
from catchlight.vault import Vault
from catchlight.wish import NO_WISH, Made, Wish

TAGS: Mapping[str, str] = {
    "tighter": "closer: my head larger in the picture",
    "looser": "further away: more room around my head",
    "softer_light": "softer light",
    "as_photographed": "the light as it was in my photo",
    "old_background": "the background of my photo",
    "other_photo": "another of my photos",
    "not_me": "it does not look like me: change less",
}  # a tag of Decision.tags, and what the person asks for with it


AGAINST = frozenset({"tighter", "looser"})
"""Tags that cannot both be met."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Everyone's wish and the photo that they sent, by employee; ``answers`` are the person's own, the oldest first."""

    wishes: Mapping[str, Wish] = field(default_factory=dict)
    uploads: Mapping[str, Upload] = field(default_factory=dict)
    answers: Mapping[str, Sequence[Decision]] = field(default_factory=dict)

    @property
    def refused(self) -> frozenset[str]:
        """Whose own last word is that their photo shall not be processed."""
        return frozenset(who for who, said in self.answers.items() if said[-1].answer == Answer.REFUSE)

    def photos(self, photos: Iterable[Photo]) -> list[Photo]:
        """Return the photos with what people sent in place of theirs, unless theirs is of a later day."""
        own = by_employee(photos)
        found: list[Photo] = []
        for employee in {**own, **self.uploads}:
            sent, theirs = self.uploads.get(employee), own.get(employee, [])
            newer = sent and any(photo.date > sent.at[:10] for photo in theirs)
            found += [photo_of(sent)] if sent and not newer else theirs
        return found

    def wish(self, employee: str, photos: Iterable[Photo]) -> Wish:
        """Return a person's wish as far as these photos of theirs can meet it."""
        return self.wishes.get(employee, NO_WISH).among(photos)


def photo_of(sent: Upload) -> Photo:
    """Return a photo that was sent as one to develop; when it was taken, only the file itself can say."""
    return Photo(sent.employee, f"sent/{sent.file}", sent.photo, sent=sent.at[:10])


def asked(home: Path, people: Collection[str]) -> Asked:
    """Read what these people asked for; nothing when nobody was ever asked."""
    where = register_of(home)
    if isinstance(where, Path) and not where.is_file():
        return Asked()
    register, wanted = Register(where), frozenset(people)
    try:
        said = [one for one in register.decisions() if one.employee in wanted]
        sent = [one for one in register.rows(Upload) if one.employee in wanted]
    finally:
        register.close()
    return asked_by(home, said, sent)


def asked_by(home: Path, said: Iterable[Decision], sent: Iterable[Upload]) -> Asked:
    """Return what people asked for who said and sent this, whoever else answered about them."""
    answers = by_employee(one for one in said if one.side == Side.EMPLOYEE)
    uploads, vault = by_employee(sent), Vault(home / "vault")
    made, rounds = made_before(home, _retried(answers)), load_policy(home).asking.rounds
    wishes = {
        person: wish_of(said, uploads.get(person, []), made.get(person, {}), rounds)
        for person, said in answers.items()
    }
    newest = {person: sent[-1] for person, sent in uploads.items()}
    return Asked(
        {person: wish for person, wish in wishes.items() if wish != NO_WISH},
        {person: sent for person, sent in newest.items() if vault.has(sent.photo)},
        answers,
    )


def _retried(answers: Mapping[str, Sequence[Decision]]) -> dict[str, set[str]]:
    """Return the pictures, by employee, whose making must be known to understand the answers."""
    matter = (Answer.RETRY, Answer.APPROVE)
    tried = {k: said for k, said in answers.items() if any(d.answer == Answer.RETRY for d in said)}
    return {k: {d.picture for d in said if d.answer in matter} for k, said in tried.items()}


def wish_of(
    answers: Iterable[Decision], uploads: Sequence[Upload], made: Mapping[str, Made], rounds: int
) -> Wish:
    """Return what a person wants now: the wish behind the picture they last spoke of, and the reasons they gave.

    A photo that they send begins anew (the last of ``uploads``, which are in the order in which they came). No more than ``rounds`` pictures can be asked to be made again.
    """
    since = uploads[-1].at if uploads else ""
    wish, rejected = NO_WISH, set[str]()
    for said in answers:
        if said.at < since or said.side != Side.EMPLOYEE:
            continue
        about = made.get(said.picture, Made(wish=wish))
        if said.answer == Answer.APPROVE:
            wish = about.wish
        elif said.answer == Answer.RETRY and len(rejected | {said.picture}) <= rounds:
            rejected |= {said.picture} - {""}
            wish = about.wish
            for tag in said.tags.split():
                wish = wish.plus(tag, about)
    return wish


def made_before(home: Path, pictures: Mapping[str, Collection[str]]) -> dict[str, dict[str, Made]]:
    """Return how pictures (by employee) came about, as the first run that made each of them says."""
    found: dict[str, dict[str, Made]] = {person: {} for person in pictures}
    wanted = {(person, picture) for person, theirs in pictures.items() for picture in theirs if picture}
    folders = (path for path in sorted((home / "runs").glob("*")) if path.is_dir() and not path.is_symlink())
    for folder in folders if wanted else ():
        wishes = wishes_of(Home(home), folder.name)
        for person, picture, photo, rung, head in _rows(folder, list(found)):
            if (person, picture) in wanted:
                share = Made().head if head is None else head / 100
                found[person].setdefault(picture, Made(photo, rung, share, wishes.get(person, NO_WISH)))
    return found


def _rows(folder: Path, people: list[str]) -> list[tuple[Any, ...]]:
    """Return what a run says of these people: employee, picture, photo, rung, head in percent.

    A run whose tables are damaged says as little as one that is gone.
    """
    mine = pl.col("employee").is_in(people)
    tables = [folder / ledger.file_name(kind) for kind in (Render, Reading)]
    try:
        with ledger.reading(*tables):
            renders, readings = map(pl.scan_parquet, tables)
            heads = readings.filter(mine, check="head").select("employee", head="value")
            shown = renders.filter(mine).select("employee", "picture", "photo", "rung")
            return shown.join(heads, on="employee", how="left").collect().rows()
    except (ConfigError, FileNotFoundError):
        return []


def wishes_of(home: Home, run: str) -> dict[str, Wish]:
    """Return the wishes that a run was made with; none for a run whose plan is gone or knew of none."""
    try:
        plan = json.loads((home.ledger(run) / "plan.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return {person: Wish.of(plain) for person, plain in plan.get("wishes", {}).items()}


def is_clear(said: Decision) -> bool:
    """Whether an answer gives a reason that the studio knows."""
    return any(tag in TAGS for tag in said.tags.split())
