"""The JSON schema of presets, by which editors complete and check their TOML files."""

import json
from typing import Any

from catchlight import plugins
from catchlight.config import Preset

FILE = "preset.schema.json"
_ENGINES = "catchlight.engines"
_GRADIENT, _IMAGE = (
    {"required": ["kind"], "properties": {"kind": {"const": kind}}} for kind in ("gradient", "image")
)
_GROUND = [
    {"if": _GRADIENT, "then": {"required": ["edge"]}},
    {"if": _IMAGE, "then": {"required": ["image"]}, "else": {"properties": {"image": False}}},
]
"""What one key of [background] asks of the others."""
_PAINTER = {
    "required": ["engines"],
    "properties": {"engines": {"required": ["paint"], "properties": {"paint": {"minLength": 1}}}},
}
_PAINTED = [
    {"if": _PAINTER, "then": {"required": ["rung"], "properties": {"rung": {"const": "generate"}}}},
    {"if": {"required": ["generate"], "properties": {"generate": {"minProperties": 1}}}, "then": _PAINTER},
]
"""Who paints needs the rung; what is painted needs somebody who does."""
_JOBS = ("faces", "landmarks", "matte", "likeness", "enlarge", "paint")


def text() -> str:
    """Return the schema as the file in brand_presets/ has it, checks and engines by their names."""
    schema = _plain(Preset.model_json_schema())
    del schema["properties"]["name"]  # the file's own name
    schema["required"] = ["title"]
    schema["properties"]["checks"] = _checks()
    schema["properties"]["rungs"]["additionalProperties"] = False
    schema["$defs"]["Delivery"]["properties"]["crops"]["additionalProperties"] = False
    schema["$defs"]["Background"]["allOf"] = _GROUND
    schema["allOf"] = _PAINTED
    parts = schema["$defs"]["Engines"]["properties"]
    for job in _JOBS:
        parts[job]["enum"] = [name for name in plugins.names(_ENGINES) if job in _facts(name).jobs]
        parts[job]["enum"] += [""] if parts[job]["default"] == "" else []
    parts["options"] = _options()
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "Catchlight brand preset"}
    return json.dumps(head | schema, indent=1, ensure_ascii=False) + "\n"


def _facts(name: str) -> Any:
    return plugins.load(_ENGINES, name).FACTS


def _checks() -> dict[str, Any]:
    """Name every check: a limit for one that does not exist is refused."""
    found = {name: plugins.load("catchlight.checks", name) for name in plugins.names("catchlight.checks")}
    limits = {
        name: {
            "description": f"{check.TITLE} ({check.UNIT})",
            "allOf": [{"$ref": "#/$defs/Limit"}],
            **_held(check),
        }
        for name, check in found.items()
    }
    return {
        "description": "Your own limits for a check; what you leave out stays as it is",
        "type": "object",
        "additionalProperties": False,
        "properties": limits,
    }


def _held(check: Any) -> dict[str, Any]:
    """Say what no preset may change: what never counts, and what a person always looks at."""
    if getattr(check, "NEVER_COUNTS", False):
        return {"properties": {"outcome": {"const": "note"}}}
    if getattr(check, "ALWAYS_COUNTS", False):
        own = check.Settings()
        sides = {side: getattr(own, side) for side in ("low", "high")}
        kept = {side: False if value is None else {"const": value} for side, value in sides.items()}
        return {"properties": {"outcome": {"enum": ["review", "retake"]}, **kept}}
    return {}


def _options() -> dict[str, Any]:
    """Put every engine's settings in."""
    engines = {
        name: _plain(plugins.load(_ENGINES, name).Settings.model_json_schema())
        for name in plugins.names(_ENGINES)
    }
    return {"type": "object", "additionalProperties": False, "properties": engines}


def _plain(part: Any) -> Any:
    """Leave out what says nothing to the reader of a TOML file: made-up titles, and null, which TOML lacks."""
    if isinstance(part, list):
        return [_plain(each) for each in part]
    if not isinstance(part, dict):
        return part
    kept = {key: _plain(value) for key, value in part.items() if not _says_nothing(key, value)}
    choices = [each for each in kept.get("anyOf", []) if each != {"type": "null"}]
    if len(choices) == 1:
        del kept["anyOf"]
        kept |= choices[0]
    return kept


def _says_nothing(key: str, value: Any) -> bool:
    """Whether a value is a made-up title, or a default that the parts have one by one."""
    if key == "title":
        return isinstance(value, str)
    return key == "default" and (value is None or isinstance(value, dict))
