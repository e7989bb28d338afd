"""Personal links beside letters: printed for sites without mail, sent again on request, withdrawn."""

import logging
from collections.abc import Callable, Collection
from pathlib import Path
from threading import Thread

from catchlight.asking import LINK
from catchlight.errors import CatchlightError, ConfigError
from catchlight.holding import quietly
from catchlight.invitations import Invitations
from catchlight.outbox import State, alone, letter_id
from catchlight.review_records import Invitation, Letter, Revocation
from catchlight.sessions import Sessions
from catchlight.spreadsheet import table_bytes
from catchlight.vault import write_whole
from flows.letters import PRINT, Bureau, Clock, Due, channel_of, letter_of, open_bureau
from flows.postbox import channels_of, post
from flows.progress import Counter

_HEADER = ("id", "name", "link")


def print_links(bureau: Bureau, by: str, file: Path, only: Collection[str] = ()) -> int:
    """Write the personal link of everybody who has not answered into a file that only its owner can read.

    Return how many there are. Whoever is in the file counts as asked.
    """
    bureau.must_know(only)
    invitations = Invitations(bureau.register, bureau.home, bureau.clock)
    records, rows, asked = bureau.records(), [], []
    people = [id_ for id_ in bureau.book.people if not only or id_ in only]
    counter = Counter("Making links", len(people))
    for id_ in people:
        case = bureau.case(records, id_)
        question = case.question()
        if question:
            invitation = invitations.invite(id_, case.picture, by, bureau.ends())
            link = f"{bureau.policy.url}/l/{invitations.token(invitation)}"
            rows.append((id_, bureau.book.people[id_].name, link))
            due = Due(id_, question, PRINT, case.picture, invitation)
            asked.append(letter_of(bureau, due, invitation, State.SENT))
        counter.step()
    _write_privately(file, table_bytes(_HEADER, rows))
    bureau.register.add(asked)
    return len(rows)


def _write_privately(file: Path, data: bytes) -> None:
    """Write a file that nobody else can read at any moment."""
    try:
        write_whole(file, data, mode=0o600, folder_mode=0o700)
    except OSError as error:
        message = f"--out {file}: cannot be written: {error.strerror}"
        raise ConfigError(message) from error


def revoke(bureau: Bureau, by: str, only: Collection[str]) -> int:
    """Let the links of these people open nothing any more and sign them out; return how many links ended."""
    bureau.must_know(only)
    gone = {row.invitation for row in bureau.register.rows(Revocation)}
    invitations = Invitations(bureau.register, bureau.home, bureau.clock)
    ended = 0
    for id_ in only:
        links = [one for one in bureau.register.rows(Invitation, employee=id_) if one.id not in gone]
        for link in links:
            invitations.revoke(link.id, by)
        Sessions(bureau.register).end_all_of(id_)
        ended += len(links)
    return ended


def link_sender(home: Path, clock: Clock | None = None) -> Callable[[Invitation], Thread | None]:
    """Return what the review server calls when somebody asks for a fresh link in place of an old one.

    The letter is on disk before the call returns, and a thread sends it, quiet hours or not: somebody
    waits for it. At most one an hour is sent; None where the person cannot be written to from here.
    """

    def send(old: Invitation) -> Thread | None:
        try:
            bureau = open_bureau(home, clock) if clock else open_bureau(home)
        except CatchlightError as error:
            logging.getLogger("catchlight").warning("no fresh link: %s", error)
            return None
        letter = _fresh(bureau, old)
        if letter is None:
            return None
        bureau.outbox.queue([letter])
        posting = Thread(target=_post_one, args=(bureau, letter), name="fresh-link", daemon=True)
        posting.start()
        return posting

    return send


def _fresh(bureau: Bureau, old: Invitation) -> Letter | None:
    case = bureau.case(bureau.records(), old.employee)
    channel = channel_of(case, bureau.policy)
    if case.person is None or channel not in channels_of(bureau):
        return None
    if "@" not in case.person.portrait.employee.email or old.employee in bureau.sharing:
        return None
    invitations = Invitations(bureau.register, bureau.home, bureau.clock)
    fresh = invitations.invite(old.employee, case.picture, old.employee, bureau.ends())
    due = Due(old.employee, LINK, channel, case.picture, fresh)
    hour = f"{bureau.clock():%Y-%m-%dT%H}"
    return letter_of(bureau, due, fresh, State.QUEUED, now=True, id_=letter_id(LINK, hour, fresh.id, channel))


def _post_one(bureau: Bureau, letter: Letter) -> None:
    """Send one letter as soon as nobody else sends; what goes wrong waits for the next pass."""
    try:
        with alone(bureau.home, wait=quietly):
            post(bureau, [letter.channel], now=True, only=[letter.id])
    except CatchlightError as error:
        logging.getLogger("catchlight").warning("a fresh link waits for the next pass: %s", error)
