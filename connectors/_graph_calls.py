"""Calls to Microsoft Graph: signed as the app, four at a time, at low priority, and lists page by page."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from catchlight.errors import CatchlightError, ConfigError, OutsideError
from connectors._allowed_calls import AllowedCalls, Line, Reply
from connectors._graph_settings import App
from connectors._graph_sign_in import SignIn
from connectors._pace import Limits, Pace

AT_ONCE = 4
"""Outlook, which keeps photos, serves four calls of one app at a time."""

OURS = {
    "ProfilePhoto.ReadWrite.All", "ProfilePhoto.Read.All", "User.Read.All", "PeopleSettings.Read.All",
    "GroupMember.Read.All", "Sites.Selected", "Lists.SelectedOperations.Selected", "Files.ReadWrite.All",
}  # fmt: skip
"""All permissions that some source or destination of ours has a use for."""

_WITHIN = {"ProfilePhoto.Read.All": "ProfilePhoto.ReadWrite.All"}
"""Permissions that another one of ours includes."""

_MOST_PAGES = 10_000
_TOKENS = 2  # new ones that Graph may refuse by mistake, before it means it


class Graph:
    """Graph as one app sees it, and only the calls of ``allowed``; threads may share it."""

    def __init__(self, app: App, allowed: Sequence[tuple[str, str]]) -> None:
        """Prepare; ConfigError when the credential or the authority cannot be used. Nothing is asked yet."""
        self.url, self.sign_in = app.there.graph, SignIn(app)
        headers = {"x-ms-throttle-priority": "Low", "Accept": "*/*"}
        self._pace = Pace(Limits(at_once=AT_ONCE, tenant=f"{self.url} {app.tenant}"))
        self._calls = AllowedCalls(
            Line(
                self.url, allowed, headers, app.ca_file, app.proxy, app.timeout, self.sign_in.headers,
                self._pace,
            )
        )  # fmt: skip

    def call(
        self, method: str, path: str, check: Callable[[Reply], object] = lambda _: None, **content: Any
    ) -> Reply:
        """Make one call and return its answer; ConfigError when not even new tokens are accepted."""
        self.sign_in.headers(again=False)  # a sign-in that fails is not tried again for each try of the call
        for _ in range(_TOKENS):
            reply = self._calls.call(method, path, check, **content)
            if reply.status != 401:
                return reply
        raise ConfigError(f"client_id: Graph does not accept the app's token ({said(reply)})")

    def pages(self, path: str, ask: Mapping[str, str], right: str) -> Iterator[Mapping[str, Any]]:
        """List what is below a path; ``right`` is the permission that it needs, for the message."""
        reply, seen = self.call("GET", path, has_list, params=dict(ask)), set[str]()
        for _ in range(_MOST_PAGES):
            if reply.status != 200:
                raise _no_list(reply, right)
            page = reply.json()
            yield from (one for one in page["value"] if isinstance(one, dict))
            link = page.get("@odata.nextLink")
            if not link:
                return
            if link in seen:
                raise OutsideError(f"{self.url}{path}: gives the same page again and again")
            seen.add(link)
            reply = self.call("GET", self.below(path, str(link)), has_list)
        raise OutsideError(f"{self.url}{path}: gives more than {_MOST_PAGES} pages")

    def rest(self, seconds: float) -> None:
        """Let no call begin for so long: Graph asked for it inside of an answer."""
        self._pace.rest(seconds)

    def below(self, path: str, link: str) -> str:
        """Return a link as Graph gave it, without our address; OutsideError when it leads anywhere else."""
        if not link.startswith(f"{self.url}{path}?"):
            raise OutsideError(
                f"{self.url}{path}: the next page is elsewhere ({link[:100]}); it is not asked for"
            )
        return link.removeprefix(self.url)

    def missing(self, needed: Mapping[str, str]) -> list[str]:
        """Say which permissions the token lacks, of names and what for, and which are more than we use."""
        roles = self.sign_in.roles()
        lacking = [
            f"API permissions: the app lacks {name} (Application), {why}; an administrator grants it"
            for name, why in needed.items()
            if not {name, _WITHIN.get(name, name)} & roles
        ]
        more = ", ".join(sorted(roles - OURS))
        return lacking + [f"API permissions: take away what Catchlight never uses: {more}"] * bool(more)


def has(*keys: str) -> Callable[[Reply], None]:
    """Return a check that an answer is an object with one of these keys, where it is an answer at all."""

    def check(reply: Reply) -> None:
        if reply.status == 507 or (reply.status == 200 and not any(key in reply.json() for key in keys)):
            raise OutsideError(f"{reply.url}: answers {reply.status} without {' or '.join(keys)}")

    return check


def has_list(reply: Reply) -> None:
    has("value")(reply)
    if reply.status == 200 and not isinstance(reply.json()["value"], list):
        raise OutsideError(f"{reply.url}: answers without a list")


def code_of(reply: Reply) -> tuple[str, str]:
    """Return the code and the message of a Graph error, empty where the answer has none."""
    try:
        told = reply.json().get("error")
    except CatchlightError:
        told = None
    if not isinstance(told, dict):
        return "", ""
    return str(told.get("code", ""))[:80], " ".join(str(told.get("message", "")).split())[:160]


def said(reply: Reply) -> str:
    """Quote Graph: the status, its code and its words, in one line."""
    code, message = code_of(reply)
    return f"{reply.status} {code}{': ' + message if message else ''}".strip()


def _no_list(reply: Reply, right: str) -> ConfigError | OutsideError:
    if reply.status == 403:
        return ConfigError(f"API permissions: the app needs {right} (Application): {said(reply)}")
    if reply.status == 404:
        return ConfigError(f"{reply.url}: there is no such thing ({said(reply)})")
    return OutsideError(f"{reply.url}: cannot be listed ({said(reply)})")
