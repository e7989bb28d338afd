"""Pictures of the vault, for those who may see them and in the sizes that the pages show."""

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

from PIL import Image
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from catchlight.errors import OutsideError
from catchlight.records import Answer, Side
from catchlight.vault import Vault
from reports.review.employee_shown import stands_now
from reports.review.holdings import Shelf, pictures_of
from reports.review.views import note_picture
from reports.review.visit import Visit, shown

__all__ = ["HEIGHTS", "SEE_ALL", "Small", "may_see", "pictures_of", "routes", "small"]

HEIGHTS = (36, 80, 160, 320, 640, 1280)
SEE_ALL = ("reviewer", "brand", "hr")
_KEPT = {"cache-control": "private, max-age=300"}  # the time for which a browser may show what was withdrawn
_shelf = Shelf()


@dataclass(frozen=True, slots=True)
class Small:
    """A picture as it is sent."""

    data: bytes
    kind: str


def routes() -> list[BaseRoute]:
    """Return the route of pictures: by digest, at one of ``HEIGHTS`` pixels."""
    return [Route("/picture/{digest}/{height:int}", shown(_picture))]


def _picture(visit: Visit) -> Response:
    digest, height = visit.request.path_params["digest"], visit.request.path_params["height"]
    answer = sent(visit, digest, height, allowed=may_see(visit, digest))
    for owner in owners_of(visit, digest) - {visit.require().employee}:
        note_picture(visit, owner, height)
    return answer


def sent(visit: Visit, digest: str, height: int, *, allowed: bool) -> Response:
    """Return a picture at one of ``HEIGHTS``; 404 when it may not be seen, is lost, or has no such height."""
    if height not in HEIGHTS or not allowed:
        raise HTTPException(404)
    try:
        found = small(visit.desk.vault, digest, height)
    except OutsideError as error:
        raise HTTPException(404) from error
    return Response(found.data, media_type=found.kind, headers=_KEPT)


def may_see(visit: Visit, digest: str) -> bool:
    """Whether a picture is the own one of who is signed in, also of an earlier run while it is shown, or anybody's for those who see all.

    Nobody but themselves sees somebody who said that their photo shall not be processed.
    """
    session, owners = visit.require(), owners_of(visit, digest)
    if session.employee in owners:
        return True
    if set(visit.roles) & set(SEE_ALL) and any(not _refused(visit, owner) for owner in owners):
        return True
    return bool(session.employee) and stands_now(visit, session.employee).picture == digest


def owners_of(visit: Visit, digest: str) -> frozenset[str]:
    """Return whose a picture is."""
    return _shelf.of(visit.desk.home, visit.desk.company.book()).owners.get(digest, frozenset())


def _refused(visit: Visit, employee: str) -> bool:
    """Whether somebody's own last word is that their photo shall not be processed."""
    own = [said for said in visit.desk.register.decisions(employee) if said.side == Side.EMPLOYEE]
    return bool(own) and own[-1].answer == Answer.REFUSE


def photos_of(visit: Visit, employee: str) -> int:
    """Return how many different photos there are of a person."""
    return _shelf.of(visit.desk.home, visit.desk.company.book()).photos.get(employee, 0)


@lru_cache(maxsize=512)
def small(vault: Vault, digest: str, height: int) -> Small:
    """Return a picture of the vault, at most so high; OutsideError when it is lost."""
    data = vault.get(digest)
    with Image.open(BytesIO(data)) as picture:
        if picture.format == "WEBP" and picture.height <= height:
            return Small(data, "image/webp")  # made small by the refresh already
        picture.draft("RGB", (height, height))
        upright = picture.convert("RGB")
    upright.thumbnail((height * 4, height), Image.Resampling.LANCZOS)
    buffer = BytesIO()
    upright.save(buffer, "JPEG", quality=90, subsampling=0)
    return Small(buffer.getvalue(), "image/jpeg")
