"""Who answers in a person's place, on their own page: they see it however they entered, and can end it there."""

from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from reports.review.people_delegations import named
from reports.review.people_desk import delegations
from reports.review.visit import Visit, posted

ENDED = "delegate_ended"


def routes() -> list[BaseRoute]:
    """Return the route that ends a delegation."""
    return [Route("/me/delegate", posted(_end), methods=["POST"])]


def delegates_of(visit: Visit, employee: str) -> dict[str, Any]:
    """Return who may answer for a person, and, for who signed in with the company account, for whom they may."""
    there, by_link = delegations(visit), bool(visit.session and visit.session.invitation)
    others = [] if by_link else there.to(employee)
    return {"delegates": named(visit, there.of(employee)), "for_others": named(visit, others)}


def _end(visit: Visit, form: FormData) -> Response:
    """Let nobody answer for oneself any more; a personal link is enough to take a right back."""
    session = visit.require("employee")
    delegations(visit).end(session.employee, str(form.get("delegate", "")), session.who)
    return visit.go(f"/me?code={ENDED}")
