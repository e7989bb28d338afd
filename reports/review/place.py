"""Where a person stands with their portrait, as their own page tells it."""

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from catchlight import redo_plan, wishes
from catchlight.answers import NO_BRAND, OLDER_PICTURE, chosen, clearance, standing
from catchlight.coming_back import is_return
from catchlight.company import Person
from catchlight.deadlines import asks, invitations
from catchlight.deciding import is_published, rounds_used
from catchlight.home import Home
from catchlight.own_word import heard
from catchlight.policy import Policy
from catchlight.records import Answer, Decision, Receipt, Side
from catchlight.register import Register
from catchlight.review_records import Upload
from catchlight.runs import run_folder
from catchlight.spoken import spoken
from catchlight.wish import NO_WISH, Made


class Stand(StrEnum):
    """What a person's page is about."""

    OPEN = "open"
    AGAIN = "again"  # a further try, or a portrait of a photo that they sent
    NEWER = "newer"  # answered about an older portrait
    RETAKE = "retake"  # the photo gave no portrait
    APPROVED = "approved"
    BRAND = "brand"  # approved; the brand owner has not said yes yet
    HELD = "held"  # approved; the brand owner holds it back
    PUBLISHED = "published"
    KEPT = "kept"
    RETRY = "retry"  # a further try is on its way
    UNCHANGED = "unchanged"  # a further try that can change nothing
    READ = "read"  # a further try without a reason that the studio knows: somebody reads the comment
    UPLOADED = "uploaded"  # a portrait of their own photo is on its way
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Place:
    """A person's stand, the portrait it is about ("" for none), their last answer, and the tries left.

    ``why`` is what the brand's side wrote when it held the portrait back.
    """

    stand: Stand
    picture: str
    last: Decision | None
    used: int
    left: int
    deadline: str = ""
    why: str = ""


def place_of(person: Person, register: Register, policy: Policy) -> Place:
    """Return where a person stands now."""
    with register.reading() as store:
        answers = heard(spoken(store.rows, employee=person.id))
        uploads, receipts = store.rows(Upload, employee=person.id), store.rows(Receipt, employee=person.id)
        asked = [one for one in invitations(store.rows, employee=person.id) if asks(one)]
    own = [one for one in answers if one.side == Side.EMPLOYEE]
    last = own[-1] if own else None
    used = rounds_used(answers, uploads)
    picture = _picture(person, answers, last)
    stand = _left(last) or _waiting(person, last, uploads) or _here(person, answers, picture, last)
    if stand in _YES and is_published(answers, receipts, person.pictures):
        stand = Stand.PUBLISHED
    elif stand == Stand.APPROVED:
        stand = _CLEARANCE.get(clearance(answers, picture, brand=policy.gates.brand), Stand.APPROVED)
    left = max(0, policy.asking.rounds - used)
    why = _held(answers, picture) if stand == Stand.HELD else ""
    return Place(stand, picture, last, used, left, max((one.deadline for one in asked), default=""), why)


def tried(place: Place, person: Person, register: Register, home: Path) -> Place:
    """Return the same for somebody whose other try is on its way or who asked for none, else what became of it."""
    if place.last is None or place.stand not in {Stand.RETRY, *_NEW}:
        return place
    sent = register.rows(Upload, employee=person.id)
    if place.stand in _NEW:
        return replace(place, stand=Stand.AGAIN) if _came_of(place.last, person, sent, home) else place
    said = register.decisions(person.id)
    if redo_plan.waits(home, person.id, wishes.asked_by(home, said, sent)):
        return place
    return replace(place, stand=Stand.UNCHANGED if wishes.is_clear(place.last) else Stand.READ)


def _came_of(last: Decision, person: Person, sent: list[Upload], home: Path) -> bool:
    """Whether the newest portrait came of what the person said last: from the photo they sent, or with a wish of theirs."""
    made = person.portrait.render
    if made is None or person.pictures[:1] != (made.picture,):
        return False
    if last.answer == Answer.UPLOAD:
        return bool(sent) and made.photo == sent[-1].photo
    if last.answer != Answer.RETRY or is_return(last):
        return False
    before = wishes.made_before(home, {person.id: [last.picture]})[person.id].get(last.picture, Made())
    now = wishes.wishes_of(Home(home), run_folder(home).name).get(person.id, NO_WISH)
    return now not in (NO_WISH, before.wish)


_YES = (Stand.APPROVED,)
_NEW = (Stand.OPEN, Stand.NEWER)
_CLEARANCE = {NO_BRAND: Stand.BRAND, Answer.HOLD: Stand.HELD}


def _held(answers: list[Decision], picture: str) -> str:
    said = [d for d in answers if d.side == Side.BRAND and d.picture == picture and d.answer == Answer.HOLD]
    return said[-1].comment if said else ""


def _picture(person: Person, answers: list[Decision], last: Decision | None) -> str:
    """Return the portrait to show: the one that was approved, else the newest."""
    picture = chosen(answers, person.pictures)
    if last and last.answer == Answer.APPROVE and standing(answers, picture) == Answer.APPROVE:
        return picture
    return person.pictures[0] if person.pictures else ""


def _left(last: Decision | None) -> Stand | None:
    stands = {Answer.KEEP: Stand.KEPT, Answer.REFUSE: Stand.REFUSED}
    return stands.get(Answer(last.answer)) if last else None


def _waiting(person: Person, last: Decision | None, uploads: list[Upload]) -> Stand | None:
    """Return what is on its way, until a newer portrait is there."""
    if last is None:
        return None
    render = person.portrait.render
    if last.answer == Answer.RETRY and person.pictures[:1] == (last.picture,):
        return Stand.RETRY
    if last.answer == Answer.UPLOAD and uploads and not (render and render.photo == uploads[-1].photo):
        return Stand.UPLOADED
    return None


def _here(person: Person, answers: list[Decision], picture: str, last: Decision | None) -> Stand:
    if not person.pictures:
        return Stand.RETAKE
    said = standing(answers, picture)
    if said == Answer.APPROVE:
        return Stand.APPROVED
    back = last is not None and is_return(last)
    return Stand.NEWER if said == OLDER_PICTURE and not back else Stand.OPEN
