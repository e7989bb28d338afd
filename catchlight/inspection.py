"""Reading Content Credentials: who signed a file, when, what was done to it, and whether a byte changed since."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, Literal

from catchlight.errors import PhotoError
from catchlight.formats import identify
from catchlight.source_type import SourceType, written
from catchlight.trust import MEDIA, c2pa, context

State = Literal["trusted", "unknown", "expired", "changed", "none"]
_STATEMENT = b"\xff\xeb"  # the marker of the segments of a JPEG that hold credentials


@dataclass(frozen=True, slots=True)
class Finding:
    """What a file says of itself, and whether that may be believed.

    ``state``: trusted; signed by somebody unknown; by a certificate that has ended, with no time stamp; changed
    since; or not signed. ``at`` is when, by a time-stamp authority (None when nobody says so). ``type`` is the IPTC term.
    """

    state: State
    company: str = ""
    signer: str = ""
    at: datetime | None = None
    done: tuple[str, ...] = ()
    software: str = ""
    type: SourceType | None = None


def inspect(data: bytes, roots: str) -> Finding:
    """Return what is found in a picture by somebody who trusts the roots (PEM).

    Raises PhotoError for what is no JPEG, PNG or WebP.
    """
    kind = MEDIA.get(identify(data))
    if kind is None:
        raise PhotoError("photo.format", "Content Credentials are read from JPEG, PNG and WebP.")
    try:
        with context(roots) as settings, c2pa().Reader(kind, BytesIO(data), context=settings) as reader:
            told, holes = json.loads(reader.json()), _holes(json.loads(reader.detailed_json()))
    except c2pa().C2paError.ManifestNotFound:
        return Finding("none", type=written(data))
    except (c2pa().C2paError, LookupError, TypeError, ValueError):  # a changed byte may be anywhere
        return Finding("changed", type=written(data))
    type_ = written(_without(data, holes))
    if any(_hides_something(data[hole]) for hole in holes):
        return Finding("changed", type=type_)
    return _finding(told, type_)


def _holes(told: Mapping[str, Any]) -> list[slice]:
    """Return the parts of a file that the digest of its picture leaves out: those with the credentials themselves."""
    store = told["manifests"][told["active_manifest"]]["assertion_store"]
    left_out = store.get("c2pa.hash.data", {}).get("exclusions") or ()
    return [slice(int(one["start"]), int(one["start"]) + int(one["length"])) for one in left_out]


def _without(data: bytes, holes: Iterable[slice]) -> bytes:
    kept = bytearray(data)
    for hole in sorted(holes, key=lambda one: one.start, reverse=True):
        del kept[hole]
    return bytes(kept)


def _hides_something(left_out: bytes) -> bool:
    """Whether something stands between the segments of a JPEG's credentials: the library lets it pass, and viewers heed it."""
    at = 0
    while left_out[at : at + 2] == _STATEMENT:
        at += 2 + int.from_bytes(left_out[at + 2 : at + 4], "big")
    return left_out.startswith(_STATEMENT) and at != len(left_out)


def _finding(told: Mapping[str, Any], type_: SourceType | None) -> Finding:
    manifest: Mapping[str, Any] = told["manifests"][told["active_manifest"]]
    signature: Mapping[str, str] = manifest.get("signature_info", {})
    actions = [
        action
        for one in manifest.get("assertions", ())
        if one["label"].startswith("c2pa.actions")
        for action in one["data"]["actions"]
    ]
    makers = [f"{one.get('name', '')} {one.get('version', '')}" for one in manifest["claim_generator_info"]]
    return Finding(
        _state(told),
        company=signature.get("issuer", ""),
        signer=signature.get("common_name", ""),
        at=_time(told, signature),
        done=tuple(action["description"] for action in actions if "description" in action),
        software=makers[0].strip() if makers else "",
        type=type_,
    )


def _state(told: Mapping[str, Any]) -> State:
    if told["validation_state"] == "Trusted":
        return "trusted"
    wrong = {one["code"] for one in told["validation_results"]["activeManifest"]["failure"]}
    if any(code.endswith(("mismatch", "missing", "malformed")) for code in wrong):
        return "changed"
    if any("expired" in code or "outsideValidity" in code for code in wrong):
        return "expired"
    return "unknown" if told["validation_state"] == "Valid" else "changed"


def _time(told: Mapping[str, Any], signature: Mapping[str, str]) -> datetime | None:
    """Return the stamped time when the stamp itself holds."""
    good = {one["code"] for one in told["validation_results"]["activeManifest"]["success"]}
    if "time" not in signature or "timeStamp.trusted" not in good:
        return None
    return datetime.fromisoformat(signature["time"])
