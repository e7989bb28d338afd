"""A stand-in for Slack that keeps state and follows the published contract; no real workspace was ever used.

After Slack's reference of SCIM 2.0 and its rate limits, and of users.list, users.info, users.setPhoto, auth.test,
oauth.v2.access and auth.revoke: SCIM, the Web API and the server of pictures, each below a path of its own. What is not
documented is a guess that can be turned: ``removal``, ``longest``, ``protects_owners``, ``lag``, ``lock``.
"""

import hashlib
import re
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, urlsplit

from tests import fake_slack_scim, fake_slack_web
from tests.fake_slack_limits import Answer, Buckets, Faults, busy
from tests.loopback import served

TOKEN = "xoxp-secret-of-the-owner"  # noqa: S105  the test's own
TEAM, OTHER_TEAM, ORGANISATION = "T0EXAMPLE", "T0SECOND", "E0EXAMPLE"
_LONG = re.compile(rb"base64,[A-Za-z0-9+/=]*")


@dataclass(frozen=True)
class Token:
    """Whose it is, and what it may do; an organisation's, or a bot's."""

    user: str
    scopes: tuple[str, ...]
    organisations: bool = False
    bot: bool = False


@dataclass
class Member:
    """An account. ``picture`` is a person's own, None for what Slack shows instead; ``more`` is said as it is.

    So is ``profile``, inside the profile.
    """

    id: str
    email: str = ""
    team: str = TEAM
    title: str = "Engineer"
    active: bool = True
    bot: bool = False
    admin: bool = False
    owner: bool = False
    more: dict[str, object] = field(default_factory=dict)
    profile: dict[str, object] = field(default_factory=dict)
    picture: bytes | None = None
    before: str = ""
    hash: str = ""
    changed_at: float = float("-inf")
    locked_until: float = float("-inf")


