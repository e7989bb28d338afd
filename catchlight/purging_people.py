"""People who left, or whose photo is not processed: their pictures and rows in runs go; years later what those who left said."""

from collections.abc import Collection
from dataclasses import replace

from catchlight import erasure, identities, unwriting
from catchlight.errors import ConfigError
from catchlight.purging import Purge, Purged
from catchlight.purging_pictures import fetch_again
from catchlight.source_memory import FOLDER as SOURCES
from catchlight.tombstones import read_tombstones
from catchlight.traces import known_elsewhere, traces_of
from catchlight.unfinished import noted, unfinished
from catchlight.withdrawals import FOLDER as PROOFS

_STAYS = (SOURCES, PROOFS)  # of who is here: that a list has them, and that they were taken off


def purge_people(one: Purge, redraw: erasure.Redraw) -> list[Purged]:
    """Make the pass over people who are published nowhere; return what went.

    What is damaged may tell of any of them: then nobody's go, and ``why`` says so.
    """
    try:
        leavers, silent = _purge(one, redraw)
        why = ""
    except ConfigError as error:
        leavers, silent, why = 0, 0, str(error)
    return [
        Purged("leavers", one.keep.leavers, leavers, why), Purged("words", one.keep.words, silent, why),
    ]  # fmt: skip


def _purge(one: Purge, redraw: erasure.Redraw) -> tuple[int, int]:
    """Make the pass; return whose pictures went, and whose words, in counts."""
    who = one.absent
    since = {**who.left, **who.resting}
    leavers = [id_ for id_, at in since.items() if at < one.before(one.keep.leavers) and id_ in who.pictured]
    silent = [id_ for id_, at in who.left.items() if at and at < one.before(one.keep.words)]
    for id_ in dict.fromkeys([*leavers, *silent, *_stopped(one)]) if not one.dry else ():
        _let_go(one, id_, redraw, words=id_ in silent, stays=_STAYS if id_ not in who.left else ())
    _forget_ids(one)
    return len(leavers), len(silent)


def _let_go(one: Purge, id_: str, redraw: erasure.Redraw, *, words: bool, stays: Collection[str]) -> None:
    """Delete somebody's pictures and rows in runs, and what they said where that is over, too; some parts stay as they are."""
    traces = traces_of(one.home, one.register, id_)
    with noted(one.home, id_, traces.words, traces.digests):
        erasure.strip(one.home, one.register, traces, redraw, stays)
        fetch_again(one.home, traces.digests)
        if words:
            unwriting.unwrite(one.home, one.register, traces)


def _stopped(one: Purge) -> list[str]:
    """Return whom an earlier pass began with and was stopped at; erasures that were stopped end by erasing again."""
    stones = read_tombstones(one.home)
    return [note.employee for note in unfinished(one.home) if not stones.has("id", note.employee)]


def _forget_ids(one: Purge) -> None:
    """Forget whose id was whose where they left and nothing else of theirs is here: nobody can inherit anything of it."""
    ids, since = identities.read_ids(one.home), one.before(one.keep.leavers)
    left = {id_ for id_, seen in ids.seen.items() if seen.gone and seen.gone < since}
    if left and not one.dry and (left := left - known_elsewhere(one.home, one.register)):
        kept = {id_: seen for id_, seen in ids.seen.items() if id_ not in left}
        identities.write_ids(one.home, replace(ids, seen=kept))
