"""Portraits by outcome, reason and what the brand has to do with them, page by page."""

from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from catchlight.deciding import Code
from catchlight.portrait_queue import BRAND, PAGE, Filter, counts, queue
from catchlight.progress_counts import reasons
from catchlight.records import Outcome
from catchlight.standings import Snapshot, Stage, Standing
from reports.review.people_desk import snapshot
from reports.review.people_page import people_page
from reports.review.people_rights import Right, may, require
from reports.review.story import told_about, told_of_many
from reports.review.visit import Visit, shown

_ALL = "queue.choice.all"


def routes() -> list[BaseRoute]:
    """Return the route of the queue."""
    return [Route("/people/queue", shown(_queue))]


def address(wanted: Filter, page: int = 1) -> str:
    """Return the address of a filtered queue."""
    parts = wanted.query | ({"page": str(page)} if page > 1 else {})
    return "/people/queue" + (f"?{urlencode(parts)}" if parts else "")


def portrait_address(snap: Snapshot, one: Standing, wanted: Filter) -> str:
    """Return the address of one portrait as part of a queue."""
    parts = urlencode(wanted.query)
    return f"/people/portrait/{snap.address(one)}" + (f"?{parts}" if parts else "")


def _queue(visit: Visit) -> Response:
    require(visit, Right.QUEUE)
    snap, wanted = snapshot(visit), Filter.of(visit.request.query_params)
    found = queue(snap, wanted)
    pages = max(1, -(-len(found) // PAGE))
    page = min(_number(visit.request.query_params), pages)
    opens = may(visit, Right.PORTRAIT)
    here = found[(page - 1) * PAGE : page * PAGE]
    said = visit.request.query_params.get("said", "")
    return people_page(
        visit,
        "people_queue.html.j2",
        "queue",
        wanted=wanted,
        total=len(found),
        page=page,
        pages=pages,
        cards=[(one, portrait_address(snap, one, wanted) if opens and one.picture else "") for one in here],
        address=address,
        beside=snap.book.beside,
        choices=_choices(visit, snap, wanted),
        told=lambda code, sentence: told_about(code, sentence, visit.words),
        thumb=thumb,
        said=said if said in (Code.TAKEN, Code.KNOWN) else "",
    )


def _choices(visit: Visit, snap: Snapshot, wanted: Filter) -> dict[str, list[tuple[str, int, str, str]]]:
    """Return each filter's choices: value, how many portraits, address, and the key of its text, or its words.

    Without a brand's gate nothing waits for the brand.
    """
    there, flagged = counts(snap, wanted), queue(snap, wanted.but(reason=""))
    brand = [one for one in BRAND if one != Stage.WAITING or visit.desk.policy.gates.brand]
    return {
        "outcome": [
            (o, there["outcome"][o], address(wanted.but(outcome=o)), f"people.outcome.{o}" if o else _ALL)
            for o in ("", *Outcome)
        ],
        "brand": [
            (b, there["brand"][b], address(wanted.but(brand=b)), f"queue.choice.{b}" if b else _ALL)
            for b in ("", *brand)
        ],
        "reason": [(c, n, "", told_of_many(c, said, visit.words).text) for c, said, n in reasons(flagged)],
    }


def thumb(one: Standing) -> str:
    """Return the digest of the picture to show small, "" when there is none."""
    render = one.person.portrait.render
    if one.picture and render and one.picture != render.picture:
        return next((e.after or e.picture for e in one.person.earlier if e.picture == one.picture), "")
    return (render.after or render.picture or render.before) if render else ""


def _number(query: QueryParams) -> int:
    text = query.get("page", "1")
    return max(1, int(text)) if text.isdecimal() and len(text) < 6 else 1
