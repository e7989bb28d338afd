"""A stand-in for SAP SuccessFactors' OData API (version 2) that keeps state; no real company was ever used.

After SAP's public knowledge base: User lists active users only unless status is filtered with ``in``, at most 1000 a page
with ``__next`` (2489065, 2736579, 2723468), Photo answers If-Modified-Since and knows active users only (2317289, 3358338).
"""

import base64
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import parse_qsl, unquote, urlsplit

from cryptography.hazmat.primitives.asymmetric import rsa

from tests import saml_token
from tests.http_stand_in import Answer, Call, Faults

USER, PASSWORD, TOKEN, API_KEY = "CATCHLIGHT@example", "secret-of-sf", "token-of-sf", "NzNk-api-key"
ABOVE = "/odata/v2"
COLUMNS = {"given_name": "firstName", "family_name": "lastName"}
_KNOWN = {
    "userId", "status", "empId", "firstName", "lastName", "defaultFullName", "email", "username", "department",
    "title", "country", "defaultLocale", "hireDate", "custom01",
}  # fmt: skip


def error(status: int, code: str, words: str) -> Answer:
    """Return an error as OData answers it."""
    body = {"error": {"code": code, "message": {"lang": "en-US", "value": words}}}
    return Answer(status, json.dumps(body).encode(), {"Content-Type": "application/json"})


def _json(rows: list[dict[str, object]], more: str = "") -> Answer:
    told = {"d": {"results": rows} | ({"__next": more} if more else {})}
    return Answer(200, json.dumps(told).encode(), {"Content-Type": "application/json"})


def _refused(words: str) -> Answer:
    body = {"errorHttpCode": "401", "errorMessage": words}
    return Answer(401, json.dumps(body).encode(), {"Content-Type": "application/json"})


