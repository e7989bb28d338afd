"""A stand-in for BambooHR that keeps state and follows the published contract; no real account was ever used.

After the documentation of BambooHR's own SDK (BambooHR/bhr-api-python, EmployeesApi and PhotosApi): status codes, the
``x-bamboohr-error-message`` header, cursors, ``_restrictedFields``, square photos, everything encoded anew.
"""

import base64
import hashlib
import json
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

from PIL import Image, UnidentifiedImageError

from tests.loopback import served, whole_body

KEY = "0123456789abcdef"
_ALWAYS = {"employeeId", "firstName", "lastName", "preferredName", "photoUrl", "jobTitleName", "status"}
_KNOWN = {
    "employeeNumber", "workEmail", "displayName", "departmentName", "divisionName", "locationName", "country",
    "employmentStatusName", "hireDate",
}  # fmt: skip
"""Of the fields that can be asked for; others are ignored in silence."""

_ABOVE = "/api/v1/employees"


@dataclass(frozen=True)
class Answer:
    """A status, a body, and headers."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def said(status: int, words: str = "") -> Answer:
    """Return an error as BambooHR answers it: its words are in a header."""
    return Answer(status, b"", {"x-bamboohr-error-message": words} if words else {})


@dataclass
class FakeBambooHR:
    """The company: employees by id, their photos, who may not be seen, and the answers that are wrong on purpose.

    ``faults`` are shares of calls by kind: a status, "page", or "cut" (the work is done and the connection ends).
    ``stuck`` are answers of paths (a pattern: how often, which), ``old_cursors`` is how often cursors ended.
    ``next`` are answers that go before any other; ``broken`` are those after which the connection just ends, the
    work being done. ``calls`` is every call that came.
    """

    employees: dict[str, dict[str, object]] = field(default_factory=dict)
    photos: dict[str, bytes] = field(default_factory=dict)
    restricted: tuple[str, ...] = ()
    protected: set[str] = field(default_factory=set)
    uploads: Counter[str] = field(default_factory=Counter)
    faults: dict[str, float] = field(default_factory=dict)
    dice: random.Random = field(default_factory=lambda: random.Random(3))  # noqa: S311
    next: list[Answer] = field(default_factory=list)
    stuck: dict[str, tuple[int, Answer]] = field(default_factory=dict)
    old_cursors: int = 0
    heard: list[str] = field(default_factory=list)
    signed: int = 0
    lose_answers: int = 0
    plain_404: bool = False
    drip: float = 0
    calls: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""

    def add(self, id_: str, email: str, **more: object) -> None:
        """Hire somebody."""
        self.employees[id_] = {"employeeId": id_, "workEmail": email, "status": "Active", **more}

    def writes(self) -> list[str]:
        """Return the paths of all calls that were not GET."""
        return [path for method, path in self.calls if method != "GET"]

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        """Answer one call."""
        parts = urlsplit(target)
        self.calls.append((method, parts.path))
        self.heard.append(f"{method} {parts.path}")
        for pattern, (times, answer) in self.stuck.items():
            if times > 0 and re.search(pattern, parts.path):
                self.stuck[pattern] = (times - 1, answer)
                return answer
        if self.next:
            return self.next.pop(0)
        kind = next((kind for kind, share in self.faults.items() if self.dice.random() < share), "")
        if kind == "cut":
            self.lose_answers += 1
        elif kind:
            return Answer(200, b"<html>") if kind == "page" else Answer(int(kind), b"", {"Retry-After": "1"})
        expected = "Basic " + base64.b64encode(f"{KEY}:x".encode()).decode()
        if headers.get("authorization") != expected:
            return said(401)
        if method == "GET" and parts.path == _ABOVE:
            return self._list(parse_qs(parts.query))
        return self._about(method, parts.path.removeprefix(_ABOVE).strip("/").split("/"), headers, body)

    def _about(self, method: str, path: list[str], headers: dict[str, str], body: bytes) -> Answer:
        match path:
            case [id_] if method == "GET":
                return self._employee(id_)
            case [id_, "photo", size] if method == "GET":
                return self._photo(id_, size)
            case [id_, "photo"] if method == "POST":
                return self._upload(id_, headers, body)
        return said(404)

    def _list(self, query: dict[str, list[str]]) -> Answer:
        asked = {*"".join(query.get("fields", [])).split(",")} & _KNOWN
        fields = _ALWAYS | asked
        if len(asked) > 14:
            return said(400, "Too many fields")
        limit = min(int(query.get("page[limit]", ["250"])[0]), 2500)
        after = self._place(query["page[after]"][0]) if "page[after]" in query else 0
        if after < 0:
            return said(400, "Invalid cursor")
        rows = [self._row(one, fields) for one in self.employees.values()][after : after + limit]
        following = after + limit
        page: dict[str, object] = {"limit": limit, "nextCursor": None}
        if following < len(self.employees):
            page["nextCursor"] = base64.b64encode(f"{self.old_cursors} {following}".encode()).decode()
        return _json({"data": rows, "meta": {"total": len(self.employees), "page": page}, "_links": {}})

    def _place(self, cursor: str) -> int:
        """Return where a page begins, -1 for a cursor that ended."""
        age, start = map(int, base64.b64decode(cursor).split())
        return start if age == self.old_cursors else -1

    def _photo_url(self, id_: str) -> str:
        """Return an address that is signed anew each time."""
        self.signed += 1
        data = self.photos.get(id_)
        name = f"{id_}-{hashlib.sha256(data).hexdigest()[:8]}" if data else "no-photo"
        return f"https://images.example.com/{name}.jpg?Policy={self.signed}&Signature=x"

    def _row(self, one: dict[str, object], fields: set[str]) -> dict[str, object]:
        hidden = [name for name in self.restricted if name in fields]
        row = {name: one.get(name) for name in sorted(fields - {""}) if name not in hidden}
        row["photoUrl"] = self._photo_url(str(one["employeeId"]))
        return {**row, **dict.fromkeys(hidden), "employeeId": one["employeeId"], "_restrictedFields": hidden}

    def _employee(self, id_: str) -> Answer:
        return _json({"id": id_}) if id_ in self.employees else said(404)

    def _photo(self, id_: str, size: str) -> Answer:
        if id_ in self.protected:
            return said(403, "Insufficient Permissions to view this employee")
        if size not in {"original", "large", "medium", "small", "xs", "tiny"}:
            return said(404, f'Size: "{size}" is not a valid size option.')
        if id_ not in self.employees:
            return said(404, "" if self.plain_404 else "Employee not found")
        if id_ not in self.photos:
            return said(404, "" if self.plain_404 else "Employee photo not found")
        return Answer(200, self.photos[id_], {"Content-Type": "image/jpeg"})

    def _upload(self, id_: str, headers: dict[str, str], body: bytes) -> Answer:
        if id_ in self.protected:
            return said(403, "Insufficient Permissions to upload photos")
        if id_ not in self.employees:
            return said(404, "Employee not found")
        data = _file(headers, body)
        refused = (
            _refused(data) if self.uploads.get(id_, 0) < 32_767 else said(400, "Maximum number of photos")
        )
        if refused:
            return refused
        self.uploads[id_] += 1
        self.photos[id_] = _encoded_anew(data)
        return Answer(201)


def _file(headers: dict[str, str], body: bytes) -> bytes:
    """Return the form field ``file``, b"" when there is none."""
    form = message_from_bytes(
        b"Content-Type: " + headers.get("content-type", "").encode() + b"\r\n\r\n" + body, policy=policy.HTTP
    )
    for part in form.iter_parts():
        if part.get_param("name", header="content-disposition") == "file":
            return bytes(part.get_payload(decode=True))
    return b""


def _refused(data: bytes) -> Answer | None:
    if not data:
        return said(400, "No file provided")
    if len(data) > 20_000_000:
        return said(413, "File is too big")
    try:
        with Image.open(BytesIO(data)) as picture:
            (width, height), kind = picture.size, picture.format
    except UnidentifiedImageError:
        return said(415, "Unsupported image format")
    if (
        kind not in {"JPEG", "PNG", "BMP", "GIF", "MPO"}
        or abs(width - height) > 1
        or min(width, height) < 150
    ):
        return said(415, "Image must be square and at least 150x150")
    return None


def _encoded_anew(data: bytes) -> bytes:
    with Image.open(BytesIO(data)) as picture:
        small = picture.convert("RGB")
    small.thumbnail((600, 600))
    buffer = BytesIO()
    small.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def _json(value: object) -> Answer:
    return Answer(200, json.dumps(value).encode(), {"Content-Type": "application/json"})


@contextmanager
def bamboohr() -> Iterator[FakeBambooHR]:
    """Run an empty company on a free port of this machine."""
    company, turn = FakeBambooHR(), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            body = whole_body(self)
            if body is None:
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            with turn:
                answer = company.answer(self.command, self.path, headers, body)
                lost = company.lose_answers > 0
                company.lose_answers -= lost
            if lost:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self._send(answer.body)

        def __getattr__(self, name: str) -> object:
            if name.startswith("do_"):
                return self._do
            raise AttributeError(name)

        def _send(self, body: bytes) -> None:
            for at in range(0, len(body), 1 if company.drip else len(body) or 1):
                self.wfile.write(body[at : at + (1 if company.drip else len(body))])
                time.sleep(company.drip)

        def log_message(self, *_: object) -> None:
            pass

    with served(Handler) as company.url:
        yield company
