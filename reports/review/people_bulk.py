"""Approving in bulk, where an agreement allows it: what it covers, a look at some of it, and once more above fifty."""

from hashlib import sha256

from starlette.datastructures import FormData
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from catchlight.bulk_approval import Batch, approve_all, batches
from catchlight.standings import Standing
from reports.review.people_desk import snapshot, standings
from reports.review.people_page import people_page
from reports.review.people_queue import thumb
from reports.review.people_rights import Right, require
from reports.review.visit import Visit, posted, shown

ASK_TWICE = 50  # portraits; above, one click is not enough
SAMPLE = 12


def routes() -> list[BaseRoute]:
    """Return the routes of approving in bulk."""
    return [
        Route("/people/bulk", shown(_bulk), methods=["GET"]),
        Route("/people/bulk", posted(_approve), methods=["POST"]),
    ]


def _bulk(visit: Visit) -> Response:
    require(visit, Right.BULK)
    done = visit.request.query_params.get("done", "")
    return _page(visit, done=done if done.isdecimal() and len(done) < 7 else "")


def _page(visit: Visit, done: str = "", sure: str = "", *, changed: bool = False) -> Response:
    offered = _batches(visit)
    return people_page(
        visit,
        "people_bulk.html.j2",
        "bulk",
        batches=[(key(batch), batch, sample(batch.portraits)) for batch in offered],
        run=snapshot(visit).book.run,
        thumb=thumb,
        done=done,
        sure=sure,
        changed=changed,
    )


def _approve(visit: Visit, form: FormData) -> Response:
    session = require(visit, Right.BULK)
    batch = next((one for one in _batches(visit) if key(one) == form.get("batch")), None)
    if batch is None or not batch.portraits:
        return visit.go("/people/bulk?done=0")
    if form.get("run") != snapshot(visit).book.run:
        return _page(visit, changed=True)
    if len(batch.portraits) > ASK_TWICE and form.get("sure") != "yes":
        return _page(visit, sure=key(batch))
    return visit.go(f"/people/bulk?done={approve_all(visit.desk.register, batch, session.who)}")


def _batches(visit: Visit) -> list[Batch]:
    return batches(snapshot(visit), visit.desk.policy, standings(visit).known)


def key(batch: Batch) -> str:
    """Return what a form calls a rule: it is another one when its agreement, entities or rungs change."""
    return sha256(batch.rule.model_dump_json().encode()).hexdigest()[:16]


def sample(portraits: tuple[Standing, ...]) -> list[Standing]:
    """Return some portraits from all over the batch."""
    step = max(1, len(portraits) // SAMPLE)
    return list(portraits[::step][:SAMPLE])
