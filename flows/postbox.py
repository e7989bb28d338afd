"""The outbox is emptied: what may leave now goes to the mail server or to Slack, each letter once."""

from collections import Counter as Tally
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from catchlight.asking import LINK, Case, Question, gather
from catchlight.company import Person
from catchlight.deadlines import invitations as standing_now
from catchlight.errors import ConfigError, OutsideError
from catchlight.forewarned import covering
from catchlight.invitations import Invitations
from catchlight.outbox import Delivery, Message, State
from catchlight.own_word import SILENCE
from catchlight.policy import Policy, Rule
from catchlight.quiet_hours import opens
from catchlight.register import Transaction
from catchlight.review_records import Extension, Invitation, Letter, Revocation
from catchlight.spoken import spoken
from flows.letters import PRINT, Bureau
from flows.progress import SENDING, Counter
from reports import letters as texts

_WIDTH = {"mail": 76, "slack": 0}  # Slack breaks lines itself
Rows = Callable[..., list[Any]]
Send = Callable[[Iterable[Message]], Iterator[Delivery]]


@dataclass(slots=True)
class Report:
    """What became of the letters: how many left, which did not and why, what waits and until when."""

    sent: int = 0
    later: int = 0
    waiting: int = 0
    opens: datetime | None = None
    failed: list[tuple[str, str]] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    dropped: Tally[str] = field(default_factory=Tally)
    broken: list[str] = field(default_factory=list)


def channels_of(bureau: Bureau) -> tuple[str, ...]:
    """Return the channels that review.toml sets up."""
    have = (("mail", bureau.policy.mail), ("slack", bureau.policy.slack))
    return tuple(name for name, section in have if section is not None)


def check(bureau: Bureau, channel: str) -> None:
    """Raise ConfigError for a channel that is not set up, or a language without texts."""
    if channel not in (*_WIDTH, PRINT):
        message = f"--channel {channel}: there are mail, slack and print"
        raise ConfigError(message)
    if channel != PRINT and channel not in channels_of(bureau):
        message = f"--channel {channel}: review.toml has no section {channel}; add it, or use --channel print"
        raise ConfigError(message)
    missing = set(bureau.policy.languages) - set(texts.languages())
    if missing:
        message = (
            f"languages: there are no letters in {min(missing)!r}; there are: {', '.join(texts.languages())}"
        )
        raise ConfigError(message)


def post(
    bureau: Bureau,
    channels: Sequence[str],
    *,
    now: bool = False,
    send_unclear: bool = False,
    only: Collection[str] | None = None,
) -> Report:
    """Send what waits in the outbox for these channels; hold the outbox (``outbox.alone``) meanwhile.

    With ``now`` quiet hours and the waiting time after a failed try do not count; with
    ``send_unclear`` letters leave again of which nobody knows whether they were sent; ``only`` are the
    ids of letters.
    """
    report = Report()
    for channel in channels:
        for letter in _unclear(bureau, channel):
            if send_unclear:
                bureau.outbox.send_again(letter)
            else:
                report.unclear.append(letter.employee)
        letters = [one for one in _queued(bureau, channel) if only is None or one.id in only]
        ready = [letter for letter in letters if now or _leaves(bureau, letter) <= bureau.clock()]
        _wait(bureau, report, [letter for letter in letters if letter not in ready])
        if ready:
            _post(bureau, channel, ready, report, now=now)
    return report


def _unclear(bureau: Bureau, channel: str) -> list[Letter]:
    """Return the letters that a stopped program may have sent, where that still matters."""
    letters = bureau.outbox.letters().values()
    found = [one for one in letters if one.channel == channel and one.state == State.SENDING]
    return [letter for letter in found if not _against(bureau, letter, bureau.register.rows)]


def _queued(bureau: Bureau, channel: str) -> list[Letter]:
    """Return the waiting letters, one a person: the newest; the others make room."""
    found: dict[str, Letter] = {}
    for letter in bureau.outbox.letters().values():
        if letter.channel != channel or letter.state != State.QUEUED:
            continue
        if letter.employee in found:
            bureau.outbox.drop(found[letter.employee], "a newer letter takes its place")
        found[letter.employee] = letter
    return list(found.values())


def _leaves(bureau: Bureau, letter: Letter) -> datetime:
    """Return when a letter may leave."""
    return opens(max(bureau.clock(), datetime.fromisoformat(letter.after)), bureau.policy.asking)


def _wait(bureau: Bureau, report: Report, letters: Sequence[Letter]) -> None:
    report.waiting += len(letters)
    moments = [_leaves(bureau, letter) for letter in letters]
    report.opens = min([*moments, *filter(None, [report.opens])], default=None)


