"""What may be done with a photo beside showing it: asked on a person's own page, one tick and one text for each."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import FormData
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from catchlight.acts import ACTS
from catchlight.choosing import Choices, choose
from catchlight.consents import Consent, Word, last_words
from catchlight.deciding import Code
from catchlight.notices import find_act_notice, record_notice
from catchlight.painting import CLOTHES, GENERATE
from catchlight.promises import BIOMETRIC_CHECK, Needs, Promises, load_promises
from catchlight.records import Employee
from catchlight.review_records import Notice
from reports.review.employee_form import text_of
from reports.review.visit import Visit, posted

_LIKE = {CLOTHES: GENERATE}  # what a country asks for the one, it asks for the other
TEXTS = Path(__file__).parent / "acts"
GIVEN, TAKEN_BACK, OTHER_TEXT = CODES = "acts_yes", "acts_no", "acts_anew"


@dataclass(frozen=True, slots=True)
class Act:
    """One act as the page shows it: ``note`` is the key of what holds now, since ``day`` ("" where nothing was said)."""

    name: str
    on: bool
    note: str
    day: str
    notice: Notice


def routes() -> list[BaseRoute]:
    """Return the route of what people agree to have done."""
    return [Route("/me/acts", posted(_save), methods=["POST"])]


def acts_for(visit: Visit, person: Employee) -> list[Act]:
    """Return what the newest run would do to somebody, and whatever they spoke of before."""
    said = visit.desk.register.rows(Consent, employee=person.id)
    return list(_offered(visit, person, load_promises(visit.desk.home), last_words(said)))


def _offered(visit: Visit, person: Employee, trust: Promises, said: dict[str, Consent]) -> Iterator[Act]:
    done = visit.desk.company.book().acts
    for name in ACTS:
        needs, last = trust.needs(_LIKE.get(name, name), person.country), said.get(name)
        if last or (name in done and needs != Needs.NEVER):
            unasked = name == BIOMETRIC_CHECK and needs == Needs.NOTHING
            on = last.word == Word.GRANTED if last else unasked
            notice = find_act_notice(visit.desk.policy, TEXTS, name, visit.words.language)
            yield Act(name, on, _note(needs, last, on=on), last.at if last else "", notice)


def _note(needs: Needs, last: Consent | None, *, on: bool) -> str:
    if needs == Needs.NEVER:
        return "never"
    if last:
        return "yes" if on else "no"
    return "unasked" if on else "open"


def _save(visit: Visit, form: FormData) -> Response:
    """Take each tick that differs from what holds; to take a yes back, nothing must be read."""
    person = visit.desk.company.book().people.get(visit.require("employee").employee)
    if person is None:
        return visit.page("nothing.html.j2")
    offered = [
        one
        for one in acts_for(visit, person.portrait.employee)
        if one.name in text_of(form, "offered").split()
    ]
    changed = {
        one.name: not one.on for one in offered if (text_of(form, f"act-{one.name}") == "yes") != one.on
    }
    texts = {name: _shown(visit, name, text_of(form, f"notice-{name}")) for name, on in changed.items() if on}
    if not all(texts.values()):
        return visit.go(f"/me?code={OTHER_TEXT}")
    for name, on in changed.items():
        choices = Choices({name: on}, ACTS, texts.get(name, ""), text_of(form, "ticket")[:64])
        choose(visit.desk.register, choices, person.id, visit.require("employee").who)
    return visit.go(f"/me?code={GIVEN if texts else TAKEN_BACK if changed else Code.KNOWN}")


def _shown(visit: Visit, act: str, digest: str) -> str:
    """Record the text that a form says was shown; return its digest, "" when there is no such text here."""
    policy = visit.desk.policy
    texts = {
        one.digest: one
        for one in (find_act_notice(policy, TEXTS, act, spoken) for spoken in policy.languages)
    }
    return record_notice(visit.desk.register, texts[digest]) if digest in texts else ""
