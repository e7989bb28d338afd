"""Pictures for whoever answers for somebody: that person's, and only while they do."""

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from reports.review.holdings import Shelf
from reports.review.people_desk import delegate, delegations
from reports.review.picture import sent
from reports.review.visit import Visit, shown

_shelf = Shelf()


def routes() -> list[BaseRoute]:
    """Return the route of pictures by digest, at one of ``HEIGHTS`` pixels."""
    return [Route("/delegated/picture/{digest}/{height:int}", shown(_picture))]


def _picture(visit: Visit) -> Response:
    session, digest = delegate(visit), visit.request.path_params["digest"]
    height = visit.request.path_params["height"]
    owners = _shelf.of(visit.desk.home, visit.desk.company.book()).owners.get(digest, frozenset())
    mine = {row.employee for row in delegations(visit).to(session.employee)}
    return sent(visit, digest, height, allowed=bool(owners & mine))
