"""Every answer that was recorded, for auditors: read only, without pictures, as a page and as a table."""

from collections.abc import Iterable, Mapping

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from catchlight.records import Decision
from catchlight.review_records import Notice
from catchlight.spreadsheet import table_bytes
from reports.review.people_desk import standings
from reports.review.people_page import people_page
from reports.review.people_rights import Right, require
from reports.review.views import note_view
from reports.review.visit import Visit, shown
from reports.review.words import Words

PAGE = 100
SHORT = 12  # characters of a digest
HEADER = ("when", "picture", "side", "answer", "by", "source", "notice")


def routes() -> list[BaseRoute]:
    """Return the routes of the log."""
    return [Route("/people/log", shown(_log)), Route("/people/log.csv", shown(_table))]


def _log(visit: Visit) -> Response:
    require(visit, Right.LOG)
    all_ = standings(visit).log()
    pages = max(1, -(-len(all_) // PAGE))
    asked = visit.request.query_params.get("page", "1")
    page = min(max(1, int(asked)) if asked.isdecimal() and len(asked) < 6 else 1, pages)
    return people_page(
        visit,
        "people_log.html.j2",
        "log",
        rows=[
            _in_words(row, visit.words)
            for row in _rows(all_[(page - 1) * PAGE : page * PAGE], _versions(visit))
        ],
        total=len(all_),
        page=page,
        pages=pages,
    )


def _table(visit: Visit) -> Response:
    require(visit, Right.LOG)
    note_view(visit, "log.csv")
    data = table_bytes(HEADER, _rows(standings(visit).log(), _versions(visit), short=64))
    headers = {"content-disposition": 'attachment; filename="decisions.csv"'}
    return Response(data, media_type="text/csv; charset=utf-8", headers=headers)


def _in_words(row: tuple[str, ...], say: Words) -> tuple[str, ...]:
    """Return a row with its way and its notice as a page says them; the table to download keeps what was recorded."""
    *others, source, notice = row
    name, blank, version = notice.partition(" ")
    known = f"me.notice_name.{name}"
    return (*others, _way(source, say), f"{say(known) if say.has(known) else name}{blank}{version}")


def _way(source: str, say: Words) -> str:
    """Return by which way an answer came; on the page, in which role."""
    way, colon, more = source.partition(":")
    said = say(f"log.way.{way}") if say.has(f"log.way.{way}") else way
    role = f"log.role.{more}"
    return f"{said}, {say(role)}" if say.has(role) else f"{said}{colon}{more}"


def _versions(visit: Visit) -> dict[str, str]:
    """Return how each notice that people were shown is called: its name and version."""
    return {row.digest: f"{row.name} {row.version}".strip() for row in visit.desk.register.rows(Notice)}


def _rows(
    said: Iterable[Decision], versions: Mapping[str, str], short: int = SHORT
) -> Iterable[tuple[str, ...]]:
    for one in said:
        notice = versions.get(one.notice, one.notice[:short])
        when = f"{one.at[:10]} {one.at[11:19]} UTC"
        yield when, one.picture[:short], one.side, one.answer, one.by, one.source, notice
