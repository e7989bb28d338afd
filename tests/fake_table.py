"""A stand-in for HR systems that nobody knows: people in JSON, NDJSON or CSV, paged in every usual way."""

import base64
import csv
import hashlib
import io
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from tests.http_stand_in import Answer, Call, Faults

TOKEN = "token-of-hr"  # noqa: S105  a stand-in's
COLUMNS = {"given_name": "first", "family_name": "last"}


@dataclass
class FakeTable:
    """A system; ``size`` people are on a page, ``more`` are further rows of the list.

    Its links and cursors know whom they gave already (``given``), and go on with the others.
    """

    url: str = ""
    size: int = 3
    paging: str = "next"
    format: str = "json"
    people: dict[str, dict[str, str]] = field(default_factory=dict)
    photos: dict[str, bytes] = field(default_factory=dict)
    empty: dict[str, str] = field(default_factory=dict)
    accepted: set[str] = field(default_factory=lambda: {f"Bearer {TOKEN}"})
    header: str = "authorization"
    forgetful: bool = False
    refuses_photos: set[str] = field(default_factory=set)
    next_at: str = ""
    more: list[dict[str, Any]] = field(default_factory=list)
    given: dict[str, set[str]] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    calls: list[str] = field(default_factory=list)

    def answer(self, call: Call) -> Answer:
        """Answer one call."""
        self.calls.append(f"{unquote(call.path)}?{call.query}")
        if call.headers.get(self.header) not in self.accepted:
            return Answer(401, b'{"error": "who are you?"}')
        if call.path.startswith("/api/photos/"):
            key = unquote(call.path.removeprefix("/api/photos/")).removesuffix(".jpg")
            return self.faults.over("photo", self._photo(key, call.headers.get("if-none-match", "")))
        if call.path != "/api/people":
            return Answer(404, b"nothing here")
        return self.faults.over("list", self._list(dict(parse_qsl(call.query))))

    def _photo(self, key: str, known: str) -> Answer:
        if key in self.refuses_photos or "*" in self.refuses_photos:
            return Answer(403, b"no")
        if key not in self.photos:
            return {"404": Answer(404, b"{}"), "204": Answer(204), "empty": Answer(200)}[
                self.empty.get(key, "404")
            ]
        etag = f'"{hashlib.sha256(self.photos[key]).hexdigest()}"'
        return (
            Answer(304)
            if known == etag
            else Answer(200, self.photos[key], {"ETag": etag, "Content-Type": "x/y"})
        )

    def _list(self, query: dict[str, str]) -> Answer:
        rows, size = [*map(self.row, self.people), *self.more], int(query.get("limit", self.size))
        after = query.get("after", "0")
        if self.forgetful and after != "0":
            return Answer(410, b'{"error": "this cursor has expired"}')
        rows = [row for row in rows if str(row["id"]) not in self.given.get(after, ())]
        if self.paging == "page":
            start = (int(query.get("page", "1")) - 1) * size
        elif self.paging == "offset":
            start = int(query.get("offset", "0"))
        else:
            start = 0
        page = rows if self.paging == "none" else rows[start : start + size]
        if self.format != "json":
            return Answer(200, _lines(page) if self.format == "ndjson" else _table(page))
        more = start + size < len(rows) and self.paging != "none"
        told: dict[str, Any] = {
            "data": {"people": page},
            "meta": {"total": len(rows), "cursor": None},
            "links": {},
        }
        mark = str(len(self.given) + 1)
        self.given[mark] = {*self.given.get(after, ()), *(str(row["id"]) for row in page)}
        if more and self.paging == "cursor":
            told["meta"]["cursor"] = mark
        if more and self.paging == "next":
            told["links"]["next"] = f"{self.next_at or self.url}/people?after={mark}&x=a%2Fb"
        return Answer(200, json.dumps(told).encode())

    def row(self, key: str) -> dict[str, Any]:
        """Return somebody as the list has them."""
        one = self.people[key]
        picture = self.photos.get(key)
        flat = {
            "id": key, "first": one.get("given_name"), "last": one.get("family_name"), "email": one.get("email"),
            "title": one.get("title"), "status": one.get("status", "active"),
            "photo": base64.b64encode(picture).decode() if picture else self.empty.get(key) and "",
            "link": one.get("link"), "hash": hashlib.sha256(picture).hexdigest()[:8] if picture else None,
        }  # fmt: skip
        if self.format == "csv":
            return {name: value or "" for name, value in flat.items()}
        return {
            **flat, "id": int(key) if key.isdecimal() else key, "name": {"first": flat["first"], "last": flat["last"]},
            "emails": [{"value": flat["email"]}], "active": flat["status"] == "active",
        }  # fmt: skip


def _lines(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def _table(rows: list[dict[str, Any]]) -> bytes:
    out = io.StringIO()
    names = ("id", "first", "last", "email", "title", "status", "photo", "link", "hash")
    table = csv.DictWriter(out, names, delimiter=";")
    table.writeheader()
    table.writerows(rows)
    return out.getvalue().encode("utf-8-sig")
