"""Whose id is whose, from one run to the next: an id that comes back, or has another owner, stops and asks."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from catchlight.errors import ConfigError
from catchlight.home import write_json

FILE = "sources/ids.json"


@dataclass(frozen=True, slots=True)
class Seen:
    """Whose an id was: ``owner`` is the entry it came with (source and key), ``gone`` the day they were missing first."""

    owner: str
    name: str
    gone: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody who has an id now."""

    id: str
    owner: str
    name: str


@dataclass(frozen=True, slots=True)
class Ids:
    """All ids that there ever were. ``others`` are the ids that we gave to later owners of an id, by owner."""

    seen: Mapping[str, Seen] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)

    def of(self, claim: Claim) -> str:
        """Return the id under which somebody is known here."""
        return self.others.get(claim.owner, claim.id)


def read_ids(home: Path) -> Ids:
    """Return the ids of a home; ConfigError when the file is damaged."""
    path = home / FILE
    try:
        raw = json.loads(path.read_bytes())
        return Ids({id_: Seen(**one) for id_, one in raw["seen"].items()}, raw["others"])
    except FileNotFoundError:
        return Ids()
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}); put it back from a backup") from error


def write_ids(home: Path, ids: Ids) -> None:
    """Write the ids of a home, whole or not at all."""
    seen = {id_: asdict(one) for id_, one in sorted(ids.seen.items())}
    write_json(home / FILE, {"seen": seen, "others": dict(sorted(ids.others.items()))})


def settle(ids: Ids, claims: Sequence[Claim], days: int) -> tuple[Ids, dict[str, str]]:
    """Return the ids as they are now, and who is held back, by owner, with a sentence.

    Held back is who comes back after more than ``days`` days, and who has an id that was another's, until
    :func:`confirm` says which it is.
    """
    today, seen, held = datetime.now(UTC).date(), dict(ids.seen), dict[str, str]()
    for claim in claims:
        id_ = ids.of(claim)
        before = seen.get(id_, Seen(claim.owner, claim.name))
        why = _why_held(claim, before, today, days)
        if why:
            held[claim.owner] = why
        else:
            seen[id_] = Seen(claim.owner, claim.name)
    here = {ids.of(claim) for claim in claims}
    gone = {
        id_: replace(one, gone=today.isoformat())
        for id_, one in seen.items()
        if not one.gone and id_ not in here
    }
    return Ids({**seen, **gone}, ids.others), held


def _why_held(claim: Claim, before: Seen, today: date, days: int) -> str:
    if before.owner != claim.owner:
        was = f"was {before.name}'s ({before.owner})" + (f" until {before.gone}" if before.gone else "")
        return (
            f"id {claim.id} {was} and is now {claim.name}'s ({claim.owner}). The same person with a new entry? "
            f"catchlight people confirm {claim.id} --same. Somebody else? catchlight people confirm {claim.id} --another"
        )
    if before.gone and (today - date.fromisoformat(before.gone)).days > days:
        return (
            f"{claim.name} ({claim.id}) was gone since {before.gone} and is back. If that is right: "
            f"catchlight people confirm {claim.id} --same"
        )
    return ""


def confirm(ids: Ids, claim: Claim, *, another: bool) -> Ids:
    """Return the ids once somebody said whether the owner of an id is the same person as before.

    Another person gets an id of their own, so that no answer, consent or picture of the former one is theirs.
    """
    if not another:
        return Ids({**ids.seen, ids.of(claim): Seen(claim.owner, claim.name)}, ids.others)
    number = 2
    while f"{claim.id}~{number}" in ids.seen:
        number += 1
    fresh = f"{claim.id}~{number}"
    return Ids({**ids.seen, fresh: Seen(claim.owner, claim.name)}, {**ids.others, claim.owner: fresh})
