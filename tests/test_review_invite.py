"""``catchlight review invite | remind | revoke``: the whole way from a finished run to a mailbox."""

import csv
import logging
import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from catchlight.answers import portraits_of
from catchlight.company import Company
from catchlight.errors import OutsideError
from catchlight.invitations import Invitations, Link
from catchlight.outbox import State, alone
from catchlight.records import Answer, Outcome
from catchlight.register import Register
from catchlight.review_records import Invitation
from catchlight.sessions import Sessions
from flows.correspondence import Order, Pass, invite, remind
from flows.links import link_sender
from flows.server import prefect_server
from tests.letter_company import POLICY, LetterCompany, make_company, post_office, reviewing
from tests.mail_server import Mailbox
from tests.slack_server import TOKEN, Slack, slack_server

ROOT = Path(__file__).parents[1]
LINK = re.compile(r"https://photos\.example\.com/review/l/(\S+)")


@pytest.fixture
def company(tmp_path: Path) -> LetterCompany:
    """Return a company of three."""
    return make_company(tmp_path, "ann", "bob", "cid")


@pytest.fixture
def box(company: LetterCompany) -> Iterator[Mailbox]:
    """Return the company's mailbox, with its server running."""
    with post_office(company) as box:
        yield box


def ask(company: LetterCompany, **order: bool) -> Pass:
    """Invite by mail at the company's time."""
    return invite(company.bureau(), "mail", Order("hr", **order))  # type: ignore[arg-type]


def nag(company: LetterCompany, **order: bool) -> Pass:
    """Remind at the company's time."""
    return remind(company.bureau(), Order("hr", **order))  # type: ignore[arg-type]


def text(letter: EmailMessage) -> str:
    """Return what a letter says, on one line."""
    return " ".join(letter.get_content().split())


def token(letter: EmailMessage) -> str:
    """Return what the only link of a letter carries."""
    (found,) = LINK.findall(letter.get_content())
    return str(found)


def worth(company: LetterCompany, carried: str) -> Link:
    """Return what a link is worth now."""
    register = Register(company.home / "register.db")
    people = Company(company.home).book().people
    opened = Invitations(register, company.home, company.clock).open(
        carried, lambda id_: people[id_].pictures
    )
    return opened.worth


def states(company: LetterCompany) -> list[tuple[str, str, str]]:
    """Return every state of every letter."""
    return [(row.employee, row.kind, row.state) for row in company.letters()]


def test_from_a_finished_run_to_a_mailbox(company: LetterCompany, box: Mailbox) -> None:
    """Everybody gets one letter with a link of their own that opens; the second time nobody does."""
    result = reviewing(company, "invite", "--now")
    assert (result.exit_code, result.output.strip()) == (0, "New letters: 3. Sent: 3.")
    assert sorted(box.to) == ["ann@example.com", "bob@example.com", "cid@example.com"]
    assert len({token(letter) for letter in box.letters}) == 3
    assert {worth(company, token(letter)) for letter in box.letters} == {Link.GOOD}
    result = reviewing(company, "invite", "--now")
    assert (result.exit_code, result.output.strip()) == (0, "New letters: 0. Sent: 0.")
    assert len(box.letters) == 3


def test_who_answered_is_left_alone(company: LetterCompany, box: Mailbox) -> None:
    """No letter after an answer, whichever it is; --only asks nobody else."""
    company.answer("ann")
    company.answer("bob", Answer.KEEP)
    ask(company)
    assert box.to == ["cid@example.com"]
    assert reviewing(company, "invite", "--only", "nobody").exit_code == 2


