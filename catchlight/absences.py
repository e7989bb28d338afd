"""Why somebody who is published is in no run of the whole company any more: a run alone does not tell who left."""

from collections.abc import Collection, Iterable
from pathlib import Path

from catchlight.identities import Seen, read_ids
from catchlight.known import last_entries
from catchlight.publish_removals import Absent
from catchlight.publish_right import LEFT, MISSING, OUTSIDE, Rights


def among(home: Path, rights: Rights, everyone: Collection[str], *, whole: bool) -> Absent:
    """Return what says why some of those who are published are not among ``everyone`` of a run, where that is of the ``whole`` company."""
    return lambda published: absences(home, rights, set(published).difference(everyone)) if whole else {}


def absences(home: Path, rights: Rights, ids: Iterable[str]) -> dict[str, str]:
    """Return why each of these people is not in the run, as a code, by the list that was read last; without one they left."""
    absent = sorted(ids)
    seen = read_ids(home).seen if absent else {}
    found = {id_: _by_the_list(seen.get(id_)) for id_ in absent}
    here = last_entries(home, [id_ for id_ in absent if found[id_] == MISSING])
    barred = {id_: rights.unedited(one) for id_, one in here.items()}
    return {id_: barred.get(id_) or why for id_, why in found.items()}


def _by_the_list(listed: Seen | None) -> str:
    if listed is None or listed.gone:
        return LEFT
    return OUTSIDE if listed.outside else MISSING
