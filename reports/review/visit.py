"""One request: who is there, in which language, and whether a form is really theirs."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from catchlight.outsiders import has_mailbox, outsider
from catchlight.review_records import Session
from reports.review.shield import client_of
from reports.review.words import Words, languages, preferred, texts
from reports.templates import templates

if TYPE_CHECKING:
    from reports.review.desk import ReviewDesk

COOKIE = "__Host-sid"
LANGUAGE = "__Host-lang"
STALE_FORM = "form"  # sent from a page of another session
LOOKS, FORMS = 900, 60  # a minute, for one session
_SEVERAL = ("tag",)  # fields of which more than one may be chosen
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_PAGES = Path(__file__).parent / "pages"


class Visit:
    """A request with its session (None: nobody is signed in), its words, and the desk behind the pages."""

    def __init__(self, request: Request) -> None:
        """Look up who sent ``request``."""
        self.request = request
        self.desk: ReviewDesk = request.app.state.desk
        self.cookie = request.cookies.get(COOKIE, "")
        self.session: Session | None = self.desk.sessions.find(self.cookie)
        self.words = Words(self._language(), self.desk.policy.asking.timezone)

    def _language(self) -> str:
        offered = self._offered()
        asked = self.request.cookies.get(LANGUAGE, "")
        if asked in offered:
            return asked
        return preferred(self.request.headers.get("accept-language", ""), offered)

    def _offered(self) -> tuple[str, ...]:
        return tuple(one for one in self.desk.policy.languages if one in languages()) or languages()

    @property
    def roles(self) -> tuple[str, ...]:
        """What the person signed in may do."""
        return tuple(self.session.roles.split()) if self.session else ()

    @property
    def client(self) -> str:
        """Whose requests are counted together: of whoever is signed in, else of an address; any cookie can be made up."""
        return self.session.id if self.session else client_of(self.request)

    @property
    def languages(self) -> tuple[tuple[str, str], ...]:
        """The languages that these pages are offered in: each code, and what the language calls itself."""
        return tuple((one, texts(one)["page.language"]) for one in self._offered())

    @property
    def here(self) -> str:
        """The path of this page below ours, "/" where it was not just looked at."""
        asked = self.request.url
        path = asked.path.removeprefix(self.desk.root) + f"?{asked.query}" * bool(asked.query)
        lasting = self.request.method == "GET" and not path.startswith(("/sign-in", "/l/"))
        return path if lasting else "/"  # what a provider or a link sent along belongs into no form

    @property
    def heard(self) -> str:
        """How whoever is signed in hears of a new portrait: by a message, or by looking here again."""
        writes = bool(self.desk.policy.mail or self.desk.policy.slack) and self._is_reached()
        return self.words("heard.message" if writes else "heard.look")

    def _is_reached(self) -> bool:
        """Whether whoever is signed in, if anybody, has an address of their own to write to."""
        if self.session is None or not self.session.employee:
            return True
        desk, employee = self.desk, self.session.employee
        book = desk.company.book()
        person = book.people.get(employee)
        staff = person.portrait.employee if person else outsider(desk.home, desk.register, employee)
        return staff is not None and has_mailbox(desk.home, book, staff, desk.clock())

    @property
    def token(self) -> str:
        """What a form of this session carries, and no other site knows."""
        return hmac.new(self.cookie.encode(), b"form", hashlib.sha256).hexdigest()

    def url(self, path: str) -> str:
        """Return the address of one of our pages, under whichever path we are reached."""
        return self.desk.root + path

    def require(self, *roles: str) -> Session:
        """Return the session of somebody with one of these roles (none: anybody signed in), or raise 401 or 403."""
        if self.session is None:
            raise HTTPException(401)
        if roles and not set(roles) & set(self.roles):
            raise HTTPException(403)
        return self.session

    def trust(self, form: FormData) -> None:
        """Raise 401 when nobody is signed in, 403 when a form was not made for this session."""
        self.require()
        sent = form.get("token")
        if not isinstance(sent, str) or not hmac.compare_digest(sent.encode(), self.token.encode()):
            raise HTTPException(403, STALE_FORM)

    def page(self, name: str, status: int = 200, **values: Any) -> Response:
        """Return a page made from a template."""
        common: dict[str, Any] = {
            "say": self.words,
            "url": self.url,
            "visit": self,
            "policy": self.desk.policy,
            "token": self.token if self.session else "",
            "ticket": secrets.token_urlsafe(16),
        }
        return HTMLResponse(templates(_PAGES).get_template(name).render(common | values), status)

    def go(self, path: str) -> Response:
        """Send the browser on to one of our pages."""
        return RedirectResponse(self.url(path), 303)


def shown(page: Callable[[Visit], Response]) -> Callable[[Request], Response]:
    """Return the endpoint of a page that is looked at; it decides nothing."""

    def endpoint(request: Request) -> Response:
        visit = Visit(request)
        request.app.state.pace.step("look", visit.client, LOOKS)
        return page(visit)

    return endpoint


def posted(
    page: Callable[[Visit, FormData], Response], *, signed_in: bool = True
) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint of a form; with ``signed_in`` it must carry the token of a session."""

    async def endpoint(request: Request) -> Response:
        async with request.form(max_files=1, max_fields=2000, max_part_size=64 * 1024) as form:
            return await run_in_threadpool(_take, request, form)

    def _take(request: Request, sent: FormData) -> Response:
        visit, form = Visit(request), _plain(sent)
        request.app.state.pace.step("send", visit.client, FORMS)
        if signed_in:
            visit.trust(form)
        if is_torn(form):
            raise HTTPException(422)
        return page(visit, form)

    return endpoint


def _plain(form: FormData) -> FormData:
    """Return a form without control characters, which no field has a use for, and which some databases and files cannot hold."""
    return FormData([
        (name, _CONTROL.sub("", said) if isinstance(said, str) else said) for name, said in form.multi_items()
    ])  # fmt: skip


def is_torn(form: FormData) -> bool:
    """Whether a form says two different things at once; whichever came last must not be taken for what was meant."""
    said = {item for item in form.multi_items() if item[0] not in _SEVERAL}
    return len(said) != len({name for name, _ in said})


def sign_in(response: Response, cookie: str) -> Response:
    """Let a browser keep a session."""
    response.set_cookie(COOKIE, cookie, secure=True, httponly=True, samesite="lax", path="/")
    return response


def sign_out(response: Response) -> Response:
    """Let a browser forget its session."""
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="lax", path="/")
    return response
