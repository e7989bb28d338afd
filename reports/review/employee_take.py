"""What a person takes with them once they said yes: their own portrait, for places that they fill themselves."""

from PIL import Image
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from catchlight.company import Person
from catchlight.config import PrintCrop
from catchlight.delivery import Prints, Size
from catchlight.errors import OutsideError, PhotoError
from catchlight.home import Home
from catchlight.publish_crops import places
from catchlight.runs import run_folder
from reports import slack_page
from reports.review.place import Place, Stand, place_of
from reports.review.visit import Visit, shown

_A_MINUTE = 12  # files made for one person
_SLACK, _SLACK_BYTES = 1024, 2_000_000  # pixels and bytes of a picture that Slack takes
_SQUARE = PrintCrop(aspect=1.0, head=0.4, eye_line=0.44)  # of a portrait that is none: as much as fits


def routes() -> list[BaseRoute]:
    """Return the routes of what people take with them."""
    return [Route("/me/slack", shown(_slack)), Route("/me/slack.jpg", shown(_slack_picture))]


def can_take(place: Place) -> bool:
    """Whether somebody said yes to their portrait and nothing of the company's stands against it."""
    return place.stand in {Stand.APPROVED, Stand.PUBLISHED}


def _own(visit: Visit) -> tuple[Person, str]:
    """Return who is signed in and the portrait that they said yes to; 404 when there is none to take."""
    person = visit.desk.company.book().people.get(visit.require("employee").employee)
    place = place_of(person, visit.desk.register, visit.desk.policy) if person else None
    if person is None or place is None or not can_take(place):
        raise HTTPException(404)
    return person, place.picture


def _slack(visit: Visit) -> Response:
    person, _ = _own(visit)
    language = visit.words.language if visit.words.language in slack_page.languages() else "en"
    page = slack_page.page(person.name, visit.url("/me/slack.jpg"), language)
    policy = f"{slack_page.POLICY}; frame-ancestors 'none'"
    return HTMLResponse(page, headers={"content-security-policy": policy})


def _slack_picture(visit: Visit) -> Response:
    person, picture = _own(visit)
    visit.request.app.state.pace.step("take", person.id, _A_MINUTE)
    home = Home(visit.desk.home)
    try:
        with Image.open(home.vault.path(picture)) as header:
            width, height = header.size
        size = Size("slack", min(_SLACK, height), _SLACK_BYTES, None if width == height else _SQUARE)
        head = places(home.root, run_folder(home.root)).get(picture)
        made = Prints(home.vault.put, home.vault, home.recipes).of(picture, [size], head)
        return Response(home.vault.get(made[0].digest), media_type="image/jpeg")
    except (OSError, OutsideError, PhotoError) as error:
        raise HTTPException(404) from error
