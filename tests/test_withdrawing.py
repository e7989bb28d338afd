"""A yes that was taken back is honoured wherever it can be, whatever became of the other places."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight.audit import AuditLine
from catchlight.consents import Consent, Word
from catchlight.desk import Desk, open_register
from catchlight.errors import OutsideError, PhotoError
from catchlight.journal import State
from catchlight.records import Answer, Decision, Receipt
from catchlight.register import now
from catchlight.vault import Vault
from catchlight.withdrawals import withdrawn
from flows import withdrawing
from flows.commands.people import app as people
from flows.commands.publish import app
from flows.withdrawing import honour
from tests.published_company import Company, make_company

RUN = "20261101-100000"


def day(number: int) -> str:
    """Return nine o'clock of a day of a month that is over."""
    return f"2026-01-{number:02}T09:00:00.000000+00:00"


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company that published two people at two folders, and one of them refuses since."""
    made = make_company(tmp_path)
    made.answer(made.run(RUN, {"a": "a", "b": "b"}))
    for out in (made.out, tmp_path / "second"):
        out.mkdir(exist_ok=True)
        Company(made.home, out).publish(RUN, ("96",))
    made.answer({"a": ""}, Answer.REFUSE)
    return made


def _withdrawals(company: Company, *more: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["withdrawals", "--home", str(company.home), "--yes", *more])
    return done.exit_code, " ".join(done.output.split())


def _answer(number: int, answer: Answer) -> Decision:
    return Decision("a", "", answer, "a", day(number))


def _consent(number: int, word: Word) -> Consent:
    return Consent("a", "intranet", word, "a", day(number))


@pytest.mark.parametrize(
    ("said", "reason", "since"),
    [
        ([_answer(2, Answer.REFUSE), _answer(5, Answer.RETRY)], "refuse", 2),
        ([_answer(2, Answer.REFUSE), _answer(5, Answer.REFUSE)], "refuse", 2),
        ([_answer(2, Answer.KEEP), _answer(5, Answer.REFUSE)], "refuse", 2),
        ([_answer(2, Answer.REFUSE), _consent(5, Word.WITHDRAWN)], "refuse", 2),
        ([_consent(2, Word.WITHDRAWN), _answer(5, Answer.REFUSE)], "refuse", 2),
        ([_consent(2, Word.WITHDRAWN), _consent(5, Word.REFUSED)], "declined", 2),
        ([_consent(2, Word.REFUSED), _consent(3, Word.GRANTED), _consent(5, Word.WITHDRAWN)], "declined", 5),
        ([_answer(2, Answer.REFUSE), _answer(3, Answer.APPROVE), _answer(5, Answer.REFUSE)], "refuse", 5),
    ],
)
def test_a_withdrawal_is_due_a_day_after_the_first_no(
    said: list[Decision | Consent], reason: str, since: int, tmp_path: Path
) -> None:
    """Nothing said later gives more time, but a yes: then it runs anew."""
    made = make_company(tmp_path)
    made.run(RUN, {"a": "a"})
    _published_at(made, made.desk().place.name, "a")
    (made.out / "a").touch()
    with closing(open_register(made.home)) as register:
        register.add([_answer(1, Answer.APPROVE), *said])
    (found,) = withdrawn(made.desk(), 24)
    assert (found.reason, found.said, found.due) == (reason, day(since), day(since + 1))


def _published_at(company: Company, place: str, *people: str) -> None:
    sent = Vault(company.home / "vault").put(b"a portrait")
    with closing(open_register(company.home)) as register:
        register.add([Receipt(place, one, one, sent, "", State.DONE, now(), RUN) for one in people])


def test_a_folder_that_is_gone_keeps_nobody_shown_at_the_others(company: Company, tmp_path: Path) -> None:
    """What can be put back is; that one place failed, for whom and why, is said with exit code 1."""
    shutil.move(company.out, tmp_path / "unmounted")
    code, said = _withdrawals(company)
    assert (tmp_path / "second/96/a.jpg").exists() is False
    assert (tmp_path / "second/96/b.jpg").exists()
    assert (code, "Still shown: a at folder:" in said, "no such folder" in said) == (1, True, True)
    shutil.move(tmp_path / "unmounted", company.out)
    assert _withdrawals(company)[0] == 0
    assert list(company.files()) == ["96/b.jpg"]


@pytest.mark.parametrize("what", ["withdrawals", "rollback", "plan"])
def test_an_empty_mount_point_is_no_place_from_which_all_is_gone(
    company: Company, tmp_path: Path, what: str
) -> None:
    """Nothing is noted as put back, and nothing written under the disk: it is shown again once that is mounted."""
    shutil.move(company.out, tmp_path / "unmounted")
    company.out.mkdir()
    commands = {
        "withdrawals": ["withdrawals", "--yes"], "rollback": ["rollback", "--person", "a", "--yes"],
        "plan": ["plan", "--to", str(company.out)],
    }  # fmt: skip
    done = CliRunner().invoke(app, [*commands[what], "--home", str(company.home)])
    assert "is the disk mounted?" in " ".join(done.output.split())
    assert done.exit_code in {1, 2}
    assert not list(company.out.iterdir())
    company.out.rmdir()
    shutil.move(tmp_path / "unmounted", company.out)
    assert _withdrawals(company)[0] == 0
    assert list(company.files()) == ["96/b.jpg"]


def test_who_is_published_at_a_place_that_is_gone_can_be_erased(company: Company) -> None:
    """Whoever knows that a place is no more says so; without that nothing is erased, and the others are told."""
    _published_at(company, "ldap:old", "a")
    _published_at(company, "slack_own_photo:slack", "a")

    def erase(*more: str) -> tuple[int, str]:
        done = CliRunner().invoke(people, ["erase", "a", "--home", str(company.home), "--yes", *more])
        return done.exit_code, " ".join(done.output.split())

    code, said = erase()
    assert (code, "nothing was erased" in said, "--gone" in said) == (2, True, True), said
    assert erase("--gone", "ldap:odd")[0] == 2
    code, said = erase("--gone", "ldap:old")
    assert (code, "nothing is left" in said) == (0, True), said
    assert "Stays: slack_own_photo:slack" in said
    assert list(company.files()) == ["96/b.jpg"]


def test_a_destination_that_is_named_no_more_keeps_nobody_shown_at_the_others(company: Company) -> None:
    """Who waits there counts as failed, with the file that lacks it, and not against the guard."""
    _published_at(company, "ldap:old", "a", "b")
    company.answer({"b": ""}, Answer.REFUSE)
    _published_at(company, "ldap:older", "c", "d", "e")
    company.answer({"c": "", "d": "", "e": ""}, Answer.REFUSE)
    done = honour(company.home, 2)
    assert company.files() == {}
    assert {(one.employee, one.destination) for one, _ in done.failed} == {
        ("a", "ldap:old"), ("b", "ldap:old"), ("c", "ldap:older"), ("d", "ldap:older"), ("e", "ldap:older"),
    }  # fmt: skip
    assert all("destinations.toml" in why for _, why in done.failed)
    assert done.overdue == 0


def test_a_picture_that_somebody_set_themselves_is_theirs_to_take_off(company: Company) -> None:
    """Nobody else can: it does not keep the others from being put back, and does not fail for ever."""
    _published_at(company, "slack_own_photo:slack", "a")
    assert _withdrawals(company)[0] == 0
    assert list(company.files()) == ["96/b.jpg"]


def _put_back(company: Company, *more: str) -> tuple[int, str]:
    """Run the command where nobody sits at a terminal."""
    done = CliRunner().invoke(app, ["withdrawals", "--home", str(company.home), *more])
    return done.exit_code, " ".join(done.output.split())


def test_a_withdrawal_waits_for_no_answer_where_there_is_no_terminal(company: Company) -> None:
    """From a timer, too, it is carried out: nobody is asked about few people."""
    code, said = _put_back(company)
    assert (code, list(company.files())) == (0, ["96/b.jpg"])
    assert "?" not in said


def test_more_people_than_a_person_confirms_name_the_option(company: Company) -> None:
    """Above ask_above, and above --at-most, nothing is changed, and the option to give is said."""
    company.answer({"b": ""}, Answer.REFUSE)
    (company.home / "publish.toml").write_text("ask_above = 1\n", encoding="utf-8")
    code, said = _put_back(company, "--at-most", "1")
    assert (code, "--at-most 2" in said) == (2, True)
    code, said = _put_back(company)
    assert (code, "give --yes" in said, len(company.files())) == (2, True, 2)
    assert _put_back(company, "--yes")[0] == 0
    assert company.files() == {}


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """Let all places refuse to take anything off; return a list whose only entry is the time that holds there."""
    clock, desks = [datetime.fromisoformat(now())], withdrawing.desks_and_why

    def refuse(_target: str) -> None:
        raise PhotoError("account.refused", "no call removes it")

    def opened(home: Path) -> Iterator[tuple[Desk, str]]:
        for desk, why in desks(home):
            place = replace(desk.place, remove=refuse)
            yield replace(desk, place=place, clock=lambda: clock[0].isoformat(timespec="microseconds")), why

    monkeypatch.setattr(withdrawing, "desks_and_why", opened)
    return clock


def _lines(company: Company) -> int:
    with closing(open_register(company.home)) as register:
        return len(register.rows(AuditLine))


def test_what_is_refused_again_and_again_is_tried_less_often(
    company: Company, refusing: list[datetime]
) -> None:
    """Each hour at first, a week apart after two months: tries fill neither the audit log nor the proofs; the command tries at once."""
    begun, tried = refusing[0], []
    for hour in [*range(4), *range(1440, 1440 + 240, 24)]:
        refusing[0], lines = begun + timedelta(hours=hour, seconds=1), _lines(company)
        done = honour(company.home, 50, patient=True)
        assert {one.employee for one, _ in done.failed} == {"a"}
        tried += [hour] if _lines(company) > lines else []
    assert tried == [0, 1, 2, 3, 1440, 1608]
    assert honour(company.home, 50).proofs


def test_what_was_tried_by_a_clock_that_ran_ahead_puts_nothing_off(
    company: Company, refusing: list[datetime]
) -> None:
    """A machine that was in next year for an hour tries again once it is right."""
    begun = refusing[0]
    refusing[0] = begun + timedelta(days=365)
    honour(company.home, 50, patient=True)
    refusing[0] = begun + timedelta(hours=1)
    assert honour(company.home, 50, patient=True).proofs


def test_who_is_tried_later_is_told_once(
    company: Company, refusing: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the place turns out to be unwell meanwhile: the alarm counts people."""
    begun = refusing[0]
    for hour in (0, 1000, 1001):
        refusing[0] = begun + timedelta(hours=hour, seconds=1)
        done = honour(company.home, 50, patient=True)
    before = len(done.failed)

    def unwell(_desk: Desk) -> None:
        raise OutsideError("it does not answer")

    monkeypatch.setattr(withdrawing, "settle", unwell)
    done = honour(company.home, 50, patient=True)
    assert (before, [why for _, why in done.failed]) == (2, ["it does not answer"] * 2)
