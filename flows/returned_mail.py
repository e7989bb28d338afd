"""Reports of undelivered mail set against the outbox: what is final and surely ours marks its letter as failed."""

from collections import Counter as Tally
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import Message as Mail
from pathlib import Path

from catchlight.bounces import Bounce, bounces_in, spoken
from catchlight.mail_folder import mails
from catchlight.outbox import State, alone
from catchlight.review_records import Letter
from flows.letters import Bureau

_SKEW = timedelta(minutes=2)  # by which a mail server's clock may be behind ours
UNKNOWN = "names no letter of ours, or somebody else made it up"
OTHER = "is about another address than the person's"
LATER = "is not final: the mail server goes on trying"
EARLIER = "was written before the letter left"
KNOWN = "was counted before"
TOO_LARGE = "is too large for a report"
STRANGE = (UNKNOWN, OTHER, TOO_LARGE)


@dataclass(slots=True)
class Returned:
    """What the mails of a place said: who was not reached and why, and what changed nothing."""

    mails: int = 0
    reports: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    left: Tally[str] = field(default_factory=Tally)
    strange: list[tuple[str, str]] = field(default_factory=list)


def take_back(bureau: Bureau, place: Path, *, dry: bool = False) -> Returned:
    """Read the reports of a folder or mbox and mark letters that will never arrive; nothing is written when ``dry``."""
    found = Returned()
    with alone(bureau.home):
        letters = bureau.outbox.letters()
        for name, mail in mails(place):
            found.mails += 1
            for bounce, why in _judged(bureau, mail, letters):
                _note(found, name, bounce, why, letters)
                if not why and bounce and not dry:
                    bureau.outbox.came_back(letters[bounce.letter], bounce.why)
    return found


def _judged(bureau: Bureau, mail: Mail | None, letters: dict[str, Letter]) -> list[tuple[Bounce | None, str]]:
    if mail is None:
        return [(None, TOO_LARGE)]
    return [(bounce, _against(bureau, bounce, letters.get(bounce.letter))) for bounce in bounces_in(mail)]


def _against(bureau: Bureau, bounce: Bounce, letter: Letter | None) -> str:
    """Return why a report changes nothing, "" when it does."""
    person = bureau.book.people.get(letter.employee) if letter else None
    if letter is None or person is None or letter.channel != "mail":
        return UNKNOWN
    if spoken(person.portrait.employee.email) not in map(spoken, bounce.recipients):
        return OTHER
    if not bounce.is_final:
        return LATER
    if letter.state == State.FAILED:
        return KNOWN
    left = letter.state in (State.SENT, State.SENDING)
    fresh = bounce.at and bounce.at >= datetime.fromisoformat(letter.at) - _SKEW
    return "" if left and fresh else EARLIER


def _note(found: Returned, name: str, bounce: Bounce | None, why: str, letters: dict[str, Letter]) -> None:
    found.reports += bounce is not None
    if bounce and not why:
        who = (letters[bounce.letter].employee, bounce.why)
        found.failed += [who] if who not in found.failed else []
    elif why in STRANGE:
        found.strange.append((name, why))
    else:
        found.left[why] += 1
