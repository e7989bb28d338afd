"""Mistakes in a settings file, one sentence each: the key, and what to write instead."""

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

_WRITE = {
    "bool": "write true or false",
    "int": "write a whole number",
    "float": "write a number",
    "string": 'write text in quotation marks, such as "{input}"',
    "path": 'write a path in quotation marks, such as "{input}"',
    "date": "write a day, such as 2026-03-01",
    "tuple": "write a list, such as {key} = [{items}]",
    "list": "write a list, such as {key} = [{items}]",
    "dict": "write a table, [{where}]",
    "model": "write a table, [{where}]",
}
"""By what pydantic calls a type."""

_PATTERNS = {
    "^#[0-9a-fA-F]{6}$": 'write a colour as "#rrggbb", such as "#e6e8eb"',
    "^[a-z][a-z0-9-]{0,30}$": 'write a name of small letters, digits and "-", such as "tile"',
}
"""By the pattern that a text has to have."""

_BOUNDS = {"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most"}


def mistakes(
    error: ValidationError, model: type[BaseModel], above: str = "", besides: Sequence[str] = ()
) -> list[str]:
    """Return each mistake that pydantic found as a sentence; ``above`` is what its keys stand in.

    ``besides`` are keys that may stand there, too, though the model does not know them.
    """
    return [_sentence(one, model, above, besides) for one in error.errors()]


def _sentence(error: Any, model: type[BaseModel], above: str, besides: Sequence[str]) -> str:
    loc = tuple(part for part in error["loc"] if part != "[key]")
    where = f"{above}{'.'.join(map(str, loc))}".rstrip(".")
    if error["type"] == "extra_forbidden":
        known = [*_fields(model, loc), *(besides if len(loc) == 1 else ())]
        return f"{where}: there is no such key{_meant(str(loc[-1]), known)}"
    return f"{where}: {_told(error, model, loc, where)}"


def _told(error: Any, model: type[BaseModel], loc: tuple[Any, ...], where: str) -> str:
    given = error["input"]
    match error["type"]:
        case "missing":
            return f"missing; add it{_described(model, loc)}"
        case "value_error":
            return str(error["msg"]).removeprefix("Value error, ")
        case "literal_error" | "enum":
            known = re.findall(r"'([^']*)'", error["ctx"]["expected"])
            return f"{given!r} is none of {', '.join(known)}{_near(str(given), known)}"
        case "string_pattern_mismatch" | "string_too_short" | "too_short":
            wanted = _PATTERNS.get(error["ctx"].get("pattern", ""))
            return f"{given!r}{f': {wanted}' if wanted else ' is not right'}{_described(model, loc)}"
    described = _described(model, loc) if error["type"].startswith(("dict", "model")) else ""
    return f"{given!r}: {_instead(error, where)}{described}"


def _instead(error: Any, where: str) -> str:
    """Return what to write instead of a value of another type, or beyond a bound."""
    for name, words in _BOUNDS.items():
        if name in error.get("ctx", {}):
            return f"has to be {words} {error['ctx'][name]:g}"
    words = _WRITE.get(str(error["type"]).partition("_")[0], "")
    if not words:
        return f"{error['msg'][:1].lower()}{error['msg'][1:]}"
    key, items = where.rpartition(".")[2], _items(error["input"])
    return words.format(input=error["input"], key=key, where=where, items=items)


def _items(given: object) -> str:
    """Return what somebody wrote instead of a list as it stands in one: numbers one by one, anything else as a text."""
    text = str(given)
    numbers = [part.strip() for part in text.split(",")]
    return ", ".join(numbers) if all(part.isdecimal() for part in numbers) else f'"{text}"'


def _fields(model: Any, loc: tuple[Any, ...]) -> Mapping[str, Any]:
    """Return the fields of the section that a key stands in."""
    for part in loc[:-1]:
        if not isinstance(part, int):  # a number is one of a list
            found = getattr(model, "model_fields", {}).get(part)
            model = _section(found.annotation) if found else None
    return getattr(model, "model_fields", {})


def _section(annotation: Any) -> Any:
    """Return the section in a list of sections, or in one that may be left out."""
    return next((one for one in get_args(annotation) if hasattr(one, "model_fields")), annotation)


def _described(model: type[BaseModel], loc: tuple[Any, ...]) -> str:
    found = _fields(model, loc).get(str(loc[-1])) if loc else None
    return f": {found.description}" if found and found.description else ""


def _meant(key: str, known: Sequence[str]) -> str:
    there = f"; there are: {', '.join(known)}" if known else "; take it out"
    return _near(key, known) or there


def _near(given: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(given, known, 1)
    return f"; do you mean {near[0]}?" if near else ""
