"""An id that comes back, or has another owner, waits until somebody says whose it is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catchlight.errors import ConfigError
from catchlight.identities import Claim, Ids, confirm, read_ids, settle, write_ids

ANN, BOB = Claim("17", "hr 4711", "Ann Archer"), Claim("17", "hr 9042", "Bob Berg")
CLEO = Claim("18", "hr 4712", "Cleo Cole")


def _gone(ids: Ids, id_: str, days: int) -> Ids:
    day = (datetime.now(UTC).date() - timedelta(days)).isoformat()
    return replace(ids, seen={**ids.seen, id_: replace(ids.seen[id_], gone=day)})


def _with_ann_and_cleo() -> Ids:
    ids, held = settle(Ids(), [ANN, CLEO], 30)
    assert held == {}
    return ids


def test_the_same_people_again_are_no_question() -> None:
    """Also with a new name: the system's own id is the same."""
    _, held = settle(_with_ann_and_cleo(), [replace(ANN, name="Ann Becker"), CLEO], 30)
    assert held == {}


def test_an_id_that_another_person_has_now_stops_and_asks() -> None:
    """The sentence names both, and what to type."""
    ids, held = settle(_with_ann_and_cleo(), [BOB, CLEO], 30)
    assert list(held) == [BOB.owner]
    for words in ("id 17", "Ann Archer", "Bob Berg", "confirm 17 --same", "confirm 17 --another"):
        assert words in held[BOB.owner]
    assert ids.seen["17"].name == "Ann Archer"


def test_another_person_gets_an_id_of_their_own_for_ever() -> None:
    """No answer or picture of the former owner is theirs."""
    ids = confirm(_with_ann_and_cleo(), BOB, another=True)
    ids, held = settle(ids, [BOB, CLEO], 30)
    assert (held, ids.of(BOB)) == ({}, "17~2")
    assert ids.seen["17"].name == "Ann Archer"
    assert ids.seen["17"].gone


def test_the_same_person_with_a_new_entry_keeps_the_id() -> None:
    """HR made a new record of Ann."""
    fresh = replace(ANN, owner="hr 9042")
    ids, held = settle(confirm(_with_ann_and_cleo(), fresh, another=False), [fresh, CLEO], 30)
    assert (held, ids.of(fresh)) == ({}, "17")


@pytest.mark.parametrize(("days", "asked"), [(5, False), (200, True)])
def test_who_comes_back_after_long_is_asked_about(days: int, asked: bool) -> None:
    """A leave is no question, a new contract is."""
    ids = _gone(settle(_with_ann_and_cleo(), [CLEO], 30)[0], "17", days)
    after, held = settle(ids, [ANN, CLEO], 30)
    assert bool(held) == asked
    assert bool(after.seen["17"].gone) == asked
    assert settle(confirm(ids, ANN, another=False), [ANN, CLEO], 30)[1] == {}


def test_they_are_kept_between_runs(tmp_path: Path) -> None:
    """And a damaged file is no empty one."""
    ids = confirm(_with_ann_and_cleo(), BOB, another=True)
    write_ids(tmp_path, ids)
    assert read_ids(tmp_path) == ids
    (tmp_path / "sources/ids.json").write_text("{")
    with pytest.raises(ConfigError, match="backup"):
        read_ids(tmp_path)
