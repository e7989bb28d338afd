"""Why somebody who is published is in no run of the whole company any more: a run alone does not tell who left."""

from collections.abc import Iterable
from pathlib import Path

from catchlight.identities import Seen, read_ids
from catchlight.known import last_entry
from catchlight.publish_right import LEFT, MISSING, OUTSIDE, Rights
from catchlight.records import Employee


def absences(home: Path, rights: Rights, ids: Iterable[str]) -> dict[str, str]:
    """Return why each of these people is not in the run, as a code, by the list that was read last; without one they left."""
    absent = sorted(ids)
    seen = read_ids(home).seen if absent else {}
    return {id_: _why(home, rights, id_, seen.get(id_)) for id_ in absent}


def _why(home: Path, rights: Rights, id_: str, listed: Seen | None) -> str:
    if listed is None or listed.gone:
        return LEFT
    if listed.outside:
        return OUTSIDE
    return rights.unedited(last_entry(home, id_) or Employee(id_)) or MISSING
