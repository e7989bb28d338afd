"""Who must say yes: the person, the brand owner where asked, and a policy only for the silent that it covers."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight import ledger
from catchlight.closing import close
from catchlight.home import Home
from catchlight.policy import load_policy
from catchlight.publish_plan import Plan
from catchlight.publish_planning import draw
from catchlight.publishing import apply
from catchlight.records import Answer, Decision, Employee, Outcome, Rung, Side
from catchlight.register import Register, now
from catchlight.review_records import Invitation, Letter, Revocation
from catchlight.runs import Candidate
from flows.commands import review
from tests.published_company import SIZES, Company, codes, make_company, portrait

TOMORROW = datetime.now(UTC) + timedelta(days=1)
SILENCE = """
[[silence]]
entities = ["ACME AG"]
basis = "works agreement 12"
rungs = ["keep", "crop"]
"""


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company in which ana has a portrait and an earlier one, and bo has a portrait."""
    company = make_company(tmp_path)
    company.run("r1", {"ana": "new", "bo": "bo"})
    vault = Home(company.home).vault
    earlier = Candidate("ana", "recipe-old", vault.put(portrait("old")), rung=Rung.CROP)
    path = company.home / "runs" / "r1" / ledger.file_name(Candidate)
    ledger.write(path, ledger.table(Candidate, [earlier]))
    return company


def picture(company: Company, seed: str) -> str:
    """Return the digest of a seed's portrait."""
    return Home(company.home).vault.put(portrait(seed))


def say(company: Company, answer: str, seed: str, employee: str = "ana", side: str = Side.EMPLOYEE) -> None:
    """Let somebody answer about a portrait."""
    said = Decision(employee, picture(company, seed), answer, side, now(), side=side)
    add(company, said)


def add(company: Company, *rows: object) -> None:
    """Add rows to the register."""
    register = Register(company.home / "register.db")
    register.add(rows)
    register.close()


def planned(company: Company) -> Plan:
    """Return what publishing would do now."""
    return draw(company.desk(), "latest", SIZES)


def why(company: Company) -> dict[str, str]:
    """Return why each person is left out."""
    return {skip.employee: skip.reason for skip in planned(company).skipped}


def test_an_earlier_portrait_that_was_approved_is_published(company: Company) -> None:
    """The person chose the attempt of before: exactly that one is sent, and it stays so."""
    say(company, Answer.RETRY, "new")
    say(company, Answer.APPROVE, "old")
    (ana,) = planned(company).people
    assert ana.picture == picture(company, "old")
    assert codes(company.publish()) == {"sent": 2, "listed": 1}
    assert codes(company.publish()) == {"unchanged": 2}


def test_no_attempt_is_published_that_the_person_did_not_choose(company: Company) -> None:
    """A yes to the earlier one ends when they ask for a change of it, or say yes to the newer one."""
    say(company, Answer.APPROVE, "old")
    plan = planned(company)
    say(company, Answer.APPROVE, "new")
    assert planned(company).people[0].picture == picture(company, "new")
    results = apply(company.desk(), plan)
    assert codes(results) == {"withdrawn": 2}
    assert results[0].sentence == "another of their portraits was chosen"
    say(company, Answer.RETRY, "old")
    assert why(company)["ana"] == Answer.RETRY


def test_a_portrait_that_asks_for_a_new_photo_leaves_the_earlier_one(company: Company) -> None:
    """Where the last attempt cannot be used, what was good before can still be approved."""
    company.run("r1", {"ana": "new", "bo": ""}, {"ana": Outcome.RETAKE})
    say(company, Answer.APPROVE, "new")
    assert why(company) == {"ana": "older_picture", "bo": "no_portrait"}
    say(company, Answer.APPROVE, "old")
    assert planned(company).people[0].picture == picture(company, "old")


def test_the_brand_owner_can_hold_a_portrait_back(company: Company) -> None:
    """Held, it is not published whatever the person says; a hold after the plan still counts; it can be lifted."""
    say(company, Answer.APPROVE, "bo", "bo")
    plan = planned(company)
    say(company, Answer.HOLD, "bo", "bo", Side.BRAND)
    assert why(company)["bo"] == Answer.HOLD
    assert {skip.employee: skip.sentence for skip in planned(company).skipped}["bo"] == (
        "the brand owner holds it back"
    )
    assert codes(apply(company.desk(), plan)) == {"withdrawn": 2}
    assert company.files() == {}
    say(company, Answer.APPROVE, "bo", "bo", Side.BRAND)
    assert codes(company.publish()) == {"sent": 2, "listed": 1}


def test_two_gates_need_two_yeses_to_the_same_portrait(company: Company) -> None:
    """With the second gate the brand owner's yes is needed too, and never replaces the person's."""
    (company.home / "review.toml").write_text("[gates]\nbrand = true\n", encoding="utf-8")
    say(company, Answer.APPROVE, "bo", "bo", Side.BRAND)
    assert why(company)["bo"] == "no_answer"
    say(company, Answer.APPROVE, "bo", "bo")
    assert [person.employee for person in planned(company).people] == ["bo"]
    say(company, Answer.APPROVE, "old")
    say(company, Answer.APPROVE, "new", side=Side.BRAND)
    assert why(company)["ana"] == "no_brand"