@dataclass
class FakeSlack:
    """The workspace: its people, who may do what, what is counted, and what is wrong on purpose.

    ``effective`` counts by person what really changed; ``calls`` is every call that came, with its body but for pictures; ``leaked`` are
    the calls to the server of pictures that carried a secret. ``next`` are answers that go before any other, by the
    first part of the path or by the last. ``at_once`` is the most that were ever under way.
    """

    plan: str = "business+"
    team: str = TEAM
    organisation: str = ORGANISATION
    members: dict[str, Member] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    codes: dict[str, tuple[str, str]] = field(default_factory=dict)
    client: str = "1234567890.1234567890123"
    client_secret: str = "secret-of-the-app"  # noqa: S105  the test's own
    redirect_uri: str = "https://portraits.example.org/slack"
    removal: str = "works"
    longest: int = 1_500_000
    protects_owners: bool = True
    lag: float = 0
    lock: float = 0
    drip: float = 0
    clock: Callable[[], float] = time.monotonic
    faults: Faults = field(default_factory=Faults)
    next: dict[str, list[Answer]] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    effective: Counter[str] = field(default_factory=Counter)
    calls: list[tuple[str, str, bytes]] = field(default_factory=list)
    leaked: list[str] = field(default_factory=list)
    at_once: int = 0
    under_way: int = 0
    url: str = ""
    turn: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        """Begin with an owner whose token may do everything."""
        self.buckets = Buckets(self.clock)
        self.add("U0OWNER", "owner@example.org", owner=True, admin=True)
        self.tokens[TOKEN] = Token("U0OWNER", ("admin", "users:read", "users:read.email"))

    def add(self, id_: str, email: str = "", picture: bytes | None = None, **more: object) -> Member:
        """Let somebody join."""
        member = self.members[id_] = Member(id_, email)
        known = {name: value for name, value in more.items() if hasattr(member, name)}
        for name, value in known.items():
            setattr(member, name, value)
        member.more = {name: value for name, value in more.items() if name not in known}
        if picture:
            self.show(member, picture)
            member.changed_at = float("-inf")
        return member

    def everybody(self) -> list[Member]:
        """Return all members in the order in which they joined."""
        return list(self.members.values())

    def issue(self, user: str, *scopes: str, **more: bool) -> str:
        """Give out a token."""
        word = f"xoxp-{secrets.token_hex(8)}"
        self.tokens[word] = Token(user, scopes, **more)
        return word

    def show(self, member: Member, picture: bytes | None) -> None:
        """Change a picture; it gets an address of its own, and is shown when the lag is over."""
        member.before, member.changed_at = self.shown(member), self.clock()
        member.picture = picture
        member.hash = hashlib.sha256((picture or b"") + secrets.token_bytes(4)).hexdigest()[:24]
        if picture is not None:
            self.pictures[f"/avatars/{member.hash}_original.jpg"] = picture

    def shown(self, member: Member) -> str:
        """Return the address of the original that the profile shows now, "" for none."""
        if self.clock() < member.changed_at + self.lag:
            return member.before
        return "" if member.picture is None else f"{self.url}/avatars/{member.hash}_original.jpg"

    def writes(self) -> list[tuple[str, str]]:
        """Return method and path of all calls that were not GET."""
        return [(method, path) for method, path, _ in self.calls if method != "GET"]

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        """Answer one call, one after the other."""
        parts = urlsplit(target)
        area = parts.path.split("/")[1]
        with self.turn:
            self.calls.append((method, parts.path, _LONG.sub(b"base64,", body)[:2000]))
            for planned in (self.next.get(area), self.next.get(parts.path.rpartition("/")[2])):
                if planned:
                    return planned.pop(0)
            fault = self.faults.next()
            if fault not in {"", "lost after"}:
                return _wrong(fault, area)
            given = self._usual(area, method, target, headers, body)
            return (
                Answer(given.status, given.body, given.headers, lost=True) if fault == "lost after" else given
            )

    def _usual(self, area: str, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        parts, said = urlsplit(target), headers.get("authorization", "")
        if area == "avatars":
            self.leaked += [target] if said or headers.get("cookie") else []
            picture = self.pictures.get(parts.path)
            return Answer(200, picture, {"Content-Type": "image/jpeg"}) if picture else Answer(404)
        token = self.tokens.get(said.removeprefix("Bearer "))
        if parts.path.startswith("/scim/v2"):
            return fake_slack_scim.answer(self, method, parts.path.removeprefix("/scim/v2"), token, body)
        kind = headers.get("content-type", "")
        fields = parse_qsl(parts.query or ("" if "multipart" in kind else body.decode()))
        form = dict(fields) | ({"authorization": said} if said.startswith("Basic") else {})
        files = fake_slack_web.files_of(kind, body)
        return fake_slack_web.answer(self, parts.path.removeprefix("/api/"), token, form, files)


def _wrong(fault: str, area: str) -> Answer:
    if fault.startswith("429"):
        return busy(fault)
    if fault == "unwell" and area == "api":
        return Answer(200, b'{"ok":false,"error":"internal_error"}')
    if fault == "page":
        return Answer(200, b"<html>signed out</html>", {"Content-Type": "text/html"})
    return Answer(503 if fault == "503" else 500, b"", lost=fault == "lost before")


@contextmanager
def slack(**more: object) -> Iterator[FakeSlack]:
    """Run a workspace on a free port of this machine."""
    workspace = FakeSlack(**more)  # type: ignore[arg-type]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _do(self) -> None:
            with workspace.turn:
                workspace.under_way += 1
                workspace.at_once = max(workspace.at_once, workspace.under_way)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = workspace.answer(self.command, self.path, headers, body)
            with workspace.turn:
                workspace.under_way -= 1
            self._say(answer)

        def _say(self, answer: Answer) -> None:
            if answer.lost:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            step = 1 if workspace.drip else len(answer.body) or 1
            for at in range(0, len(answer.body), step):
                self.wfile.write(answer.body[at : at + step])
                time.sleep(workspace.drip)

        def __getattr__(self, name: str) -> object:
            if name.startswith("do_"):
                return self._do
            raise AttributeError(name)

        def log_message(self, *_: object) -> None:
            pass

    with served(Handler) as workspace.url:
        yield workspace
