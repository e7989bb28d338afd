"""The page from which a person copies their e-mail signature; with their face only where they agreed to that."""

import mimetypes

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from catchlight.cropping import Place as Head
from reports.review.employee_places import shown_of
from reports.review.employee_take import Own, guarded, head_of, making, own_portrait
from reports.review.visit import Visit, shown
from reports.signatures import Where, page, page_assets, page_policy, sign

PURPOSE = "email_signature"
_ASSETS, _PICTURES = "/me/signature/assets/", "/me/signature/pictures/"


def routes() -> list[BaseRoute]:
    """Return the routes of the page and of what it shows."""
    return [
        Route("/me/signature", shown(_page)),
        Route(_ASSETS + "{name}", shown(_asset)),
        Route(_PICTURES + "{name}", shown(_picture)),
    ]


def _page(visit: Visit) -> Response:
    style = visit.desk.signing
    own = own_portrait(visit)
    if style is None:
        raise HTTPException(404)
    portrait, head = _face(visit, own)
    where = Where(visit.url(_PICTURES), visit.url(_ASSETS))
    html = page(style, own.person.portrait.employee, portrait, visit.words.language, place=head, where=where)
    return guarded(html, page_policy(style))


def _picture(visit: Visit) -> Response:
    """Return the picture of somebody's own signature; any other name is none."""
    own, style = own_portrait(visit), visit.desk.signing
    portrait, head = _face(visit, own)
    if style is None or not portrait:
        raise HTTPException(404)
    staff, language = own.person.portrait.employee, visit.words.language
    found = sign(style, staff, portrait, language=language, place=head, way="file").picture
    if found is None or found.name != visit.request.path_params["name"]:
        raise HTTPException(404)
    return Response(found.data, media_type=found.kind)


def _asset(visit: Visit) -> Response:
    name = visit.request.path_params["name"]
    visit.require("employee")
    if name not in page_assets():
        raise HTTPException(404)
    return Response(page_assets()[name], media_type=mimetypes.guess_type(name)[0])


def _face(visit: Visit, own: Own) -> tuple[bytes, Head | None]:
    """Return the portrait for somebody's signature and where the head lies; b"" where they want no face in it."""
    wanted = any(one.purpose == PURPOSE and one.on for one in shown_of(visit, own.person.id))
    if not wanted:
        return b"", None
    with making(visit, own) as portrait:
        return portrait, head_of(visit.desk.home, own.picture)