def test_no_link_is_kept_or_shown(
    company: LetterCompany, box: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    """A token is in the letter, and in no file of the home, no log and nothing that is printed."""
    with caplog.at_level(logging.DEBUG):
        shown = reviewing(company, "invite", "--now").output
    carried = [token(letter).encode() for letter in box.letters]
    assert len(carried) == 3
    kept = b"".join(path.read_bytes() for path in company.home.rglob("*") if path.is_file())
    said = (shown + caplog.text).encode()
    assert b"ann" in kept
    assert not any(one in kept or one in said for one in carried)
    assert not any(one.rpartition(b".")[2] in kept for one in carried)


def test_a_dry_run_sends_and_keeps_nothing(company: LetterCompany, box: Mailbox) -> None:
    """It says how many would get what, shows one letter without a link that works, and changes nothing."""
    result = reviewing(company, "invite", "--dry-run")
    assert result.exit_code == 0
    assert "3 invite" in result.output
    assert "https://photos.example.com/review/l/…" in result.output
    assert "Nothing was sent." in result.output
    assert not any(name in result.output for name in ("Zoë", "Müller", "bob"))
    assert (box.connections, company.letters()) == (0, [])
    assert {file.name for file in (company.home / "secrets").iterdir()} <= {"audit.key"}  # no key for links
    assert Register(company.home / "register.db").rows(Invitation) == []


def test_nobody_is_written_to_in_the_evening(company: LetterCompany, box: Mailbox) -> None:
    """Letters wait over night and leave with the first pass after that; quiet hours are the company's."""
    company.later(hours=8)  # 20:00 in Berlin
    report = ask(company).report
    assert (report.sent, report.waiting, box.connections) == (0, 3, 0)
    assert report.opens
    assert report.opens.isoformat() == "2026-06-04T06:00:00+00:00"
    company.later(hours=9)
    assert nag(company).report.sent == 0
    company.later(hours=3)
    assert nag(company).report.sent == 3


def test_who_answers_while_the_letter_waits_gets_none(company: LetterCompany, box: Mailbox) -> None:
    """What happened over night is looked at before the letter leaves."""
    company.later(hours=8)
    ask(company)
    company.answer("ann", Answer.REFUSE)
    reviewing(company, "revoke", "bob")
    company.later(hours=12)
    report = nag(company).report
    assert box.to == ["cid@example.com"]
    assert report.dropped == {"there is an answer": 1, "the link was withdrawn": 1}


def test_reminders(company: LetterCompany, box: Mailbox) -> None:
    """After three, seven and twelve days, each once, in the words of a reminder, never after an answer."""
    ask(company)
    for day in range(1, 20):
        company.later(days=1)
        if day == 6:
            company.answer("ann")
        nag(company)
        nag(company)
    by_bob = [letter for letter in box.letters if letter["To"] == "bob@example.com"]
    assert [letter["Subject"].split(":")[0] for letter in by_bob] == ["Your new portrait for Example AG"] + [
        "Reminder"
    ] * 3
    assert [kind for who, kind, state in states(company) if (who, state) == ("bob", State.SENT)] == [
        "invite", "remind-3", "remind-7", "remind-12",
    ]  # fmt: skip
    assert box.to.count("ann@example.com") == 2
    assert len({token(letter).split(".")[0] for letter in by_bob}) == 1


def test_one_letter_a_pass_whatever_is_due(company: LetterCompany, box: Mailbox) -> None:
    """After a week without a pass there is one reminder, not two."""
    ask(company)
    company.later(days=8)
    assert nag(company).queued == 3
    assert len(box.letters) == 6


def test_a_newer_letter_takes_the_place_of_one_that_waits(company: LetterCompany, box: Mailbox) -> None:
    """A reminder that the server did not take for days is not sent beside the next one."""
    ask(company)
    box.answers = {"ann@example.com": "450 busy"}
    company.later(days=5)
    nag(company)
    company.later(days=2)
    box.answers = {}
    nag(company)
    kinds = [kind for who, kind, state in states(company) if (who, state) == ("ann", State.SENT)]
    assert kinds == ["invite", "remind-7"]
    assert ("ann", "remind-3", State.DROPPED) in states(company)


def test_somebody_without_a_usable_photo(company: LetterCompany, box: Mailbox) -> None:
    """They are asked for another photo and told why; the link is good until there is a portrait."""
    company.add("dan", Outcome.RETAKE, language="de-AT")
    company.finish("r2")
    ask(company)
    (letter,) = (one for one in box.letters if one["To"] == "dan@example.com")
    assert letter["Subject"] == "Example AG braucht ein anderes Foto von Ihnen"
    assert "Das Foto ist unscharf oder verwackelt; schicken Sie ein scharfes." in text(letter)
    assert letter["Content-Language"] == "de"
    assert worth(company, token(letter)) == Link.GOOD
    company.add("dan", seed="better")
    company.finish("r3")
    assert worth(company, token(letter)) == Link.OLDER


def test_the_next_try_is_announced(company: LetterCompany, box: Mailbox) -> None:
    """Who asked for another try hears of the new portrait with the next pass, and of nothing before."""
    ask(company)
    company.later(hours=1)
    company.answer("ann", Answer.RETRY)
    assert nag(company).queued == 0
    company.later(hours=1)
    company.add("ann", seed="2")
    company.finish("r2")
    assert nag(company).report.sent == 1
    again = box.letters[-1]
    assert again["Subject"] == "Your portrait for Example AG: the next try is there"
    assert worth(company, token(again)) == Link.GOOD
    assert worth(company, token(box.letters[0])) == Link.OLDER


def test_a_try_that_failed_is_told(company: LetterCompany, box: Mailbox) -> None:
    """When another try gave no portrait, the person is asked for a photo, with a link that works."""
    ask(company)
    company.later(hours=1)
    company.answer("ann", Answer.UPLOAD)
    company.later(hours=1)
    company.add("ann", Outcome.RETAKE, seed="2")
    company.finish("r2")
    nag(company)
    assert box.letters[-1]["Subject"] == "Example AG needs another photo of you"
    assert worth(company, token(box.letters[-1])) == Link.GOOD


def test_an_agreement_by_which_silence_publishes_is_named(company: LetterCompany, box: Mailbox) -> None:
    """The letter says so to those for whom silence publishes, and to nobody else.

    Those are people of that legal entity, without a flag, who never gave an answer of their own.
    """
    for id_, outcome in (("eve", Outcome.ACCEPT), ("fay", Outcome.REVIEW), ("gus", Outcome.ACCEPT)):
        company.add(id_, outcome, entity="Example Ltd")
    company.answer("gus", picture="an older one")
    company.finish("r2")
    rule = '[[silence]]\nentities = ["Example Ltd"]\nbasis = "works agreement 2026-04"\n'
    file = company.home / "review.toml"
    file.write_text(f"{file.read_text()}{rule}")
    ask(company)
    said = {letter["To"]: text(letter) for letter in box.letters}
    assert "This rests on: works agreement 2026-04." in said["eve@example.com"]
    for other in ("ann", "fay", "gus"):
        assert "Without an answer your current photo stays." in said[f"{other}@example.com"]


def test_people_without_an_address(company: LetterCompany, box: Mailbox) -> None:
    """They are named, with what to do; the others get their letters."""
    company.add("zed", email="")
    company.finish("r2")
    result = reviewing(company, "invite", "--now")
    assert result.exit_code == 1
    assert "1 have no e-mail address; use --channel print: zed" in result.output
    assert len(box.letters) == 3


def test_a_refused_address(company: LetterCompany, box: Mailbox) -> None:
    """It is told once, not tried again by itself, and tried again when asked for."""
    box.answers = {"ann@example.com": "550 5.1.1 no such user"}
    result = reviewing(company, "invite", "--now")
    assert result.exit_code == 1
    assert "1 not sent (550 5.1.1 no such user); correct it, then --retry-failed: ann" in result.output
    assert "Sent: 2." in result.output
    box.answers = {}
    result = reviewing(company, "invite", "--now")
    assert "were refused before; correct the address, then --retry-failed: ann" in result.output
    assert len(box.letters) == 2
    assert reviewing(company, "invite", "--now", "--retry-failed").exit_code == 0
    assert box.to[-1] == "ann@example.com"


def test_a_server_that_is_down(company: LetterCompany, box: Mailbox) -> None:
    """Letters stay in the outbox; the pass says so, and the next one sends them once."""
    box.answers = {f"{name}@example.com": "421 closing" for name in ("ann", "bob", "cid")}
    report = ask(company).report
    assert (report.sent, report.later, bool(report.broken)) == (0, 3, True)
    box.answers = {}
    assert nag(company).report.sent == 0  # not before some minutes have passed
    company.later(hours=1)
    assert nag(company).report.sent == 3
    assert len(box.letters) == 3
    company.write_policy(1)
    company.later(days=5)
    assert "cannot be reached" in nag(company).report.broken[0]
    assert not any(state == State.SENDING for _, kind, state in states(company) if kind == "remind-3")


def killed(company: LetterCompany, box: Mailbox) -> None:
    """Start to invite, and kill the program when the server holds a letter."""
    command = [sys.executable, "-m", "flows.cli", "review", "invite", "--now", "--home", str(company.home)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
        assert box.held.wait(60)
        os.kill(program.pid, signal.SIGKILL)
    box.hold.clear()
    box.let_go.set()


@pytest.mark.parametrize("when", [2, "bob@example.com"])
def test_a_killed_program_sends_nothing_twice(company: LetterCompany, box: Mailbox, when: int | str) -> None:
    """Killed after the server had the letter, or before: the next pass sends the others, and tells of this one."""
    box.hold = {when}
    killed(company, box)
    assert states(company)[-1] == ("bob", "invite", State.SENDING)
    result = reviewing(company, "invite", "--now")
    assert result.exit_code == 1
    assert "1 may have been sent; ask them, or send again with --send-unclear: bob" in result.output
    assert [box.to.count(f"{name}@example.com") for name in ("ann", "cid")] == [1, 1]
    assert box.to.count("bob@example.com") == (1 if when == 2 else 0)
    before = len(box.letters)
    assert reviewing(company, "remind", "--now", "--send-unclear").exit_code == 0
    assert (len(box.letters), box.to[-1]) == (before + 1, "bob@example.com")
    again = [letter["Message-ID"] for letter in box.letters if letter["To"] == "bob@example.com"]
    assert len(set(again)) == 1
    assert reviewing(company, "remind", "--now").exit_code == 0


def test_an_unclear_letter_matters_only_while_there_is_a_question(
    company: LetterCompany, box: Mailbox
) -> None:
    """Once the person has answered nobody needs to look into it."""
    box.hang_up = {1}
    assert ask(company).report.unclear == ["ann"]
    assert nag(company).report.unclear == ["ann"]
    company.answer("ann")
    assert nag(company).report.unclear == []


def test_only_one_pass_at_a_time(company: LetterCompany, box: Mailbox) -> None:
    """A second pass says that one is running, and sends nothing."""
    with alone(company.home):
        result = reviewing(company, "invite", "--now")
    assert result.exit_code == 2
    assert "letters are being sent already" in " ".join(result.output.split())
    assert box.letters == []


def test_hostile_names(company: LetterCompany, box: Mailbox) -> None:
    """Names and ids with line breaks, markup and links add no header, no link and no line."""
    for number, name in enumerate(("a\r\nBcc: x@evil.example", "<b>https://evil.example</b>", "=cmd()|x")):
        company.add(
            f"{number}\r\nTo: y@evil.example", given_name=name, family_name="", email=f"{number}@example.com"
        )
    company.finish("r2")
    assert ask(company).report.sent == 6
    assert sorted(box.to) == [f"{who}@example.com" for who in ("0", "1", "2", "ann", "bob", "cid")]
    for letter in box.letters:
        assert set(letter.keys()) == set(box.letters[0].keys())
        assert "evil" not in letter.as_string()
        assert token(letter)
    assert "\r" not in reviewing(company, "invite", "--dry-run").output


def test_links_on_paper(company: LetterCompany, box: Mailbox) -> None:
    """A table that spreadsheets open, for its owner's eyes alone; who is in it is not asked by mail too."""
    company.add("eve", given_name="=HYPERLINK(1)", family_name="")
    company.finish("r2")
    company.answer("ann")
    assert reviewing(company, "invite", "--channel", "print", "--dry-run").exit_code == 0
    file = company.home / "secrets" / "links.csv"
    assert not file.exists()
    for _ in range(2):
        assert reviewing(company, "invite", "--channel", "print").exit_code == 0
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with file.open(encoding="utf-8-sig", newline="") as table:
        rows = list(csv.DictReader(table))
    assert [(row["id"], row["name"]) for row in rows] == [
        ("bob", "Zoë Müller"), ("cid", "Zoë Müller"), ("eve", "'=HYPERLINK(1)"),
    ]  # fmt: skip
    assert all(worth(company, LINK.findall(row["link"])[0]) == Link.GOOD for row in rows)
    company.now = company.bureau().clock()
    assert reviewing(company, "invite", "--now").output.strip() == "New letters: 0. Sent: 0."
    assert box.letters == []


def test_a_withdrawn_link(company: LetterCompany, box: Mailbox) -> None:
    """The link opens nothing, whoever used it is signed out, and a new invitation brings a new link."""
    ask(company)
    first = {letter["To"]: token(letter) for letter in box.letters}
    sessions = Sessions(Register(company.home / "register.db"))
    cookie = sessions.begin("ann", employee="ann")
    assert sessions.find(cookie)
    result = reviewing(company, "revoke", "ann")
    assert result.exit_code == 0
    assert worth(company, first["ann@example.com"]) == Link.REVOKED
    assert worth(company, first["bob@example.com"]) == Link.GOOD
    assert sessions.find(cookie) is None
    ask(company)
    assert len(box.letters) == 4
    assert worth(company, token(box.letters[-1])) == Link.GOOD
    assert reviewing(company, "revoke", "nobody").exit_code == 2


def test_by_slack(company: LetterCompany, tmp_path: Path) -> None:
    """The same letter as a direct message, and the reminder on the same way."""
    slack = Slack({f"{name}@example.com": f"U{name}" for name in ("ann", "bob")})
    file = tmp_path / "token"
    file.write_text(TOKEN)
    file.chmod(0o600)
    with slack_server(slack) as address:
        company.write_policy(1, f'[slack]\ntoken_file = "{file}"\naddress = "{address}"\n')
        result = reviewing(company, "invite", "--channel", "slack", "--now")
        assert result.exit_code == 1
        assert "1 not sent (nobody in this Slack workspace has this e-mail address" in result.output
        assert [sent["channel"] for sent in slack.messages] == ["DUann", "DUbob"]
        assert "your current photo stays.\n" in slack.messages[0]["text"]
        company.now = company.bureau().clock()
        assert TOKEN.encode() not in (company.home / "register.db").read_bytes()
        assert reviewing(company, "remind", "--dry-run").exit_code == 0
    assert not any(row.channel == "mail" for row in company.letters())


def test_a_fresh_link_on_request(company: LetterCompany, box: Mailbox) -> None:
    """Whoever holds an old link gets a new one to the address that is known, at most once an hour."""
    ask(company)
    old = Register(company.home / "register.db").rows(Invitation, employee="ann")[0]
    company.later(hours=1)
    company.answer("ann")
    company.later(minutes=1)
    send = link_sender(company.home, company.clock)
    for _ in range(3):
        posting = send(old)
        assert posting
        posting.join(30)
    assert len(box.letters) == 4
    letter = box.letters[-1]
    assert (letter["To"], letter["Subject"]) == (
        "ann@example.com",
        "Your link for your portrait at Example AG",
    )
    assert worth(company, token(letter)) == Link.GOOD
    assert "Without an answer" not in letter.get_content()
    assert "holds until you change it" in " ".join(letter.get_content().split())


@pytest.mark.prefect
def test_the_flow_does_what_the_command_does(company: LetterCompany, box: Mailbox) -> None:
    """On a private server: a mail server that is down fails the flow; then what is due is sent, once."""
    from flows.upkeep import remind as flow  # noqa: PLC0415  Prefect is slow to import

    file = company.home / "review.toml"
    always = 'weekends = true\nquiet_from = "00:00"\nquiet_until = "00:00"\n'
    file.write_text(file.read_text().replace("[asking]\n", f"[asking]\n{always}"))
    company.now = datetime.now(UTC) - timedelta(days=4)
    ask(company)
    good = file.read_text()
    with prefect_server(company.home):
        file.write_text(re.sub(r"port = \d+", "port = 1", good))
        with pytest.raises(OutsideError, match=r"127\.0\.0\.1:1: cannot be reached"):
            flow(home=company.home)
        file.write_text(good)
        assert flow(home=company.home) == 3
        assert flow(home=company.home) == 0
    assert len(box.letters) == 6


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["invite"], "review.toml has no section mail"),
        (["invite", "--channel", "fax"], "there are mail, slack and print"),
        (["invite", "--home", "{home}/nowhere"], "no such folder"),
        (["remind"], "neither a section mail nor one named slack"),
    ],
)
def test_what_cannot_start_says_why(company: LetterCompany, words: list[str], says: str) -> None:
    """Exit code 2 and one sentence."""
    result = reviewing(company, *(word.format(home=company.home) for word in words))
    assert result.exit_code == 2
    assert says in " ".join(result.output.split())


def test_a_language_without_letters_cannot_start(company: LetterCompany) -> None:
    """A mistake in review.toml is found before the first letter."""
    company.write_policy(25, text=f'languages = ["en", "fr"]\n{POLICY}')
    result = reviewing(company, "invite", "--dry-run")
    assert result.exit_code == 2
    assert "'fr'" in result.output


def test_answers_from_a_file_end_the_asking(company: LetterCompany, box: Mailbox) -> None:
    """However an answer came in, it counts."""
    ask(company)
    answers = company.home.parent / "answers.csv"
    answers.write_text(f"employee,answer,picture\nann,approve,{portraits_of(company.home).pictures['ann']}\n")
    assert reviewing(company, "import", str(answers)).exit_code == 0
    company.later(days=3)
    company.now = max(company.now, company.bureau().clock())
    nag(company)
    assert box.to.count("ann@example.com") == 1
