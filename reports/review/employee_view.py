"""What a person's own page shows."""

from pathlib import Path
from typing import Any

from starlette.responses import Response

from catchlight.agreements import BY
from catchlight.company import Person
from catchlight.deciding import Code
from catchlight.notices import all_notices, find_notice, record_notice
from catchlight.own_word import BULK, spoken_for
from catchlight.records import Answer, Decision, Render
from catchlight.review_records import Upload
from catchlight.runs import Candidate
from catchlight.showing import Before
from catchlight.wishes import TAGS
from reports.review.employee_acts import CODES, acts_for
from reports.review.employee_delegates import ENDED, delegates_of
from reports.review.employee_form import COMMENT, Filled
from reports.review.employee_others import silence_of, told_who_decides
from reports.review.employee_places import offers
from reports.review.employee_shown import Stands, stands_now
from reports.review.employee_slack import offer
from reports.review.employee_take import can_take
from reports.review.picture import photos_of
from reports.review.place import Place, Stand, place_of, tried
from reports.review.story import photoless, problems_of, story_of, unread
from reports.review.visit import Visit

NOTICES = Path(__file__).parent / "notices"
_DONE = (Code.TAKEN, Code.KNOWN)
_PLACES = ("placed", "off", "own_set", "own_back")  # what became of where somebody wants to be shown


def me(visit: Visit, employee: str, status: int = 200, filled: Filled | None = None, **more: Any) -> Response:
    """Return a person's own page, with their form as they filled it where something was missing."""
    person = visit.desk.company.book().people.get(employee)
    if person is None:
        return visit.page("nothing.html.j2")
    return visit.page("me.html.j2", status, **view_of(visit, person, filled) | more)


def view_of(visit: Visit, person: Person, filled: Filled | None = None) -> dict[str, Any]:
    """Return the values of a person's page."""
    desk, say = visit.desk, visit.words
    place = tried(place_of(person, desk.register, desk.policy), person, desk.register, desk.home)
    picture = _looked_at(visit, person, place)
    filled = filled or Filled()
    stands, silence = stands_now(visit, person.id), silence_of(visit, person)
    was = _was(visit, person, picture, place, stands)
    bare = photoless(person) or was == "sent" or stands.showing.before == Before.NONE
    return offers(visit, person.id, place, filled, stays=stands.showing.stays) | {
        **delegates_of(visit, person.id),
        "person": person,
        "staff": person.portrait.employee,
        "place": place,
        "picture": picture,
        "views": _views(person),
        "view": _views(person).get(picture) or person.portrait.render,
        "story": story_of(person, picture, say),
        "problems": problems_of(person, say),
        "notice": find_notice(desk.policy, NOTICES, say.language),
        "was": was,
        "photoless": photoless(person),
        "missing": place.stand == Stand.RETAKE and photoless(person),
        "unread": place.stand == Stand.RETAKE and unread(person),
        "silence": silence,
        "decides": told_who_decides(visit, person, silence),
        "over": bool(place.deadline) and place.deadline <= desk.clock().isoformat(),
        "tags": [tag for tag in TAGS if tag != "other_photo" or photos_of(visit, person.id) > 1],
        "most": COMMENT,
        "filled": filled,
        "code": _code(visit, place),
        "acts": [] if place.stand == Stand.REFUSED else acts_for(visit, person.portrait.employee),
        "uploads": desk.uploads is not None,
        "largest": desk.policy.server.largest_upload,
        "refused": "",
        "spoken": spoken_by(visit, place.last),
        "stands": stands,
        "told": stands.words(say, bare=bare),
        "can": _can(place, stands),
        "take": can_take(place),
        "slack": offer(visit, person.id, place),
        "again": "again" in visit.request.query_params,
    }


def _views(person: Person) -> dict[str, Render | Candidate]:
    """Return the pictures to choose from, the newest first, each with what it is shown beside."""
    found: dict[str, Render | Candidate] = {}
    if person.pictures and person.portrait.render and person.portrait.picture in person.pictures:
        found[person.portrait.picture] = person.portrait.render
    return found | {one.picture: one for one in person.earlier}


def _was(visit: Visit, person: Person, picture: str, place: Place, stands: Stands) -> str:
    """Return what the photo beside a portrait is to the person: sent by them, theirs of now or of before, or what it was made from."""
    view = _views(person).get(picture) or person.portrait.render
    sent = {one.photo for one in visit.desk.register.rows(Upload, employee=person.id)}
    if view and view.photo in sent:
        return "sent"
    if stands.showing.before == Before.NONE:
        return "source"
    if place.stand == Stand.PUBLISHED:
        return "earlier"
    return "source" if stands.showing.since else "current"


def _looked_at(visit: Visit, person: Person, place: Place) -> str:
    asked = visit.request.query_params.get("picture", "")
    return asked if asked in person.pictures else place.picture


def _code(visit: Visit, place: Place) -> str:
    """Return what became of the answer just sent, "" when none was; what is recorded speaks for itself."""
    code = visit.request.query_params.get("code", "")
    if code in _DONE:
        return code if place.last else ""
    return code if code in (*Code, *_PLACES, *CODES, ENDED, "again") else ""


def spoken_by(visit: Visit, last: Decision | None) -> tuple[str, str]:
    """Return how somebody else gave the person's answer, and who or on what basis; "" when they did so themselves."""
    how = spoken_for(last) if last else ""
    if last is None or not how:
        return "", ""
    if how == "delegate":
        colleague = visit.desk.company.book().people.get(last.by)
        return how, colleague.name if colleague else visit.words("state.spoken.colleague")
    told = {"silence": last.by.removeprefix(BY), "bulk": last.source.removeprefix(BULK)}
    return how, told.get(how, last.by)


def _can(place: Place, stands: Stands) -> tuple[str, ...]:
    """Return which answers are possible here; what is shown is taken back by a form of its own."""
    if place.stand == Stand.PUBLISHED:
        return (Answer.REFUSE,) if stands.can_go else (Answer.KEEP, Answer.REFUSE)
    can = [Answer.UPLOAD]
    if place.stand != Stand.REFUSED:
        can.append(Answer.REFUSE)
    if place.stand != Stand.KEPT:
        can.append(Answer.KEEP)
    if place.picture:
        can += [Answer.APPROVE, Answer.RETRY]
    return tuple(can)


def shown_notice(visit: Visit, digest: str) -> str:
    """Record the notice that a form says was shown; return its digest, "" when there is no such text here."""
    notices = all_notices(visit.desk.policy, NOTICES)
    if digest not in notices:
        return ""
    record_notice(visit.desk.register, notices[digest])
    return digest
