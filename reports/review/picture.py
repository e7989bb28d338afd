"""Pictures of the vault, for those who may see them and in the sizes that the pages show."""

from functools import lru_cache
from io import BytesIO

from PIL import Image
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from catchlight.company import Person
from catchlight.errors import OutsideError
from catchlight.vault import Vault
from reports.review.visit import Visit, shown

HEIGHTS = (36, 80, 160, 320, 640, 1280)
SEE_ALL = ("reviewer", "brand", "hr")


def routes() -> list[BaseRoute]:
    """Return the route of pictures: by digest, at one of ``HEIGHTS`` pixels."""
    return [Route("/picture/{digest}/{height:int}", shown(_picture))]


def _picture(visit: Visit) -> Response:
    digest, height = visit.request.path_params["digest"], visit.request.path_params["height"]
    session = visit.require()
    people = visit.desk.company.book().people
    own = people.get(session.employee)
    allowed = own is not None and digest in pictures_of(own)
    if not allowed and set(visit.roles) & set(SEE_ALL):
        allowed = any(digest in pictures_of(person) for person in people.values())
    if not allowed or height not in HEIGHTS:
        raise HTTPException(404)
    try:
        data = small(visit.desk.vault, digest, height)
    except OutsideError as error:
        raise HTTPException(404) from error
    # The address holds the digest of the bytes, so what a browser keeps is never out of date.
    return Response(
        data, media_type="image/webp", headers={"cache-control": "private, max-age=1800, immutable"}
    )


def pictures_of(person: Person) -> set[str]:
    """Return the digests of all pictures that a page about a person shows."""
    render = person.portrait.render
    found = {render.picture, render.before, render.after, render.aligned} if render else set()
    for one in person.earlier:
        found |= {one.picture, one.before, one.after, one.aligned}
    return found - {""}


@lru_cache(maxsize=2048)
def small(vault: Vault, digest: str, height: int) -> bytes:
    """Return a picture of the vault as WebP, at most so high; OutsideError when it is lost."""
    with Image.open(BytesIO(vault.get(digest))) as picture:
        picture.draft("RGB", (height, height))
        upright = picture.convert("RGB")
    upright.thumbnail((height * 4, height), Image.Resampling.LANCZOS)
    buffer = BytesIO()
    upright.save(buffer, "WEBP", quality=82)
    return buffer.getvalue()
