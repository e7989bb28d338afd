"""What a person takes with them once they said yes: their own portrait, for places that they fill themselves."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from catchlight.company import Person
from catchlight.cropping import Place as Head
from catchlight.cuts import PrintCrop
from catchlight.delivery import Size, printed
from catchlight.errors import OutsideError, PhotoError
from catchlight.kit import kit
from catchlight.publish_crops import crops_of, places
from catchlight.runs import run_folder
from reports import slack_page
from reports.review.place import Place, Stand, place_of
from reports.review.visit import Visit, shown

KIT = "portrait.zip"
_A_MINUTE = 12  # files made for one person
_PATIENCE = 20.0  # seconds to wait while others' files are made
_SLACK, _SLACK_BYTES = 1024, 2_000_000  # pixels and bytes of a picture that Slack takes
_SQUARE = PrintCrop(aspect=1.0, head=0.4, eye_line=0.44)  # of a portrait that is none: as much as fits
_bench = threading.Lock()  # large pictures are made one at a time: each may need a few hundred megabytes


@dataclass(frozen=True, slots=True)
class Own:
    """A person and the portrait that they said yes to: its digest."""

    person: Person
    picture: str

    @property
    def enlarged(self) -> float:
        """How far the portrait enlarges the photo, 0 where the newest run does not say."""
        made = self.person.portrait.render
        return made.enlarged if made and made.picture == self.picture else 0.0


def routes() -> list[BaseRoute]:
    """Return the routes of what people take with them."""
    return [
        Route("/me/slack", shown(_slack)),
        Route("/me/slack.jpg", shown(_slack_picture)),
        Route("/me/kit.zip", shown(_kit)),
    ]


def can_take(place: Place) -> bool:
    """Whether somebody said yes to their portrait and nothing of the company's stands against it."""
    return place.stand in {Stand.APPROVED, Stand.PUBLISHED}


def own_portrait(visit: Visit) -> Own:
    """Return who is signed in and the portrait that they said yes to; 404 when there is none to take."""
    person = visit.desk.company.book().people.get(visit.require("employee").employee)
    place = place_of(person, visit.desk.register, visit.desk.policy) if person else None
    if person is None or place is None or not can_take(place):
        raise HTTPException(404)
    return Own(person, place.picture)


def head_of(home: Path, picture: str) -> Head | None:
    """Return where the head lies on a portrait, None where the run does not say."""
    return places(home, run_folder(home)).get(picture)


@contextmanager
def making(visit: Visit, own: Own) -> Iterator[bytes]:
    """Yield a portrait's bytes to make something of; 429 when that is too often, 503 when others take too long."""
    visit.request.app.state.pace.step("take", own.person.id, _A_MINUTE)
    if not _bench.acquire(timeout=_PATIENCE):
        raise HTTPException(503)
    try:
        yield visit.desk.vault.get(own.picture)
    except (OutsideError, PhotoError) as error:
        raise HTTPException(404) from error
    finally:
        _bench.release()


def _slack(visit: Visit) -> Response:
    own = own_portrait(visit)
    language = visit.words.language if visit.words.language in slack_page.languages() else "en"
    page = slack_page.page(own.person.name, visit.url("/me/slack.jpg"), language)
    return guarded(page, slack_page.POLICY)


def guarded(page: str, policy: str) -> Response:
    """Return a page that brings its own policy; nobody may frame it."""
    return HTMLResponse(page, headers={"content-security-policy": f"{policy}; frame-ancestors 'none'"})


def _slack_picture(visit: Visit) -> Response:
    return _sent(visit, for_slack, "image/jpeg")


def _kit(visit: Visit) -> Response:
    return _sent(visit, _for_everything, "application/zip", KIT)


def _sent(visit: Visit, make: Callable[[Visit, Own, bytes], bytes], kind: str, name: str = "") -> Response:
    own = own_portrait(visit)
    if visit.request.method == "HEAD":
        return Response(media_type=kind)
    with making(visit, own) as portrait:
        data = make(visit, own, portrait)
    headers = {"content-disposition": f'attachment; filename="{name}"'} if name else {}
    return Response(data, media_type=kind, headers=headers)


def for_slack(visit: Visit, own: Own, portrait: bytes) -> bytes:
    """Return the picture for Slack of a portrait: square, and within the sizes that Slack takes."""
    with Image.open(BytesIO(portrait)) as header:
        width, height = header.size
    size = Size("slack", min(_SLACK, height), _SLACK_BYTES, None if width == height else _SQUARE)
    rung = own.person.rung_of(own.picture)
    return next(printed(portrait, [size], head_of(visit.desk.home, own.picture), rung))[1]


def _for_everything(visit: Visit, own: Own, portrait: bytes) -> bytes:
    home, staff = visit.desk.home, own.person.portrait.employee
    return kit(
        portrait,
        staff,
        own.person.rung_of(own.picture),
        visit.desk.policy.called(visit.words.language),
        crops=crops_of(home, run_folder(home)),
        place=head_of(home, own.picture),
        enlarged=own.enlarged,
    )
