"""Who is published and must not be any more is taken off by the next plan, and by nothing else."""

import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from catchlight import publishing
from catchlight.consents import Consent, Word
from catchlight.desk import Desk
from catchlight.drift import find_drift
from catchlight.errors import ConfigError, PhotoError
from catchlight.publish_planning import draw
from catchlight.publish_right import Rights
from catchlight.records import Answer, Decision, Side
from catchlight.register import now
from catchlight.rollback import rollback
from tests.published_company import Company, apply, codes, make_company

SIZES = ("96",)


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company in which a, b and c are published, and a had a picture before."""
    company = make_company(tmp_path)
    (company.out / "96").mkdir()
    (company.out / "96" / "a.jpg").write_bytes(b"before a")
    company.answer(company.run("r1", {"a": "1", "b": "2", "c": "3"}))
    company.publish(sizes=SIZES)
    return company


def of_everyone(company: Company, run: str, *, only: tuple[str, ...] = ()) -> None:
    """Let a run be one of the whole company, or of a few."""
    folder = company.home / "ledger" / run
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plan.json").write_text(json.dumps({"job": {"only": only, "onto": ""}}))


def says(company: Company, purpose: str, word: str, employee: str = "a") -> None:
    """Let somebody say a word about a purpose."""
    company.desk().register.add([Consent(employee, purpose, word, employee, now())])


def off(desk: Desk, run: str = "latest") -> dict[str, str]:
    """Return who the next plan takes off, and why."""
    return {removal.employee: removal.reason for removal in draw(desk, run, SIZES).removals}


def test_who_refuses_shows_again_what_was_there_before_us(company: Company) -> None:
    """The next plan takes the portrait off; everybody else stays; then nothing is left to do."""
    pictures = company.run("r1", {"a": "1", "b": "2", "c": "3"})
    company.answer({"a": pictures["a"]}, Answer.REFUSE)
    brand = Decision("a", pictures["a"], Answer.APPROVE, "brand", now(), side=Side.BRAND)
    company.desk().register.decide([brand])
    assert off(company.desk()) == {"a": "refuse"}
    assert codes(company.publish(sizes=SIZES)) == {"restored": 1, "unchanged": 2, "listed": 1}
    assert company.files()["96/a.jpg"] == b"before a"
    assert off(company.desk()) == {}
    assert find_drift(company.desk()) == []
    assert codes(rollback(company.desk(), "r1")) == {"removed": 3}


def test_the_old_photo_is_kept_only_by_who_saw_the_new_one_published(company: Company) -> None:
    """To keep the old photo of a newer attempt leaves the published portrait; of the published one, it takes it off."""
    newer = company.run("r2", {"a": "9", "b": "2", "c": "3"})
    company.answer({"a": newer["a"]}, Answer.KEEP)
    assert off(company.desk()) == {}
    published = company.run("r3", {"a": "1", "b": "2", "c": "3"})
    company.answer({"a": published["a"]}, Answer.KEEP)
    assert off(company.desk()) == {"a": "keep"}


def test_who_left_is_taken_off_by_a_run_of_the_whole_company(company: Company) -> None:
    """Nothing of theirs is left, also not what was there before; a run of a few people says nothing of the others."""
    company.answer(company.run("r2", {"b": "2", "c": "3"}))
    of_everyone(company, "r2", only=("b", "c"))
    assert off(company.desk()) == {}
    of_everyone(company, "r2")
    assert off(company.desk()) == {"a": "left"}
    assert codes(company.publish(sizes=SIZES))["removed"] == 1
    assert company.files().keys() == {"96/b.jpg", "96/c.jpg"}
    assert find_drift(company.desk()) == []


def test_a_source_that_lost_its_people_takes_nobody_off(company: Company) -> None:
    """A plan that takes off a larger share than publish.toml allows is refused before anything is written."""
    people = {f"p{number:02}": str(number) for number in range(30)}
    company.answer(company.run("r2", people))
    company.publish(sizes=SIZES)
    company.run("r3", dict(list(people.items())[:15]))
    of_everyone(company, "r3")
    with pytest.raises(ConfigError, match=r"18 of 33 published people would be taken off.*most_removed"):
        apply(company.desk(), draw(company.desk(), "r3", SIZES))
    assert len(company.files()) == 33
    (company.home / "publish.toml").write_text("most_removed = 0.6\n")
    assert codes(apply(company.desk(), draw(company.desk(), "r3", SIZES)))["removed"] == 18


def test_more_changes_at_once_than_the_company_allows_are_refused(company: Company) -> None:
    """A plan that changes a larger share of the people than publish.toml allows is refused before anything is written."""
    company.answer(company.run("r2", {f"p{number:02}": str(number) for number in range(30)}))
    (company.home / "publish.toml").write_text("most_changed = 0.5\n")
    with pytest.raises(ConfigError, match=r"30 of 30 people would change.*most_changed allows 50%"):
        apply(company.desk(), draw(company.desk(), "r2", SIZES))
    assert len(company.files()) == 3
    (company.home / "publish.toml").write_text("most_changed = 1.0\n")
    assert codes(apply(company.desk(), draw(company.desk(), "r2", SIZES)))["sent"] == 30


def test_a_place_that_somebody_does_not_want_is_left_and_taken_off(company: Company) -> None:
    """Consent is by purpose: a word against chat changes nothing on the intranet, a word against the intranet does."""
    says(company, "chat", Word.REFUSED)
    assert off(company.desk()) == {}
    says(company, "intranet", Word.WITHDRAWN)
    assert off(company.desk()) == {"a": "declined"}
    company.publish(sizes=SIZES)
    assert company.files()["96/a.jpg"] == b"before a"
    plan = draw(company.desk(), "latest", SIZES)
    assert [(skip.employee, skip.reason) for skip in plan.skipped] == [("a", "declined")]
    says(company, "intranet", Word.GRANTED)
    assert "a" in {person.employee for person in draw(company.desk(), "latest", SIZES).people}


def test_some_purposes_need_a_yes_of_their_own(company: Company) -> None:
    """What leaves the company is published for those only who said so, beside their yes to the portrait."""
    (company.home / "publish.toml").write_text('opt_in = ["intranet"]\n')
    says(company, "intranet", Word.GRANTED, "b")
    assert off(company.desk()) == {"a": "not_agreed", "c": "not_agreed"}
    assert [person.employee for person in draw(company.desk(), "latest", SIZES).people] == ["b"]


def test_a_consent_withdrawn_in_the_last_moment_counts(company: Company) -> None:
    """Between the check and the write, a withdrawal stops that person's files."""
    company.answer(company.run("r2", {"a": "4", "b": "5", "c": "6"}))
    desk = company.desk()
    plan, asked = draw(desk, "r2", SIZES), list[str]()

    def look(target: str) -> bytes | None:
        asked.append(target)
        if asked.count("96/a.jpg") == 2:  # the first look is the check's
            says(company, "intranet", Word.WITHDRAWN)
        return desk.place.look(target)

    listening = replace(desk, place=replace(desk.place, look=look))
    assert codes(apply(listening, plan)) == {"withdrawn": 1, "sent": 2, "listed": 1}


