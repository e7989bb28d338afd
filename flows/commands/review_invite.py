"""``catchlight review invite | remind | revoke``: people are asked, reminded, and links withdrawn."""

import getpass
from collections import Counter as Tally
from dataclasses import replace
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from catchlight.asking import LINK
from catchlight.identities import read_ids
from catchlight.spelling import as_known, ids_of
from flows.commands.options import HOME, HomeOption
from flows.commands.publish_words import say
from flows.commands.review_told import print_out, tell_led, tell_people, tell_silent, tell_unread
from flows.correspondence import Order, Pass
from flows.correspondence import invite as ask
from flows.correspondence import remind as ask_again
from flows.left_out import with_left_out
from flows.letters import PRINT, Bureau, Draft, Round, draw_up, open_bureau
from flows.links import revoke as withdraw
from flows.postbox import Report, check, occasion
from flows.terminal import bars, told
from reports import letters as texts

OnlyOption = Annotated[str, typer.Option("--only", help="Employee ids, separated by commas.")]
AgainOption = Annotated[
    bool,
    typer.Option("--again", help="Also ask people who let an earlier deadline about the same portrait pass."),
]
DryOption = Annotated[
    bool,
    typer.Option(
        "--dry-run", help="Say how many would get what, show one letter of each kind; send nothing."
    ),
]
NowOption = Annotated[bool, typer.Option("--now", help="Send at once, also in quiet hours and at a weekend.")]
RetryOption = Annotated[
    bool,
    typer.Option(
        "--retry-failed", help="Also send to people whose letter was refused; correct the address first."
    ),
]
UnclearOption = Annotated[
    bool,
    typer.Option(
        "--send-unclear", help="Also send letters again that may have been sent when a pass was stopped."
    ),
]


def invite(
    home: HomeOption = HOME,
    only: OnlyOption = "",
    channel: Annotated[
        str, typer.Option("--channel", help="mail, slack, or print: a file with everybody's link.")
    ] = "mail",
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Where print writes its file; else secrets/links.csv in the home."),
    ] = None,
    dry_run: DryOption = False,
    again: AgainOption = False,
    now: NowOption = False,
    retry_failed: RetryOption = False,
    send_unclear: UnclearOption = False,
) -> None:
    """Ask people about their portraits: everybody of the newest run who has not answered yet.

    Each gets one letter, plain text with a personal link; no picture is attached, and opening the
    link decides nothing. Who has no usable portrait is asked for another photo, and told why. Run it
    as often as you like: nobody is asked twice about the same portrait, also not who let the deadline
    pass; their silence is their answer until there is a new portrait, or you ask --again.

    Whoever is named by --only gets a letter in any case: who let a deadline pass is asked once more;
    who has answered, or has been asked and still has time, gets a link to their own page, and no new question or deadline.
    What is sent, when and how is set in review.toml in the home folder.

    Exit code 0: all letters that may leave have left. 1: some could not be sent, or may have been
    sent; the message says which. 2: it could not start.
    """
    with told():
        bureau = open_bureau(home)
        ids = ids_of([only], {*bureau.book.people, *read_ids(home).seen})
        bureau, again = with_left_out(bureau, ids), again or bool(ids)
        if channel == PRINT:
            check(bureau, channel)
            print_out(
                bureau, out or home / "secrets" / "links.csv", Round(PRINT, ids, again=again), dry=dry_run
            )
            return
        if dry_run:
            check(bureau, channel)
            _preview(bureau, draw_up(bureau, Round(channel, ids, retry_failed, again)))
            return
        order = Order(getpass.getuser(), ids, now, retry_failed, send_unclear, again)
        with bars():
            done = ask(bureau, channel, order)
    raise typer.Exit(_tell(bureau, done))


