"""One value of a Google user, by a path such as ``name.givenName`` or ``externalIds[organization].value``."""

import re
from collections.abc import Mapping
from typing import Any

_PART = re.compile(r"(\w+)(?:\[([^\[\]]+)\])?")
_PATH = re.compile(rf"{_PART.pattern}(?:\.{_PART.pattern})*")


def path(text: str) -> str:
    """Return a path as it is; ValueError for what is none. "" stands for nothing at all."""
    if text and not _PATH.fullmatch(text):
        message = f"{text!r}: a path such as organizations.title, externalIds[organization].value or customSchemas.HR.number"
        raise ValueError(message)
    return text


def property_of(text: str) -> str:
    """Return the property of a user that a path begins with."""
    return re.split(r"[.\[]", text, maxsplit=1)[0]


def value(user: Mapping[str, Any], text: str) -> str:
    """Return what a path leads to, "" for nothing."""
    found: Any = user
    for name, kind in _PART.findall(text):
        found = found.get(name) if isinstance(found, dict) else None
        if isinstance(found, list):
            found = _one(found, kind)
    return "" if found is None or isinstance(found, dict | list) else str(found)


def _one(listed: list[Any], kind: str) -> Any:
    """Return the entry of this type, its own (``customType``) or Google's; of several, and without a type, the first choice."""
    wanted = [one for one in listed if not kind or _kind(one) == kind.casefold()]
    return next((one for one in wanted if _is_first_choice(one)), wanted[0] if wanted else None)


def _kind(one: Any) -> str:
    if not isinstance(one, dict):
        return ""
    kind = one.get("customType") if one.get("type") == "custom" else one.get("type")
    return str(kind or "").casefold()


def _is_first_choice(one: Any) -> bool:
    return isinstance(one, dict) and (one.get("primary") is True or one.get("preference") == "preferred")
