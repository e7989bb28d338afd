"""The outbox: every letter is written down before it leaves, so that a crash sends none twice."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from pathlib import Path

from catchlight.holding import Wait, held
from catchlight.register import Register, Transaction
from catchlight.review_records import Letter

PAPER = "print"
"""The channel of links that are handed out on paper: no words of ours go with them."""

TRIES = 6
_WAIT = timedelta(minutes=10)  # before the second try; each further one waits twice as long


class State(StrEnum):
    """How far a letter is."""

    QUEUED = "queued"
    SENDING = "sending"  # with nothing after it: a program stopped, and it may have been sent
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class Fate(StrEnum):
    """What a mail server or a chat service did with a message."""

    SENT = "sent"
    LATER = "later"  # not taken now; worth another try
    REFUSED = "refused"  # not taken, and it will not be
    UNCLEAR = "unclear"  # the answer is missing: it may have been sent


@dataclass(frozen=True, slots=True)
class Message:
    """A letter with its words. The words hold a personal link, so they are never shown or stored."""

    letter: str
    to: str
    subject: str = field(repr=False)
    text: str = field(repr=False)
    language: str = "en"
    told: str = ""  # the rule by which it says that silence publishes


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one message, and why in words."""

    letter: str
    fate: Fate
    why: str = ""


def letter_id(kind: str, employee: str, invitation: str, channel: str) -> str:
    """Return the id of a letter; the same letter has the same one for ever."""
    parts = json.dumps([kind, employee, invitation, channel])
    return hashlib.sha256(parts.encode()).hexdigest()[:32]


def newest(letters: Iterable[Letter]) -> dict[str, Letter]:
    """Return the last state of each letter by id; ``letters`` come in the order in which they were added."""
    return {letter.id: letter for letter in letters}


class Outbox:
    """The letters of a register."""

    def __init__(self, register: Register, clock: Callable[[], datetime] | None = None) -> None:
        """Keep letters in ``register``."""
        self._register = register
        self._clock = clock or (lambda: datetime.now(UTC))

    def letters(self) -> dict[str, Letter]:
        """Return the last state of every letter by id."""
        return newest(self._register.rows(Letter))

    def queue(self, letters: Iterable[Letter]) -> int:
        """Put letters into the outbox, all or none; return how many were new.

        One that waits, or left already, stays as it is; one that failed or was dropped gets another try.
        """
        with self._register.alone() as store:
            return sum(self._queue(store, letter) for letter in letters)

    def _queue(self, store: Transaction, letter: Letter) -> int:
        last = _last(store, letter.id)
        if last and last.state not in (State.FAILED, State.DROPPED):
            return 0
        attempt = str(int(last.attempt) + 1) if last else "1"
        return store.add([replace(letter, state=State.QUEUED, at=self._now(), attempt=attempt)])

    def claim(self, letter: Letter, against: Callable[[Transaction], str], told: str = "") -> Letter | None:
        """Write down that a letter is about to leave, and what it has ``told``; return it so, None when it must not.

        Only one of two senders gets it. ``against`` says why the letter has become needless, "" when it
        has not; then it is dropped. Nobody can answer between the question and the claim.
        """
        with self._register.alone() as store:
            last = _last(store, letter.id)
            if last is None or last.state != State.QUEUED:
                return None
            why = against(store)
            state = State.DROPPED if why else State.SENDING
            claimed = replace(last, state=state, at=self._now(), why=why, told=told)
            store.add([claimed])
        return None if why else claimed

    def settle(self, claimed: Letter, delivery: Delivery) -> Letter:
        """Write down what became of a letter that was claimed, and return its last state."""
        ended = self._ended(claimed, delivery)
        if ended.state != State.SENDING:
            self._register.add([ended])
        return ended

    def drop(self, letter: Letter, why: str) -> None:
        """Let a waiting letter never leave."""
        self.claim(letter, lambda _: why)

    def came_back(self, letter: Letter, why: str) -> None:
        """Write down that a letter which had left was not delivered, unless something else became of it meanwhile."""
        with self._register.alone() as store:
            if _last(store, letter.id) == letter:
                store.add([replace(letter, state=State.FAILED, at=self._now(), why=f"came back: {why}")])

    def send_again(self, letter: Letter) -> Letter:
        """Queue a letter of which nobody knows whether it was sent."""
        queued = replace(
            letter, state=State.QUEUED, at=self._now(), after="", attempt=str(int(letter.attempt) + 1)
        )
        self._register.add([queued])
        return queued

    def _ended(self, claimed: Letter, delivery: Delivery) -> Letter:
        states = {
            Fate.SENT: State.SENT,
            Fate.REFUSED: State.FAILED,
            Fate.UNCLEAR: State.SENDING,
            Fate.LATER: State.QUEUED,
        }
        ended = replace(claimed, state=states[delivery.fate], at=self._now(), why=delivery.why)
        if delivery.fate != Fate.LATER:
            return ended
        tries = _tries(self._register.rows(Letter, id=claimed.id))
        if tries >= TRIES:
            return replace(ended, state=State.FAILED, why=f"after {tries} tries: {delivery.why}")
        after = (self._clock() + _WAIT * 2 ** (tries - 1)).isoformat(timespec="microseconds")
        return replace(ended, attempt=str(int(claimed.attempt) + 1), after=after)

    def _now(self) -> str:
        return self._clock().isoformat(timespec="microseconds")


def _last(store: Transaction, id_: str) -> Letter | None:
    found = store.rows(Letter, id=id_)
    return found[-1] if found else None


def _tries(states: Sequence[Letter]) -> int:
    """Return how often a letter was tried since somebody queued it: a try that comes by itself has a moment to wait for."""
    asked = [
        now
        for before, now in pairwise([None, *states])
        if now and now.state == State.QUEUED and not (before and before.state == State.SENDING and now.after)
    ]
    return int(states[-1].attempt) - int(asked[-1].attempt) + 1


@contextmanager
def alone(home: Path, wait: Wait | None = None) -> Iterator[None]:
    """Hold the outbox of a home for one sender; while another one is at work: ConfigError, or ``wait`` is called and it waits.

    A letter in the state of sending is then known to be one of a program that stopped.
    """
    busy = f"home {home}: letters are being sent already; wait until that has ended"
    with held(home / "letters.lock", wait or busy):
        yield
