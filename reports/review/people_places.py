"""How many people do not want to be shown at which places, for the overview."""

import threading

from catchlight.consent_counts import ConsentCounts
from catchlight.consents import PURPOSES
from catchlight.small_counts import Cell
from reports.review.people_desk import snapshot
from reports.review.visit import Visit

_MAKING = threading.Lock()


def place_counts(visit: Visit) -> dict[str, Cell]:
    """Return the counts of every purpose that the company's destinations have."""
    state, desk = visit.request.app.state, visit.desk
    with _MAKING:
        if not hasattr(state, "consent_counts"):
            state.consent_counts = ConsentCounts(desk.register)
    counts: ConsentCounts = state.consent_counts
    named = {one.purpose for one in desk.showplaces().places}
    purposes = [purpose for purpose in PURPOSES if purpose in named]
    return counts.declined(purposes, snapshot(visit).people)
