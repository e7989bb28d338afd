"""Google's own description of its APIs, and whether calls and answers keep to it.

The discovery documents are those inside google-api-python-client; they are read as files.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_FILES = {"directory": "admin.directory_v1", "gmail": "gmail.v1", "people": "people.v1"}
_TYPES = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "object": dict,
    "array": list,
}


@dataclass(frozen=True)
class Method:
    """One method of an API, as its document describes it."""

    api: str
    described: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Return its name, such as directory.users.list."""
        return str(self.described["id"])

    def matches(self, verb: str, path: str) -> re.Match[str] | None:
        """Match a call; the groups are the parameters in the path."""
        if verb != self.described["httpMethod"]:
            return None
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(self.described["flatPath"]))
        return re.fullmatch("/" + pattern, path)

    def allows(self, scopes: frozenset[str]) -> bool:
        """Whether one of the scopes is enough."""
        return not scopes.isdisjoint(self.described["scopes"])

    def wrong(self, query: Mapping[str, str], body: Any) -> list[str]:
        """Return what is wrong with a call."""
        known = {**_document(self.api)["parameters"], **self.described.get("parameters", {})}
        found = [
            problem for name, value in query.items() for problem in _parameter(name, value, known.get(name))
        ]
        wanted = self.described.get("request")
        if wanted is None:
            return found + (["a body where none belongs"] if body is not None else [])
        return [*found, *_fits(self.api, body, wanted, "body"), *self._missing(body, wanted["$ref"])]

    def wrong_answer(self, body: Any) -> list[str]:
        """Return what is wrong with an answer."""
        wanted = self.described.get("response")
        if wanted is None:
            return [] if body is None else ["an answer where none belongs"]
        return list(_fits(self.api, body, wanted, "answer"))

    def _missing(self, body: Any, schema: str) -> Iterator[str]:
        for name, described in _document(self.api)["schemas"][schema]["properties"].items():
            if self.id in described.get("annotations", {}).get("required", []) and name not in (body or {}):
                yield f"body.{name} is required"


def method_of(verb: str, path: str) -> tuple[Method, dict[str, str]] | None:
    """Return the method that a call reaches, and what is in its path."""
    for method in _methods():
        match = method.matches(verb, path)
        if match:
            return method, match.groupdict()
    return None


def unknown_fields(mask: str) -> list[str]:
    """Return the fields of users that a mask asks for and Google does not have."""
    known = _document("directory")["schemas"]["User"]["properties"]
    inner = re.search(r"users\(([^)]*)\)", mask)
    return [name for name in inner[1].split(",") if name not in known] if inner else []


@cache
def _document(api: str) -> Any:
    spec = find_spec("googleapiclient")
    assert spec is not None
    folder = Path(str(spec.origin)).parent / "discovery_cache" / "documents"
    return json.loads((folder / f"{_FILES[api]}.json").read_text())


@cache
def _methods() -> tuple[Method, ...]:
    return tuple(Method(api, one) for api in _FILES for one in _below(_document(api)))


def _below(resource: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from resource.get("methods", {}).values()
    for deeper in resource.get("resources", {}).values():
        yield from _below(deeper)


def _parameter(name: str, value: str, described: Mapping[str, Any] | None) -> Iterator[str]:
    if described is None:
        yield f"{name} is no parameter"
        return
    if described["type"] == "integer" and not (
        value.isdigit() and int(value) <= int(described.get("maximum", 2**31))
    ):
        yield f"{name}={value} is no number, or too large"
    if "enum" in described and value not in described["enum"]:
        yield f"{name}={value} is none of {described['enum']}"


def _fits(api: str, value: Any, described: Mapping[str, Any], where: str) -> Iterator[str]:
    if "$ref" in described:
        described = _document(api)["schemas"][described["$ref"]]
    kind = described.get("type", "any")
    if kind != "any" and not isinstance(value, _TYPES[kind]):
        yield f"{where} is no {kind}"
    elif kind == "object" and "properties" in described:
        for name, inner in value.items():
            if name in described["properties"]:
                yield from _fits(api, inner, described["properties"][name], f"{where}.{name}")
            else:
                yield f"{where}.{name} is unknown"
    elif kind == "array":
        for inner in value:
            yield from _fits(api, inner, described["items"], f"{where}[]")
    elif described.get("format") == "byte":
        yield from _bytes(value, where)
    elif "enum" in described and value not in described["enum"]:
        yield f"{where} is none of {described['enum']}"


def _bytes(value: str, where: str) -> Iterator[str]:
    """Web-safe base64; how it is padded, the document says in two ways."""
    bare = re.sub(r"[=*.]+$", "", value)
    try:
        base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        yield f"{where} is not web-safe base64"
