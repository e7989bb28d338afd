"""Personal links beside letters: sent again on request, withdrawn."""

import logging
from collections.abc import Callable, Collection
from pathlib import Path
from threading import Thread

from catchlight.asking import LINK
from catchlight.errors import CatchlightError
from catchlight.holding import quietly
from catchlight.invitations import Invitations
from catchlight.outbox import alone
from catchlight.review_records import Invitation, Letter, Revocation
from catchlight.sessions import Sessions
from flows.left_out import with_left_out
from flows.letters import Bureau, Clock, Due, channel_of, letter_of, open_bureau
from flows.postbox import channels_of, post


def revoke(bureau: Bureau, by: str, only: Collection[str]) -> int:
    """Let the links of these people open nothing any more and sign them out; return how many links ended."""
    links_of = {id_: bureau.register.rows(Invitation, employee=id_) for id_ in only}
    bureau.must_know([id_ for id_, links in links_of.items() if not links])  # who left may still hold one
    gone = {row.invitation for row in bureau.register.rows(Revocation)}
    invitations = Invitations(bureau.register, bureau.home, bureau.clock)
    ended = 0
    for id_, all_links in links_of.items():
        links = [one for one in all_links if one.id not in gone]
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
        bureau = with_left_out(bureau, [old.employee])
        letter = _fresh(bureau, old)
        if letter is None:
            return None
        bureau.outbox.queue([letter])
        posting = Thread(target=_post_one, args=(bureau, letter), name="fresh-link", daemon=True)
        posting.start()
        return posting

    return send


def _fresh(bureau: Bureau, old: Invitation) -> Letter | None:
    case, channels = bureau.case(bureau.records(), old.employee), channels_of(bureau)
    if not channels or case.person is None or old.employee in bureau.sharing:
        return None
    if "@" not in case.person.portrait.employee.email:
        return None
    channel = channel_of(case, bureau.policy)
    invitations = Invitations(bureau.register, bureau.home, bureau.clock)
    make = invitations.invite if case.question() else invitations.lead
    fresh = make(old.employee, case.picture, old.employee, bureau.ends())
    channel = channel if channel in channels else channels[0]  # whoever was asked on paper may have a mailbox
    return letter_of(bureau, Due(old.employee, LINK, channel, case.picture, fresh), fresh, now=True)


def _post_one(bureau: Bureau, letter: Letter) -> None:
    """Send one letter as soon as nobody else sends; what goes wrong waits for the next pass."""
    try:
        with alone(bureau.home, wait=quietly):
            post(bureau, [letter.channel], now=True, only=[letter.id])
    except CatchlightError as error:
        logging.getLogger("catchlight").warning("a fresh link waits for the next pass: %s", error)
