"""A list of people at some HTTP address, answer by answer."""

import base64
import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO
from urllib.parse import urlencode, urljoin, urlsplit

from catchlight.errors import ConfigError, OutsideError
from catchlight.policy import read_secret
from catchlight.source import StaleMarkError
from connectors._allowed_calls import AllowedCalls, Line, Reply
from connectors._bodies import Into
from connectors._http_table_rows import Row, at, json_of, lines_of, rows_of, text
from connectors._http_table_settings import Auth, SourceSettings
from connectors._pace import Limits, Pace
from connectors._spool import scratch
from connectors._token_file import Sign, signs_with

_MOST_PAGES = 100_000
_CHANGED = "the list of people changes while it is read; try again later"
_ANY = r"[A-Za-z0-9%._~-]+"


def open_calls(settings: SourceSettings) -> AllowedCalls:
    """Return the calls that the settings name: the list, its next pages, and photos."""
    start = settings.path.partition("?")[0]
    allowed = [("GET", rf"{re.escape(start)}(\?[^\s#]*)?")]
    if settings.paging.by == "next":
        allowed.append(("GET", r"/[^\s#]*"))
    if settings.photo and settings.photo.url:
        allowed.append(("GET", re.escape(settings.photo.url).replace(r"\{key\}", _ANY)))
    pace = Pace(Limits(at_once=settings.at_once, reads=settings.a_minute, burst=10, tenant=settings.url))
    sign = _signs(settings.auth) if settings.auth else None
    return AllowedCalls(
        Line(
            settings.url, allowed, {}, settings.ca_file, settings.proxy, settings.timeout, sign, pace, later=5
        )
    )


def _signs(auth: Auth) -> Sign:
    if auth.token_file:
        return signs_with(auth.token_file)
    if auth.header and auth.value_file:
        return signs_with(auth.value_file, "", auth.header)
    secret = f"{auth.user}:{read_secret(auth.password_file)}" if auth.password_file else ""
    basic = {"Authorization": "Basic " + base64.b64encode(secret.encode()).decode("ascii")}
    return lambda _: basic


class Listing:
    """The answers of a list, one after the other."""

    def __init__(self, settings: SourceSettings, calls: AllowedCalls) -> None:
        """Prepare."""
        self._settings, self._calls, self._paging = settings, calls, settings.paging

    def answers(self, mark: str) -> Iterator[tuple[Iterator[Row], str]]:
        """Return the rows of each answer, and where the next one is; the rows are to be read before the next answer."""
        where, seen, before, people, totals = mark or self._start(), set[str](), 0, 0, set[str]()
        with scratch(self._settings.spool) as file:
            for number in range(_MOST_PAGES):
                seen.add(where)
                whole = self._ask(file, where, stale=bool(mark) and number == 0)
                rows = lines_of(self._settings, file) if whole is None else rows_of(self._settings, whole)
                page, following = _Page(rows, self._settings.key), self._linked(whole, where)
                if following in seen:
                    raise OutsideError(
                        f"paging.next: {self._settings.url} gives the same page again and again"
                    )
                yield iter(page), following
                if self._paging.by in {"page", "offset"}:
                    if page.people and page.told == before:
                        raise ConfigError(
                            f"paging.param: {self._paging.param!r} changes nothing: one page comes again"
                        )
                    before, people = page.told, people + page.people
                    total = self._total(whole)
                    totals.add(total)
                    if len(totals) > 1:
                        raise StaleMarkError(_CHANGED)
                    following = self._counted(total, number, people) if page.people else ""
                if not following:
                    return
                where = following
        raise OutsideError(f"paging: {self._settings.url} has no last page")

    def _ask(self, file: BinaryIO, where: str, *, stale: bool) -> Any:
        """Download one answer; return what it says when it is JSON, None for rows in the file."""
        said: list[Any] = [None]

        def check(reply: Reply) -> None:
            if reply.status == 200:
                _no_page(file)
                said[0] = json_of(file) if self._settings.format == "json" else None

        into = Into(file, self._settings.largest_mb, self._settings.longest)
        reply = self._calls.download(where, into, check)
        if stale and reply.status in {400, 404, 410}:
            raise StaleMarkError
        if reply.status != 200:
            raise refusal(self._settings, reply)
        return said[0]

    def _start(self) -> str:
        numbers = {"page": self._paging.first, "offset": 0}
        return self._at(numbers.get(self._paging.by))

    def _at(self, place: object) -> str:
        """Return the path of the list with the parameters of a page."""
        asked: dict[str, object] = (
            {self._paging.size_param: self._paging.size} if self._paging.size_param else {}
        )
        if place is not None:
            asked[self._paging.param] = place
        path = self._settings.path
        return path + ("&" if "?" in path else "?") + urlencode(asked) if asked else path

    def _linked(self, whole: Any, where: str) -> str:
        """Return where the next page is by what an answer says itself; "" for nowhere."""
        told = text(at(whole, self._paging.next)) if self._paging.next else ""
        if not told or self._paging.by == "cursor":
            return self._at(told) if told else ""
        ours, url = self._settings.url, urljoin(self._settings.url + where, told)
        parts, own = urlsplit(url), urlsplit(ours)
        same = (parts.scheme, parts.hostname, parts.port or 443) == (
            own.scheme,
            own.hostname,
            own.port or 443,
        )
        if not same or not parts.path.startswith(f"{own.path}/") or parts.username is not None:
            raise ConfigError(
                f"paging.next: goes on at {parts.hostname}{parts.path[:100]}, which is not below {ours}"
            )
        return parts.path.removeprefix(own.path) + (f"?{parts.query}" if parts.query else "")

    def _total(self, whole: Any) -> str:
        return text(at(whole, self._paging.total)) if self._paging.total else ""

    def _counted(self, total: str, number: int, people: int) -> str:
        """Return where the next page is by numbers; "" after everybody."""
        if total.isdecimal() and people >= int(total):
            return ""
        return self._at(people if self._paging.by == "offset" else self._paging.first + number + 1)


class _Page:
    """The rows of an answer, counted while they are read; ``told`` tells one page from the next."""

    def __init__(self, rows: Iterable[Row], key: str) -> None:
        self._rows, self._key, self.people, self.told = rows, key, 0, 0

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.people += 1
            self.told = hash((self.told, text(at(row, self._key))))
            yield row


def _no_page(file: BinaryIO) -> None:
    """Raise for a page of HTML, as a proxy or a form to sign in answers with."""
    file.seek(0)
    if file.read(200).lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        raise OutsideError("the address answers with a web page instead of a list")


def refusal(settings: SourceSettings, reply: Reply) -> ConfigError:
    """Return what a status means for everybody."""
    said = " ".join(f"{reply.status} {reply.body[:300].decode('utf-8', 'replace')}".split())[:200]
    if reply.status == 401:
        return ConfigError(f"auth: {settings.url} does not let us in ({said})")
    if reply.status == 403:
        return ConfigError(
            f"auth: we may not read {settings.path} ({said}); give this account the right to read it"
        )
    return ConfigError(f"path: {settings.url}{settings.path} answers {said}")