def test_a_picture_that_its_owner_chose_since_is_not_taken_off(company: Company) -> None:
    """What somebody put there themselves stays, and is no longer ours."""
    company.answer(company.run("r1", {"a": "1", "b": "2", "c": "3"}), Answer.REFUSE)
    (company.out / "96" / "a.jpg").write_bytes(b"my own")
    found = company.publish(sizes=SIZES)
    assert codes(found)["theirs"] == 1
    assert company.files() == {"96/a.jpg": b"my own"}
    assert off(company.desk()) == {}


def test_an_account_that_is_gone_has_nothing_to_take_off(company: Company) -> None:
    """Who left and has no account any more is done, not failed for ever."""
    company.run("r2", {"b": "2", "c": "3"})
    of_everyone(company, "r2")

    def look(target: str) -> bytes | None:
        if target == "96/a.jpg":
            raise PhotoError("account.gone", "there is no such account any more")
        return company.desk().place.look(target)

    desk = replace(company.desk(), place=replace(company.desk().place, look=look))
    assert codes(apply(desk, draw(desk, "r2", SIZES)))["removed"] == 1
    assert off(company.desk()) == {}


def test_theirs_stays_or_is_replaced_as_the_company_says(company: Company) -> None:
    """Who changed their own picture since keeps it when the same portrait is planned again; a newer yes is followed."""
    (company.out / "96" / "a.jpg").write_bytes(b"my own")
    plan = draw(company.desk(), "r1", SIZES)
    assert {person.employee: person.change for person in plan.people}["a"] == "conflict"
    assert codes(apply(company.desk(), plan)) == {"unchanged": 2, "listed": 1}
    (company.home / "publish.toml").write_text('theirs = "replaced"\n')
    assert codes(company.publish(sizes=SIZES))["sent"] == 1
    (company.home / "publish.toml").unlink()
    (company.out / "96" / "a.jpg").write_bytes(b"my own")
    company.answer(company.run("r2", {"a": "7", "b": "2", "c": "3"}))
    assert codes(company.publish(sizes=SIZES))["sent"] == 1


def test_no_answer_comes_between_the_last_question_and_the_journal(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever says no while the question is asked waits until it is written down that their picture is being sent."""
    company.answer(company.run("r2", {"a": "4"}))
    desk, waited = company.desk(), list[bool]()
    plan, asked = draw(desk, "r2", ("96",)), publishing.rights

    def says_no_meanwhile(*words: Any) -> Rights:
        no = threading.Thread(target=says, args=(company, "intranet", Word.WITHDRAWN))
        no.start()
        no.join(0.2)
        waited.append(no.is_alive())
        return asked(*words)

    monkeypatch.setattr(publishing, "rights", says_no_meanwhile)
    assert codes(apply(desk, plan)) == {"sent": 1, "listed": 1}
    assert waited == [True]
