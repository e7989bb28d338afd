"""The outbox: a letter is written down before it leaves, and leaves once."""

import sqlite3
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from catchlight.errors import ConfigError
from catchlight.outbox import TRIES, Delivery, Fate, Message, Outbox, State, alone, letter_id
from catchlight.register import Register
from catchlight.review_records import Letter
from tests.letter_company import WEDNESDAY


def letter(kind: str = "invite", invitation: str = "i1") -> Letter:
    """Return a letter to Zoë."""
    id_ = letter_id(kind, "zoë", invitation, "mail")
    return Letter(id_, "zoë", invitation, kind, "mail", "en", State.QUEUED, "")


def outbox(tmp_path: Path, hours: float = 0) -> Outbox:
    """Open the outbox, as a program would that starts some hours later."""
    return Outbox(Register(tmp_path / "register.db"), lambda: WEDNESDAY + timedelta(hours=hours))


def state(tmp_path: Path) -> Letter:
    """Return the last state of the only letter."""
    (last,) = outbox(tmp_path).letters().values()
    return last


def test_the_same_letter_is_queued_once(tmp_path: Path) -> None:
    """Another pass over the same people adds nothing; another kind, person or invitation is another letter."""
    assert outbox(tmp_path).queue([letter()])
    assert not outbox(tmp_path).queue([letter()])
    assert outbox(tmp_path).queue([letter("remind-3")])
    assert outbox(tmp_path).queue([letter(invitation="i2")])
    assert letter_id("a", "b|c", "d", "e") != letter_id("a", "b", "c|d", "e")


def test_two_senders_get_a_letter_once(tmp_path: Path) -> None:
    """Whoever claims it first has it."""
    outbox(tmp_path).queue([letter()])
    got: list[Letter | None] = []
    start = threading.Barrier(4)

    def claim() -> None:
        mine = outbox(tmp_path)
        start.wait()
        got.append(mine.claim(letter(), lambda _: ""))

    threads = [threading.Thread(target=claim) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([one for one in got if one]) == 1
    assert len(got) == 4


def test_it_is_on_disk_before_it_leaves(tmp_path: Path) -> None:
    """Another program sees the letter as leaving the moment it is claimed."""
    outbox(tmp_path).queue([letter()])
    outbox(tmp_path).claim(letter(), lambda _: "")
    found = sqlite3.connect(tmp_path / "register.db").execute("SELECT state FROM letters ORDER BY row")
    assert [row[0] for row in found] == ["queued", "sending"]


def test_what_became_needless_never_leaves(tmp_path: Path) -> None:
    """The reason is kept; nothing can claim it afterwards."""
    outbox(tmp_path).queue([letter()])
    assert outbox(tmp_path).claim(letter(), lambda _: "there is an answer") is None
    assert (state(tmp_path).state, state(tmp_path).why) == (State.DROPPED, "there is an answer")
    assert outbox(tmp_path).claim(letter(), lambda _: "") is None


def _not_taken(box: Outbox) -> list[Letter]:
    """Try the letter until it has failed; return what became of it each time."""
    found: list[Letter] = []
    while claimed := box.claim(letter(), lambda _: ""):
        found.append(box.settle(claimed, Delivery(claimed.id, Fate.LATER, "451 come back")))
    return found


def test_a_letter_that_is_not_taken_is_tried_a_few_times(tmp_path: Path) -> None:
    """Each try waits twice as long as the one before; then it has failed, and says why."""
    box = outbox(tmp_path)
    box.queue([letter()])
    *waiting, ended = _not_taken(box)
    waits = [one.after for one in waiting]
    assert (len(set(waits)), sorted(waits)) == (TRIES - 1, waits)
    assert (ended.state, ended.why) == (State.FAILED, f"after {TRIES} tries: 451 come back")


def test_a_letter_that_somebody_queues_again_is_tried_as_often_as_a_new_one(tmp_path: Path) -> None:
    """A server that takes nothing at the first try, on principle, is got past; so it is after an unclear end."""
    box = outbox(tmp_path)
    box.queue([letter()])
    first = _not_taken(box)
    for quiet in ("", "2026-11-26T07:00:00.000000+00:00"):
        assert box.queue([replace(letter(), after=quiet)])
        again = _not_taken(box)
        assert [one.after for one in again[:-1]] == [one.after for one in first[:-1]]
        assert again[-1].why == first[-1].why
    box.queue([letter()])
    claimed = box.claim(letter(), lambda _: "")
    assert claimed
    box.settle(claimed, Delivery(claimed.id, Fate.UNCLEAR))
    box.send_again(claimed)
    assert len(_not_taken(box)) == TRIES


def test_what_was_refused_can_be_tried_again(tmp_path: Path) -> None:
    """After the address was corrected the same letter may be queued once more."""
    box = outbox(tmp_path)
    box.queue([letter()])
    claimed = box.claim(letter(), lambda _: "")
    assert claimed
    assert box.settle(claimed, Delivery(claimed.id, Fate.REFUSED, "550 nobody")).state == State.FAILED
    assert box.queue([letter()])
    assert not box.queue([letter()])
    assert box.claim(letter(), lambda _: "")


def test_an_unclear_letter_stays_unclear(tmp_path: Path) -> None:
    """It is not queued again by itself, only on request."""
    box = outbox(tmp_path)
    box.queue([letter()])
    claimed = box.claim(letter(), lambda _: "")
    assert claimed
    assert box.settle(claimed, Delivery(claimed.id, Fate.UNCLEAR)).state == State.SENDING
    assert not box.queue([letter()])
    assert box.claim(letter(), lambda _: "") is None
    box.send_again(claimed)
    assert box.claim(letter(), lambda _: "")


def test_one_sender_holds_the_outbox(tmp_path: Path) -> None:
    """A second one is told to wait, and can as soon as the first has ended."""
    with alone(tmp_path), pytest.raises(ConfigError, match="being sent already"), alone(tmp_path):
        pass
    with alone(tmp_path, wait=True):
        pass


def test_words_are_never_shown() -> None:
    """A message in a log or a traceback does not give a link away."""
    assert "secret" not in repr(Message("id", "a@b.example", "secret subject", "https://x/l/secret"))