def invited(employee: str, about: str, id_: str = "") -> Invitation:
    """Return an invitation whose deadline is over an hour ago."""
    past = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    return Invitation(
        id_ or f"link-{employee}", employee, about, "hr", "2026-01-01T00:00:00+00:00", past, past
    )


def asked(employee: str, about: str) -> tuple[Invitation, Letter]:
    """Return such an invitation with the letter that left."""
    return invited(employee, about), _letter(employee, "sent")


def hired(
    company: Company, entities: dict[str, str], rung: str = Rung.CROP, outcome: str = Outcome.ACCEPT
) -> dict[str, str]:
    """Finish a run of people with their legal entities; return their pictures."""
    pictures = company.run("r1", {id_: id_ for id_ in entities}, dict.fromkeys(entities, outcome))
    folder = company.home / "runs" / "r1"
    people = [Employee(id_, entity=entity) for id_, entity in entities.items()]
    ledger.write(folder / "employees.parquet", ledger.table(Employee, people))
    renders = ledger.pl.read_parquet(folder / "renders.parquet").with_columns(rung=ledger.pl.lit(rung))
    ledger.write(folder / "renders.parquet", renders)
    return pictures


def closed(company: Company, at: datetime | None = None) -> set[str]:
    """Close the asking and return whom a policy spoke for."""
    register = Register(company.home / "register.db")
    found = close(company.home, register, load_policy(company.home), at)
    register.close()
    return {decision.employee for decision in found.decisions}


@pytest.fixture
def silent(tmp_path: Path) -> Company:
    """Return a company with a rule for one legal entity, where nobody has answered."""
    company = make_company(tmp_path)
    (company.home / "review.toml").write_text(SILENCE, encoding="utf-8")
    return company


def test_silence_is_a_yes_only_where_a_policy_says_so(silent: Company) -> None:
    """Of two silent people the one of the named legal entity is published, and the answer names the basis."""
    pictures = hired(silent, {"ana": "ACME AG", "bo": "Other Ltd"})
    add(silent, *(row for id_, about in pictures.items() for row in asked(id_, about)))
    dry = CliRunner().invoke(review.app, ["close", "--home", str(silent.home), "--dry-run"])
    assert "1 silent past the deadline; it would count as a yes by policy: works agreement 12" in dry.output
    assert "1 silent past the deadline; the old photo stays" in dry.output
    assert not any(id_ in dry.output for id_ in pictures)
    assert why(silent) == dict.fromkeys(pictures, "no_answer")
    told = {skip.employee: skip.sentence for skip in planned(silent).skipped}
    assert "counts that as a yes by works agreement 12" in told["ana"]
    assert "the old photo stays" in told["bo"]
    assert closed(silent) == {"ana"}
    assert closed(silent) == set()
    register = Register(silent.home / "register.db")
    (said,) = register.decisions()
    assert (said.by, said.source, said.side) == ("policy: works agreement 12", "silence", Side.EMPLOYEE)
    assert [person.employee for person in planned(silent).people] == ["ana"]
    register.decide([Decision("ana", pictures["ana"], Answer.KEEP, "ana", now())])
    register.close()
    assert why(silent)["ana"] == Answer.KEEP


def test_silence_needs_an_invitation_that_reached_them(silent: Company) -> None:
    """Not asked, asked about an older portrait, a link that was ended, no letter or one that failed, a day too early."""
    pictures = hired(
        silent, dict.fromkeys(("none", "unsent", "older", "ended", "bounced", "early", "reached"), "ACME AG")
    )
    late = TOMORROW.isoformat()
    add(
        silent,
        invited("unsent", pictures["unsent"]), *asked("older", "another"),
        *asked("ended", pictures["ended"]), Revocation("link-ended", "hr", now()),
        invited("bounced", pictures["bounced"]), _letter("bounced", "queued"), _letter("bounced", "failed"),
        Invitation("link-early", "early", pictures["early"], "hr", now(), late, late), _letter("early", "sent"),
        invited("reached", pictures["reached"]), _letter("reached", "failed"), _letter("reached", "sent"),
    )  # fmt: skip
    assert closed(silent) == {"reached"}
    assert closed(silent, TOMORROW + timedelta(days=1)) == {"early"}


def _letter(employee: str, state: str) -> Letter:
    about = (f"letter-{employee}", employee, f"link-{employee}", "invite", "mail", "en", state, now())
    return Letter(*about, told="works agreement 12 (keep, crop)")


@pytest.mark.parametrize("answer", [Answer.KEEP, Answer.RETRY, Answer.REFUSE, Answer.APPROVE, Answer.UPLOAD])
def test_whoever_ever_answered_is_not_silent(silent: Company, answer: str) -> None:
    """An answer about an older portrait is an answer too: the policy does not speak for them."""
    pictures = hired(silent, {"ana": "ACME AG"})
    add(silent, *asked("ana", pictures["ana"]), Decision("ana", "older", answer, "ana", now()))
    assert closed(silent) == set()


@pytest.mark.parametrize(("rung", "outcome"), [(Rung.RELIGHT, Outcome.ACCEPT), (Rung.CROP, Outcome.REVIEW)])
def test_a_policy_covers_only_slight_changes_without_a_flag(silent: Company, rung: str, outcome: str) -> None:
    """A portrait that was changed further than agreed, or that somebody should look at, is not published unseen."""
    pictures = hired(silent, {"ana": "ACME AG"}, rung, outcome)
    add(silent, *asked("ana", pictures["ana"]))
    assert closed(silent) == set()
