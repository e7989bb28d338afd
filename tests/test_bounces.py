"""``catchlight review bounces``: letters that came back, told apart from everything else in a mailbox."""

import mailbox
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from catchlight.closing import close
from catchlight.outbox import State
from catchlight.policy import Policy
from flows.commands import review
from flows.correspondence import Order, invite, remind
from flows.returned_mail import EARLIER, KNOWN, LATER, OTHER, UNKNOWN, Returned, take_back
from tests.letter_company import LetterCompany, make_company, post_office
from tests.mail_server import Mailbox

REPORT = """\
From: Mail Delivery Subsystem <mailer-daemon@mx.example.net>
To: photos@example.com
Date: {date}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

I am sorry to tell you.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Original-Recipient: rfc822;{to}
Final-Recipient: rfc822; someone.else@forward.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such user, see https://mx.example.net/secret

--b1
Content-Type: {kind}

{headers}

--b1--
"""


@pytest.fixture
def company(tmp_path: Path) -> LetterCompany:
    """Return a company of two."""
    return make_company(tmp_path, "ann", "bob")


@pytest.fixture
def box(company: LetterCompany) -> Iterator[Mailbox]:
    """Return the company's mailbox after both were invited."""
    with post_office(company) as box:
        invite(company.bureau(), "mail", Order("hr"))
        yield box


def report(company: LetterCompany, box: Mailbox, to: str = "ann@example.com", **more: str) -> str:
    """Return what a mail server reports an hour after the invitation."""
    letter = next(one for one in box.letters if one["To"] == "ann@example.com")
    date = format_datetime(company.now + timedelta(hours=1))
    headers = f"Message-ID: {letter['Message-ID']}\nTo: {to}\nSubject: x\n\nYour portrait"
    parts = {
        "action": "failed",
        "status": "5.1.1",
        "date": date,
        "headers": headers,
        "kind": "message/rfc822",
    }
    return REPORT.format(to=to, **parts | more)


def read(company: LetterCompany, text: str) -> Returned:
    """Read one report from a folder."""
    folder = company.home.parent / "mails"
    folder.mkdir(exist_ok=True)
    (folder / "1.eml").write_text(text)
    return take_back(company.bureau(), folder)


def state(company: LetterCompany, employee: str = "ann") -> tuple[str, str]:
    """Return the last state of somebody's letter, and why."""
    last = [one for one in company.letters() if one.employee == employee][-1]
    return last.state, last.why


def silent(company: LetterCompany) -> int:
    """Return how many are silent after their deadline."""
    at = company.now + timedelta(days=20)
    return close(company.home, company.bureau().register, Policy(), at, dry=True).others


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
def test_who_was_not_reached_was_not_asked(company: LetterCompany, box: Mailbox, kind: str) -> None:
    """Their silence does not count; the reason is kept without links; nobody else is touched."""
    assert silent(company) == 2
    found = read(company, report(company, box, kind=kind))
    assert [who for who, _ in found.failed] == ["ann"]
    assert state(company) == (State.FAILED, "came back: 5.1.1 smtp; 550 5.1.1 no such user, see …")
    assert state(company, "bob")[0] == State.SENT
    assert silent(company) == 1


