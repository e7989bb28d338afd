"""The pages of HR, brand owners, reviewers and auditors."""

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from reports.review.visit import Visit, shown

STAFF = ("reviewer", "brand", "hr", "auditor")


def routes() -> list[BaseRoute]:
    """Return the routes of the company's pages."""
    return [Route("/people", shown(_overview))]


def _overview(visit: Visit) -> Response:
    visit.require(*STAFF)
    return visit.page("people.html.j2", people=len(visit.desk.company.book().people))
