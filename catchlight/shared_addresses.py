"""E-mail addresses that several people have: no personal link may go there, since each opens somebody's own page."""

from collections.abc import Iterable, Mapping

from catchlight.records import Employee
from catchlight.source import Finding
from catchlight.spelling import folded

_SHOWN = 5


def shared(people: Iterable[Employee]) -> Mapping[str, list[str]]:
    """Return the addresses that several of these people have, with their ids."""
    owners: dict[str, list[str]] = {}
    for person in people:
        if "@" in person.email:
            owners.setdefault(folded(person.email), []).append(person.id)
    return {address: ids for address, ids in owners.items() if len(ids) > 1}


def sharers(people: Iterable[Employee]) -> frozenset[str]:
    """Return the ids of those whose address somebody else has, too."""
    return frozenset(id_ for ids in shared(people).values() for id_ in ids)


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