def test_a_corrected_address_gets_another_letter(company: LetterCompany, box: Mailbox) -> None:
    """With --retry-failed; the old report then changes nothing, whichever address it went to."""
    old = report(company, box)
    read(company, old)
    company.later(hours=2)
    box.to.clear()
    assert invite(company.bureau(), "mail", Order("hr")).draft.failed == ["ann"]
    invite(company.bureau(), "mail", Order("hr", retry_failed=True))
    assert box.to == ["ann@example.com"]
    assert read(company, old).left == {EARLIER: 1}
    assert state(company)[0] == State.SENT
    company.add("ann", email="ann.new@example.com")
    company.finish("r2")
    assert [why for _, why in read(company, old).strange] == [OTHER]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"status": "4.2.2"}, LATER),
        ({"action": "delayed"}, LATER),
        ({"to": "eve@example.com"}, OTHER),
        ({"headers": "Subject: x"}, UNKNOWN),
        ({"headers": f"Message-ID: <{'0' * 32}@example.com>"}, UNKNOWN),
        ({"date": "yesterday"}, EARLIER),
        ({"date": "Mon, 1 Jun 2026 10:00:00 +0000"}, EARLIER),
    ],
    ids=str,
)
def test_what_is_not_final_or_not_ours_changes_nothing(
    company: LetterCompany, box: Mailbox, more: dict[str, str], why: str
) -> None:
    """It is told, and the letter stays as it was."""
    before = company.letters()
    found = read(company, report(company, box, **more))
    assert [*found.left, *(reason for _, reason in found.strange)] == [why]
    assert (found.failed, company.letters()) == ([], before)


@pytest.mark.parametrize("text", ["", "nothing\n", "Content-Type: multipart/report\n\nx", "\x00\xff" * 99])
@pytest.mark.usefixtures("box")
def test_any_other_mail_is_passed_over(company: LetterCompany, text: str) -> None:
    """A mailbox holds whatever people write."""
    found = read(company, text)
    assert (found.mails, found.reports, found.failed, found.strange) == (1, 0, [], [])


def test_a_delivery_is_no_failure(company: LetterCompany, box: Mailbox) -> None:
    """Servers report success, too."""
    assert read(company, report(company, box, action="delivered", status="2.0.0")).reports == 0


def test_a_folder_a_maildir_and_an_mbox_are_read_alike(company: LetterCompany, box: Mailbox) -> None:
    """And left as they are; the second reading changes nothing more."""
    root, text = company.home.parent, report(company, box)
    (root / "one.eml").write_text(text)
    maildir = mailbox.Maildir(root / "maildir")
    maildir.add(text)
    mbox = mailbox.mbox(root / "mbox")
    mbox.add(text)
    mbox.flush()
    before = (root / "mbox").read_bytes()
    for place in ("one.eml", "maildir", "mbox"):
        assert take_back(company.bureau(), root / place, dry=True).failed
    assert state(company)[0] == State.SENT
    assert take_back(company.bureau(), root / "mbox").failed
    assert take_back(company.bureau(), root / "maildir").left == {KNOWN: 1}
    assert (root / "mbox").read_bytes() == before
    assert len(list((root / "maildir/new").iterdir())) == 1


def bounces(company: LetterCompany, *words: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(review.app, ["bounces", *words, "--home", str(company.home)])


def test_the_command_says_what_it_did(company: LetterCompany, box: Mailbox) -> None:
    """Who was not reached and why; with --dry-run the same, and nothing is changed; strange reports end with 1."""
    folder = company.home.parent / "mails"
    folder.mkdir()
    (folder / "a.eml").write_text(report(company, box))
    done = bounces(company, str(folder), "--dry-run")
    assert (done.exit_code, state(company)[0]) == (0, State.SENT)
    assert "Nothing was changed." in done.output
    assert "ann was not reached: 5.1.1" in bounces(company, str(folder)).output
    assert state(company)[0] == State.FAILED
    (folder / "b.eml").write_text(report(company, box, to="eve@example.com"))
    done = bounces(company, str(folder))
    assert done.exit_code == 1
    assert f"b.eml changed nothing: the report {OTHER}" in done.output
    assert bounces(company, str(company.home.parent / "nothing")).exit_code == 2
    assert bounces(company, str(company.home / "register.db")).exit_code == 2


def test_who_was_not_reached_is_not_reminded(company: LetterCompany, box: Mailbox) -> None:
    """No further letter goes to an address that does not exist."""
    read(company, report(company, box))
    box.to.clear()
    company.later(days=5)
    remind(company.bureau(), Order("hr"))
    assert box.to == ["bob@example.com"]
