"""E-mail addresses that several people have: no personal link may go there, since each opens somebody's own page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from catchlight.identities import read_ids
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


def sharers(home: Path, people: Sequence[Employee], now: datetime) -> frozenset[str]:
    """Return the ids of those whose address somebody else has, too: among these people, or anybody whom the list has or had."""
    everybody = [*people, *_listed(home, people, now)]
    return frozenset(id_ for ids in shared(everybody).values() for id_ in ids)


def _listed(home: Path, people: Iterable[Employee], now: datetime) -> Iterator[Employee]:
    """Yield whom the newest list has, and who left within the term in which their pictures go.

    Not who left and has the name and the address of somebody who is here: their id is another now.
    """
    seen = read_ids(home).seen
    since = (now - timedelta(days=load_promises(home).keep.leavers)).date().isoformat()
    listed = [Employee(id_, display_name=one.name, email=one.email) for id_, one in seen.items()]
    here = {_who(one) for one in [*people, *listed] if one.id not in seen or not seen[one.id].gone}
    for one in listed:
        gone = seen[one.id].gone
        if not gone or (gone >= since and _who(one) not in here):
            yield one


def _who(person: Employee) -> tuple[str, str]:
    return folded(person.name), folded(person.email)


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
