"""E-mail addresses that several people have: no personal link may go there, since each opens somebody's own page."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from catchlight.identities import Seen, read_ids
from catchlight.promises import load_promises
from catchlight.records import Employee
from catchlight.source import Finding
from catchlight.spelling import folded

_SHOWN = 5


def shared(people: Iterable[Employee]) -> Mapping[str, list[str]]:
    """Return the addresses that several of these people have, with their ids."""
    owners: dict[str, dict[str, None]] = {}
    for person in people:
        if "@" in person.email:
            owners.setdefault(folded(person.email), {})[person.id] = None
    return {address: list(ids) for address, ids in owners.items() if len(ids) > 1}


def sharers(home: Path, people: Iterable[Employee], now: datetime) -> frozenset[str]:
    """Return the ids of those whose address somebody else has, too: among these people, or anybody whom the list has or had.

    Who left counts for the term in which their pictures go, unless somebody here has their name, too: their id is another now.
    """
    seen, owners = read_ids(home).seen, defaultdict[str, dict[str, str]](dict)
    for person in people:
        owners[folded(person.email)][person.id] = folded(person.name)
    for id_, one in seen.items():
        if not one.gone:
            owners[folded(one.email)][id_] = folded(one.name)
    for id_, one in _left_lately(home, seen, now):
        here = owners[folded(one.email)]
        if here and folded(one.name) not in here.values():
            here[id_] = folded(one.name)
    return frozenset(id_ for mail, ids in owners.items() if "@" in mail and len(ids) > 1 for id_ in ids)


def _left_lately(home: Path, seen: Mapping[str, Seen], now: datetime) -> Iterator[tuple[str, Seen]]:
    since = (now - timedelta(days=load_promises(home).keep.leavers)).date().isoformat()
    return ((id_, one) for id_, one in seen.items() if one.gone >= since)


def findings(people: Iterable[Employee]) -> list[Finding]:
    """Tell of addresses that several people have, and how they get their links."""
    return [
        Finding(
            "shared_address",
            f"{len(ids)} people have the e-mail address {address} ({_some(ids)}): no personal link is sent there; hand "
            "theirs out on paper (catchlight review invite --channel print), or give each an address of their own.",
        )
        for address, ids in shared(people).items()
    ]


def _some(ids: list[str]) -> str:
    return ", ".join(ids[:_SHOWN]) + (" and others" if len(ids) > _SHOWN else "")
