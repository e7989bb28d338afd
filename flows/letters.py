"""Who gets which letter now: drawn up from the newest run and the register, and put into the outbox."""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from catchlight import tries
from catchlight.asking import LINK, Case, Records, gather
from catchlight.company import Book, read_book
from catchlight.days import end_of
from catchlight.desk import open_register
from catchlight.errors import ConfigError
from catchlight.home import Home
from catchlight.invitations import Invitations
from catchlight.outbox import PAPER, Outbox, State, letter_id
from catchlight.policy import Policy, load_policy
from catchlight.quiet_hours import opens
from catchlight.register import Register
from catchlight.review_records import Extension, Invitation, Letter, Revocation
from catchlight.runs import run_folder
from catchlight.shared_addresses import sharers
from catchlight.spoken import spoken
from catchlight.wishes import wishes_of
from flows.progress import INVITING, Counter

PRINT = PAPER
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Bureau:
    """What letters are written from: a home folder with its register, policy and newest run.

    ``made`` is when that run began, so that answers before it are known to have been seen by it. ``sharing`` are those whose
    address somebody else has, too, who may be in no run. ``until`` is the last day to answer for whoever is asked now, where somebody named one;
    ``still`` are those whose other try no run has made.
    """

    home: Path
    policy: Policy
    register: Register
    outbox: Outbox
    book: Book
    made: str
    clock: Clock
    sharing: frozenset[str] = frozenset()
    until: date | None = None
    still: frozenset[str] = frozenset()

    def ends(self) -> datetime:
        """Return until when whoever is asked now has time: to the end of a day that was named, else some days."""
        asking = self.policy.asking
        if self.until:
            return end_of(self.until, ZoneInfo(asking.timezone))
        return self.clock() + timedelta(days=asking.days)

    def records(self) -> Records:
        """Return what the register says of everybody now."""
        rows = self.register.rows
        return gather(spoken(rows), rows(Invitation), rows(Letter), rows(Revocation), rows(Extension))

    def must_know(self, ids: Collection[str]) -> None:
        """Raise ConfigError for an id that nobody in the newest run has."""
        unknown = set(ids) - set(self.book.people)
        if unknown:
            message = f"{min(unknown)}: nobody in run {self.book.run} has this id"
            raise ConfigError(message)

    def case(self, records: Records, id_: str) -> Case:
        """Return one person's case."""
        case = records.case(id_, self.book.people.get(id_), self.made)
        return replace(case, still=id_ in self.still)


@dataclass(frozen=True, slots=True)
class Due:
    """A letter that somebody is to get. ``invitation`` is None where a new one is to be made.

    A ``LINK`` without one leads to their page and asks nothing.
    """

    employee: str
    kind: str
    channel: str
    picture: str
    invitation: Invitation | None


@dataclass(slots=True)
class Draft:
    """The letters that are due, and who gets none.

    They have no address of their own or no photo that can be read, were refused before, invited on paper, or let a deadline pass.
    """

    due: list[Due] = field(default_factory=list)
    no_address: list[str] = field(default_factory=list)
    sharing: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    on_paper: list[str] = field(default_factory=list)
    silent: int = 0


def open_bureau(home: Path, clock: Clock = lambda: datetime.now(UTC)) -> Bureau:
    """Return the bureau of a home folder; ConfigError when there is no run yet, or the policy is wrong."""
    policy, register, folder = load_policy(home), open_register(home), run_folder(home)
    book = read_book(folder)
    sharing = sharers(home, [person.portrait.employee for person in book.people.values()], clock())
    pictures = {id_: person.portrait.picture for id_, person in book.people.items()}
    still = tries.still_to_make(home, pictures, wishes_of(Home(home), folder.name))
    return Bureau(
        home, policy, register, Outbox(register, clock), book, _started(folder), clock, sharing, still=still
    )


def _started(folder: Path) -> str:
    try:
        run = json.loads((folder / "run.json").read_bytes())
        return datetime.fromisoformat(run["started"]).astimezone(UTC).isoformat(timespec="microseconds")
    except (OSError, ValueError, KeyError):
        return ""  # a run that does not say when it began has seen no answer


@dataclass(frozen=True, slots=True)
class Round:
    """Whom a pass asks. ``start`` is the channel by which people are asked for the first time.

    Without it only those get a letter whom an earlier one, or an answer of theirs, calls for. ``only`` are the ids of some people;
    who let a deadline pass is asked once more ``again``, and whoever is named then has a link in any case.
    """

    start: str = ""
    only: Collection[str] = ()
    retry_failed: bool = False
    again: bool = False