def _post(bureau: Bureau, channel: str, letters: list[Letter], report: Report, *, now: bool) -> None:
    claimed: dict[str, Letter] = {}
    counter = Counter(f"{SENDING} {channel}", len(letters))
    outgoing = _outgoing(bureau, letters, claimed, report, now=now)
    try:
        for delivery in _sender(bureau, channel)(outgoing):
            letter = claimed.pop(delivery.letter)
            _note(bureau.outbox.settle(letter, delivery), report)
            counter.step()
    except OutsideError as error:
        report.broken.append(str(error))


def _outgoing(
    bureau: Bureau, letters: list[Letter], claimed: dict[str, Letter], report: Report, *, now: bool
) -> Iterator[Message]:
    """Yield letters one by one, each written down as leaving just before it does."""
    invitations = Invitations(bureau.register, bureau.home, bureau.clock)
    for number, letter in enumerate(letters):
        if not now and opens(bureau.clock(), bureau.policy.asking) > bureau.clock():
            _wait(bureau, report, letters[number:])
            return
        why: list[str] = []

        def against(store: Transaction, letter: Letter = letter, why: list[str] = why) -> str:
            why.append(_against(bureau, letter, store.rows))
            return why[-1]

        message = write(bureau, invitations, letter) if letter.employee in bureau.book.people else None
        ours = bureau.outbox.claim(letter, against, message.told if message else "")
        report.dropped.update(filter(None, why))
        if ours and message:
            claimed[ours.id] = ours
            yield message


def _against(bureau: Bureau, letter: Letter, rows: Rows) -> str:
    """Return why a letter has become needless, or must not leave, "" when it may."""
    if letter.employee in bureau.sharing:
        return "somebody else has the same e-mail address"
    return _case(bureau, letter.employee, rows).against(letter, bureau.clock())


def _case(bureau: Bureau, id_: str, rows: Rows) -> Case:
    asked, letters, extended = (rows(record, employee=id_) for record in (Invitation, Letter, Extension))
    said = spoken(rows, employee=id_)
    return bureau.case(gather(said, asked, letters, rows(Revocation), extended), id_)


def write(bureau: Bureau, invitations: Invitations, letter: Letter) -> Message:
    """Return a letter with its words and its link."""
    policy, person = bureau.policy, bureau.book.people[letter.employee]
    invitation = standing_now(bureau.register.rows, id=letter.invitation)[0]
    link = f"{policy.url}/l/{invitations.token(invitation)}"
    case = _case(bureau, letter.employee, bureau.register.rows)
    said = occasion(bureau, letter.kind, case, invitation.expires, link)
    rule = _rule(policy, case, person) if said.publishes else None
    words = texts.write(letter.language, said, _WIDTH[letter.channel])
    email = person.portrait.employee.email.strip()
    return Message(letter.id, email, words.subject, words.text, letter.language, rule.named if rule else "")


def occasion(bureau: Bureau, kind: str, case: Case, deadline: str, link: str) -> texts.Occasion:
    """Return what a letter to a person of the newest run says about their question of today."""
    person, policy = case.person, bureau.policy
    if person is None:
        message = "nobody to write to"
        raise ValueError(message)
    verdict, rule = person.portrait.verdict, _rule(policy, case, person)
    return texts.Occasion(
        kind,
        person.name if person.name != person.id else "",
        policy.called(policy.language_of(person.portrait.employee)),
        link,
        datetime.fromisoformat(deadline),
        policy.asking.timezone,
        policy.contact,
        rule.basis if rule else "",
        not case.picture or kind == Question.RETAKE,
        kind == LINK and bool(case.own) and case.question() is None,
        tuple(zip(verdict.reasons, verdict.sentences, strict=False)) if verdict else (),
    )


def _rule(policy: Policy, case: Case, person: Person) -> Rule | None:
    """Return the agreement by which silence publishes, None where the old photo stays: it speaks for nobody who ever answered."""
    spoke = any(one.source != SILENCE for one in case.own)
    return None if spoke else covering(person, policy)


def _sender(bureau: Bureau, channel: str) -> Send:
    from connectors import slack, smtp  # noqa: PLC0415  loads httpx

    if channel == "mail" and bureau.policy.mail:
        mail = smtp.Settings(**bureau.policy.mail.model_dump())
        return lambda letters: smtp.send(mail, letters)
    if channel == "slack" and bureau.policy.slack:
        app = slack.Settings(**bureau.policy.slack.model_dump())
        return lambda letters: slack.send(app, letters)
    message = f"review.toml has no section {channel}"
    raise ConfigError(message)


def _note(ended: Letter, report: Report) -> None:
    match ended.state:
        case State.SENT:
            report.sent += 1
        case State.QUEUED:
            report.later += 1
        case State.FAILED:
            report.failed.append((ended.employee, ended.why))
        case _:
            report.unclear.append(ended.employee)