@dataclass
class FakeSuccessFactors:
    """The company. ``dated`` says whether photos come with Last-Modified; a clock of its own goes on at each change."""

    url: str = ""
    people: dict[str, dict[str, object]] = field(default_factory=dict)
    photos: dict[str, tuple[bytes, datetime]] = field(default_factory=dict)
    empty: dict[str, str] = field(default_factory=dict)
    dated: bool = True
    snapshots: dict[str, list[str]] = field(default_factory=dict)
    photo_right: bool = True
    hidden: set[str] = field(default_factory=set)
    clock: datetime = datetime(2026, 11, 2, 8, 0, 0, tzinfo=UTC)
    certified: rsa.RSAPublicKey | None = None
    given: set[str] = field(default_factory=set)
    faults: Faults = field(default_factory=Faults)
    calls: list[str] = field(default_factory=list)

    def photo(self, key: str, picture: bytes) -> None:
        """Let somebody upload a photo, now."""
        self.clock += timedelta(hours=1)
        self.photos[key] = (picture, self.clock)

    def answer(self, call: Call) -> Answer:
        """Answer one call."""
        self.calls.append(f"{unquote(call.path)}?{unquote(call.query)}")
        basic = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode("ascii")
        known = {basic, f"Bearer {TOKEN}", *(f"Bearer {one}" for one in self.given)}
        if call.headers.get("authorization") not in known:
            return error(401, "LGN0007", "Unable to authenticate the client (Login failed - invalid user)")
        path = call.path.removeprefix(ABOVE)
        if path == "/User":
            return self.faults.over("list", self._users(call))
        if path == "/Photo":
            asked = dict(parse_qsl(call.query))
            if asked["$filter"] == "photoType eq 1":
                return self.faults.over("list", self._dates(call))
            return self.faults.over("photo", self._property(asked["$filter"]))
        found = re.fullmatch(r"/Photo\(photoType=1,userId='((?:[^']|'')+)'\)/photo/\$value", unquote(path))
        if not found:
            return error(404, "NotFoundException", "Resource not found")
        key = found[1].replace("''", "'")
        return self.faults.over("photo", self._value(key, call.headers.get("if-modified-since", "")))

    def token(self, path: str, body: bytes) -> Answer:
        """Answer who asks for a token (RFC 7522; KBA 3462403, 3336571, 2668018, 2872019)."""
        form = dict(parse_qsl(body.decode()))
        if path != "/oauth/token" or form["grant_type"] != "urn:ietf:params:oauth:grant-type:saml2-bearer":
            return Answer(404)
        try:
            told = saml_token.read(
                base64.b64decode(form["assertion"]), self.certified, f"{self._root}/oauth/token"
            )
        except saml_token.WrongError:
            words = "Unable to verify the signature of the SAML assertion. Please ensure that the assertion has a signature"
            return _refused(f"{words} and the key pairs match the client ID")
        if (told.user, form["company_id"]) != ("CATCHLIGHT", "example"):
            return _refused("Unable to authenticate the client (Login failed - invalid user)")
        if form["client_id"] != API_KEY or told.attributes["api_key"] != API_KEY:
            return _refused("Invalid client ID")
        if form.get("new_token") == "true" or not self.given:
            self.given.add(f"given-{len(self.calls)}")
        return Answer(200, json.dumps(
            {"access_token": max(self.given), "token_type": "Bearer", "expires_in": 86_399}
        ).encode(), {"Content-Type": "application/json"})  # fmt: skip

    @property
    def _root(self) -> str:
        return self.url.partition("/odata")[0]

    def _dates(self, call: Call) -> Answer:
        """Answer which photos there are and when each changed, of active users; one that the right hides is not there."""
        if not self.photo_right:
            return error(403, "COE_GENERAL_FORBIDDEN", "[COE0020]No permission to read photos")
        rows = [
            {"userId": key, "photoType": 1, "lastModifiedDateTime": f"/Date({int(at.timestamp())}000+0000)/"}
            for key, (_, at) in self.photos.items()
            if self.people[key]["status"] == "t" and key not in self.hidden
        ]
        query = dict(parse_qsl(call.query))
        size, at = int(query["customPageSize"]), int(query.get("$skiptoken", "0"))
        above = f"{self.url}/Photo?{call.query.partition('&$skiptoken')[0]}"
        more = f"{above}&$skiptoken={at + size}" if at + size < len(rows) else ""
        return _json(rows[at : at + size], more)

    def _users(self, call: Call) -> Answer:
        query = dict(parse_qsl(call.query))
        select = query["$select"].split(",")
        if unknown := set(select) - _KNOWN:
            return error(
                400,
                "COE0021",
                f"Invalid property names: 'User/{unknown.pop()}'. Please check the property names",
            )
        size = min(int(query.get("customPageSize", "1000")), 1000)
        token = query.get("$skiptoken", "")
        if token and token not in self.snapshots:
            return error(400, "COE_PAGING", "The skiptoken is invalid or expired")
        wanted = re.findall(r"'([^']+)'", query["$filter"])
        keys = (
            self.snapshots.pop(token)
            if token
            else [k for k, one in self.people.items() if one["status"] in wanted]
        )
        page, rest = keys[:size], keys[size:]
        more = ""
        if rest:
            mark = base64.b64encode(f"{len(self.calls)}-{len(rest)}".encode()).decode("ascii")
            self.snapshots[mark] = rest
            parts = urlsplit(self.url)
            more = f"{parts.scheme}://{parts.netloc}{ABOVE}/User?{call.query.partition('&$skiptoken')[0]}&$skiptoken={mark}"
        rows = [{name: self.people[key].get(name) for name in select} for key in page if key in self.people]
        return _json([{"__metadata": {"uri": "…"}, **row} for row in rows], more)

    def _refused(self, key: str) -> Answer | None:
        if not self.photo_right or key in self.hidden:
            return error(403, "COE_GENERAL_FORBIDDEN", f"[COE0020]No permission to read the photo of {key}")
        if self.people.get(key, {}).get("status") != "t":
            return error(400, "COE_GENERAL_BAD_REQUEST", "[COE0015]user doesn't exist")
        return None

    def _value(self, key: str, since: str) -> Answer:
        if refused := self._refused(key):
            return refused
        if key not in self.photos:
            how = self.empty.get(key, "404")
            return {"404": error(404, "NotFound", "No data found"), "204": Answer(204), "empty": Answer(200)}[
                how
            ]
        picture, changed = self.photos[key]
        headers = {"Content-Type": "image/jpeg"} | (
            {"Last-Modified": format_datetime(changed, usegmt=True)} if self.dated else {}
        )
        try:
            asked = parsedate_to_datetime(since)
        except ValueError:
            return Answer(200, picture, headers)  # a date that is none is passed over in silence
        return Answer(304) if changed <= asked else Answer(200, picture, headers)

    def _property(self, chosen: str) -> Answer:
        key = re.fullmatch(r"photoType eq 1 and userId eq '((?:[^']|'')+)'", chosen)
        assert key
        name = key[1].replace("''", "'")
        if refused := self._refused(name):
            return refused
        picture = self.photos.get(name, (b"",))[0]
        if not picture and self.empty.get(name) != "null":
            return _json([])
        return _json([{"userId": name, "photoType": 1, "photo": base64.b64encode(picture).decode() or None}])