def remind(
    home: HomeOption = HOME,
    only: OnlyOption = "",
    dry_run: DryOption = False,
    now: NowOption = False,
    retry_failed: RetryOption = False,
    send_unclear: UnclearOption = False,
) -> None:
    """Remind people who have not answered, and send what waits in the outbox. Run it every hour or day.

    Reminders are due some days after the invitation (asking.remind in review.toml), each once, by the
    way the invitation took; never after an answer or the deadline. Who asked for another try hears of
    their new portrait. Nobody is asked for the first time here; that is catchlight review invite.

    Exit code 0: all letters that may leave have left. 1: some could not be sent, or may have been
    sent; the message says which. 2: it could not start.
    """
    with told():
        bureau = open_bureau(home)
        ids = ids_of([only], bureau.book.people)
        if dry_run:
            _preview(bureau, draw_up(bureau, Round(only=ids, retry_failed=retry_failed)))
            return
        order = Order(getpass.getuser(), ids, now, retry_failed, send_unclear)
        with bars():
            done = ask_again(bureau, order)
    raise typer.Exit(_tell(bureau, done))


def revoke(
    people: Annotated[list[str], typer.Argument(help="Employee ids.")],
    home: HomeOption = HOME,
) -> None:
    """Withdraw people's personal links and sign them out, such as when a mailbox was lost.

    Their answers stay. catchlight review invite --only ID gives them a new link.
    """
    with told():
        bureau = open_bureau(home)
        people = [as_known(one, bureau.book.people) for one in people]
        ended = withdraw(bureau, getpass.getuser(), people)
    say(f"Links that open nothing any more: {ended}. People signed out: {len(people)}.")


def _preview(bureau: Bureau, draft: Draft) -> None:
    """Print how many letters of each kind there would be, and what the first of each kind says."""
    kinds, records = Tally(one.kind for one in draft.due), bureau.records()
    say(", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())) or "No letter is due.")
    for kind in sorted(kinds):
        due = next(one for one in draft.due if one.kind == kind)
        case = bureau.case(records, due.employee)
        deadline = due.invitation.expires if due.invitation else bureau.ends().isoformat()
        said = occasion(bureau, kind, case, deadline, f"{bureau.policy.url}/l/…")
        language = bureau.policy.language_of(bureau.book.people[due.employee].portrait.employee)
        words = texts.write(language, replace(said, name=""), 76)  # who has not answered is nobody's list
        say("")
        say(f"{kind}: {words.subject}")
        for line in words.text.splitlines():
            say(f"    {line}")
    _tell_draft(draft)
    say("Nothing was sent.")


def _tell(bureau: Bureau, done: Pass) -> int:
    """Print what a pass did; return the exit code."""
    report = done.report
    say(f"New letters: {done.queued}. Sent: {report.sent}.")
    _tell_draft(done.draft)
    _tell_waiting(bureau, report)
    for why, count in report.dropped.items():
        say(f"  {count} not sent any more: {why}")
    for why in dict.fromkeys(why for _, why in report.failed):
        people = [employee for employee, told_why in report.failed if told_why == why]
        tell_people(f"not sent ({why}); correct it, then --retry-failed", people)
    tell_people("may have been sent; ask them, or send again with --send-unclear", report.unclear)
    for why in report.broken:
        say(f"  {why}. The letters wait for the next pass.")
    bad = report.failed or report.unclear or report.broken or report.later
    draft = done.draft
    return 1 if bad or draft.no_address or draft.sharing or draft.failed else 0


def _tell_waiting(bureau: Bureau, report: Report) -> None:
    if report.later:
        say(f"  {report.later} not taken now; a later pass tries again")
    if report.waiting and report.opens:
        opens = report.opens.astimezone(ZoneInfo(bureau.policy.asking.timezone))
        say(
            f"  {report.waiting} wait until {opens:%Y-%m-%d %H:%M} ({bureau.policy.asking.timezone}); the first "
            "catchlight review remind after that sends them (--now does not wait)"
        )


def _tell_draft(draft: Draft) -> None:
    tell_led([one.employee for one in draft.due if one.kind == LINK])
    tell_people("have no e-mail address; use --channel print", draft.no_address)
    tell_people(
        "share their e-mail address with somebody who is here or left lately, and a personal link is for one alone; "
        "use --channel print",
        draft.sharing,
    )
    tell_unread(draft.unread)
    tell_people("were refused before; correct the address, then --retry-failed", draft.failed)
    tell_people("were asked on paper; use catchlight review invite --channel print", draft.on_paper)
    tell_silent(draft.silent)