def draw_up(bureau: Bureau, round_: Round) -> Draft:
    """Return which letters are due, one a person."""
    bureau.must_know(round_.only)
    records, draft = bureau.records(), Draft()
    for id_ in bureau.book.people:
        if not round_.only or id_ in round_.only:
            _draw_up_one(bureau, bureau.case(records, id_), draft, round_)
    return draft


def _draw_up_one(bureau: Bureau, case: Case, draft: Draft, round_: Round) -> None:
    person = case.person
    if person is None:
        return
    id_, channel = person.id, round_.start or channel_of(case, bureau.policy)
    case = _tried(case, channel, retry_failed=round_.retry_failed)
    kind = _kind(bureau, case, round_)
    if not kind:
        _tell_why(case, draft, round_, bureau.clock())
    elif channel == PRINT:
        draft.on_paper.append(id_)
    elif "@" not in person.portrait.employee.email:
        draft.no_address.append(id_)
    elif id_ in bureau.sharing:
        draft.sharing.append(id_)
    else:
        draft.due.append(Due(id_, kind, channel, case.picture, case.standing_invitation(bureau.clock())))


def _tried(case: Case, channel: str, *, retry_failed: bool) -> Case:
    """Return a case without the letters that were refused and are worth another try."""
    stand = [
        letter
        for letter in case.letters
        if letter.state != State.FAILED or (letter.channel == channel and not retry_failed)
    ]
    return replace(case, letters=stand)


def _kind(bureau: Bureau, case: Case, round_: Round) -> str:
    """Return what somebody gets; who was named and has nothing to be asked gets a link to their page."""
    now, start = bureau.clock(), bool(round_.start)
    kind = case.due(now, bureau.policy.asking.remind, start=start, again=round_.again)
    named = start and round_.again and round_.only and (case.question() or case.own)
    waits = any(letter.state == State.QUEUED for letter in case.letters)
    return kind or (LINK if named and case.reached(now) and not waits else "")


def _tell_why(case: Case, draft: Draft, round_: Round, now: datetime) -> None:
    """Note who would be asked and gets no letter."""
    if not round_.start or not case.person:
        return
    if case.question() and not case.reached(now):
        draft.failed.append(case.person.id)
    elif case.fell_silent(now):
        draft.silent += 1
    elif case.unread and not case.own:
        draft.unread.append(case.person.id)


def channel_of(case: Case, policy: Policy) -> str:
    """Return the channel by which a person was written to last, else the company's usual one."""
    usual = "mail" if policy.mail else "slack" if policy.slack else PRINT
    asked = [letter.channel for letter in case.letters if letter.kind != LINK]
    return asked[-1] if asked else usual


def queue(bureau: Bureau, due: Collection[Due], by: str, *, now: bool = False) -> int:
    """Make the invitations that are missing and put the letters into the outbox; return how many were new.

    With ``now`` quiet hours do not count.
    """
    invitations = Invitations(bureau.register, bureau.home, bureau.clock)
    counter, letters = Counter(INVITING, len(due)), []
    for one in due:
        make = invitations.lead if one.kind == LINK else invitations.invite
        invitation = one.invitation or make(one.employee, one.picture, by, bureau.ends())
        letter = letter_of(bureau, one, invitation, now=now)
        letters.append(letter)
        counter.step()
    return bureau.outbox.queue(letters)


def letter_of(
    bureau: Bureau,
    due: Due,
    invitation: Invitation,
    state: str = State.QUEUED,
    *,
    now: bool = False,
) -> Letter:
    """Return a letter's row; a link may be sent anew every hour, anything else once."""
    person, moment = bureau.book.people[due.employee].portrait.employee, bureau.clock()
    after = moment if now else opens(moment, bureau.policy.asking)
    who = f"{moment:%Y-%m-%dT%H}" if due.kind == LINK else due.employee
    return Letter(
        letter_id(due.kind, who, invitation.id, due.channel),
        due.employee,
        invitation.id,
        due.kind,
        due.channel,
        bureau.policy.language_of(person),
        state,
        moment.isoformat(timespec="microseconds"),
        after.isoformat(timespec="microseconds"),
    )
