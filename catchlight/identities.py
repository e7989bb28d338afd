"""Whose id is whose, from one run to the next: an id that comes back, or has another owner, stops and asks."""

import hashlib
import json
import re
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from catchlight.errors import ConfigError
from catchlight.home import write_json
from catchlight.spelling import as_known, folded
from catchlight.traces import ERASED

FILE = "sources/ids.json"
_LIST = "list "  # begins the owner of an id that a plain list has, which knows of no entry but the id itself


@dataclass(frozen=True, slots=True)
class Seen:
    """Whose an id was: ``owner`` is the entry it came with (source and key), ``gone`` the day they were missing first.

    ``outside`` is the day since when the job leaves them out by its ``people.only``, though the list has them.
    """

    owner: str
    name: str
    gone: str = ""
    email: str = ""
    subject: str = ""
    outside: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody who has an id now.

    ``reused``: their entry is no more than the id, which a company may give to somebody else later; who it is, name, e-mail
    and subject say. ``shown``: their photo is one that this id had before.
    """

    id: str
    owner: str
    name: str
    email: str = ""
    subject: str = ""
    reused: bool = False
    shown: bool = False

    @property
    def seen(self) -> Seen:
        """What is remembered of them."""
        return Seen(self.owner, self.name, email=self.email, subject=self.subject)

    @property
    def known_by(self) -> str:
        """What tells them from others of that name."""
        return (self.email if self.reused else self.owner) or self.id


def listed(id_: str) -> str:
    """Return the owner of an id of a plain list; the id cannot be read in it, and it outlives whoever had that first."""
    return f"{_LIST}{hashlib.sha256(id_.encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Ids:
    """All ids that there ever were. ``others`` are the ids that we gave to later owners of an id, by owner.

    Those of a plain list are there without what the list says: ``~2``.
    """

    seen: Mapping[str, Seen] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)

    def of(self, claim: Claim) -> str:
        """Return the id under which somebody is known here."""
        other = self.others.get(claim.owner, "")
        return f"{claim.id}{other}" if other.startswith("~") else other or as_known(claim.id, self.seen)


def read_ids(home: Path) -> Ids:
    """Return the ids of a home; ConfigError when the file is damaged."""
    path = home / FILE
    try:
        raw = json.loads(path.read_bytes())
        others = {owner: id_ for owner, id_ in raw["others"].items() if id_ != ERASED}
        return Ids({id_: Seen(**one) for id_, one in raw["seen"].items()}, others)
    except FileNotFoundError:
        return Ids()
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}); put it back from a backup") from error


def write_ids(home: Path, ids: Ids) -> None:
    """Write the ids of a home, whole or not at all."""
    seen = {id_: asdict(one) for id_, one in sorted(ids.seen.items())}
    write_json(home / FILE, {"seen": seen, "others": dict(sorted(ids.others.items()))})


def settle(
    ids: Ids, claims: Sequence[Claim], days: int | None, heard: Container[str] = (), where: str = ""
) -> tuple[Ids, dict[str, str]]:
    """Return the ids as they are now, and who is held back, by owner, with a sentence.

    Held back is who comes back after more than ``days`` days (None: however long), who has an id that was another's, and
    who has one of ``heard``, under which somebody answered whom we have forgotten, until :func:`confirm` says which it is.
    ``where`` ends the commands that say so.
    """
    today, seen, held = datetime.now(UTC).date(), dict(ids.seen), dict[str, str]()
    for claim in claims:
        id_ = ids.of(claim)
        why = _why_held(claim, seen.get(id_), today, days, where, heard=id_ in heard)
        if why:
            held[claim.owner] = why
        else:
            seen[id_] = claim.seen
    here = {ids.of(claim) for claim in claims}
    gone = {
        id_: replace(one, gone=today.isoformat())
        for id_, one in seen.items()
        if not one.gone and id_ not in here
    }
    return Ids({**seen, **gone}, ids.others), held


def with_outside(ids: Ids, before: Ids, outside: Container[str]) -> Ids:
    """Return the ids with the day since when each of ``outside`` is left out by a job's choice of people."""
    today, known = datetime.now(UTC).date().isoformat(), before.seen
    since = {id_: (id_ in known and known[id_].outside) or today for id_ in ids.seen if id_ in outside}
    return replace(ids, seen={id_: replace(one, outside=since.get(id_, "")) for id_, one in ids.seen.items()})


def _why_held(
    claim: Claim, before: Seen | None, today: date, days: int | None, where: str, *, heard: bool
) -> str:
    same, another = (f"catchlight people confirm {claim.id} --{word}{where}" for word in ("same", "another"))
    now = f"{claim.name} ({claim.known_by})"
    if before is None:
        told = f"id {claim.id} has answers of somebody who left, and {now} has it now"
        return f"{told}. The same person? {same}. Somebody else? {another}" if heard else ""
    if is_another(claim, before):
        was = f"was {before.name or 'somebody'}'s ({(before.email if claim.reused else before.owner) or claim.id})"
        was += f" until {before.gone}" if before.gone else ""
        return (
            f"id {claim.id} {was} and is now {claim.name or 'somebody'}'s ({claim.known_by}). "
            f"The same person with a new {'name' if claim.reused else 'entry'}? {same}. Somebody else? {another}"
        )
    if days is not None and before.gone and (today - date.fromisoformat(before.gone)).days > days:
        return f"{claim.name} ({claim.id}) was gone since {before.gone} and is back. If that is right: {same}"
    return ""


def is_another(claim: Claim, before: Seen) -> bool:
    """Whether an id has another owner: another entry, or, where an entry is no more than the id, another person by all we know."""
    if not claim.reused and not before.owner.startswith(_LIST):
        return claim.owner != before.owner
    if claim.shown or (claim.subject and claim.subject == before.subject):
        return False
    changed, mailed = [], bool(claim.email and before.email)
    if mailed:
        changed.append(folded(claim.email) != folded(before.email))
    if claim.name not in ("", claim.owner) and before.name not in ("", before.owner):
        mine, theirs = _words(claim.name), _words(before.name)
        changed.append(mine != theirs if mailed else not mine & theirs)
    return bool(changed) and all(changed)


def _words(name: str) -> set[str]:
    return set(re.findall(r"\w+", folded(name)))


def _free(_id: str) -> bool:
    return False


def confirm(ids: Ids, claim: Claim, *, another: bool, taken: Callable[[str], bool] = _free) -> Ids:
    """Return the ids once somebody said whether the owner of an id is the same person as before.

    Another person gets an id of their own, so that no answer, consent or picture of the former one is theirs; none that is
    ``taken`` by somebody of whom the ids know no more.
    """
    if not another:
        return Ids({**ids.seen, ids.of(claim): claim.seen}, ids.others)
    number = 2
    while (fresh := f"{claim.id}~{number}") in ids.seen or taken(fresh):
        number += 1
    other = f"~{number}" if claim.reused else fresh
    return Ids({**ids.seen, fresh: claim.seen}, {**ids.others, claim.owner: other})
