"""The pages of HR, brand owners, reviewers and auditors put together, and the first of them: how far it is."""

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from catchlight import progress_counts as counting
from catchlight.progress_shown import covered, shown_groups, shown_progress
from catchlight.small_counts import FEWEST, alone
from reports.review import (
    delegated,
    people_bulk,
    people_delegations,
    people_log,
    people_picture,
    people_portrait,
    people_queue,
)
from reports.review.people_desk import snapshot, standings
from reports.review.people_page import first_queue, people_page
from reports.review.people_places import place_counts
from reports.review.people_rights import STAFF, Right, may, require
from reports.review.story import told_of_many
from reports.review.visit import Visit, shown

_REASONS = 12  # of the most frequent ones


def routes() -> list[BaseRoute]:
    """Return the routes of the company's pages."""
    parts = (
        people_queue, people_portrait, people_bulk, people_delegations, people_log, people_picture, delegated,
    )  # fmt: skip
    return [Route("/people", shown(_first)), *(route for part in parts for route in part.routes())]


def _first(visit: Visit) -> Response:
    """Show how far it is, or send on to the portraits whoever goes through those."""
    visit.require(*STAFF)
    if not may(visit, Right.OVERVIEW):
        return visit.go(first_queue(visit))
    require(visit, Right.OVERVIEW)
    everybody = list(snapshot(visit).people.values())
    progress = counting.progress(everybody)
    return people_page(
        visit,
        "people.html.j2",
        "overview",
        progress=shown_progress(progress),
        outcomes=covered(counting.outcomes(everybody)),
        people=progress.people,
        reasons=[
            (told_of_many(code, said, visit.words), alone(n))
            for code, said, n in counting.reasons(everybody)[:_REASONS]
        ],
        groups=shown_groups(counting.groups(everybody), progress),
        deadlines=covered(counting.deadlines(standings(visit).deadlines(), visit.words.zone)),
        fewest=FEWEST,
        gate=visit.desk.policy.gates.brand,
        places=place_counts(visit),
    )
