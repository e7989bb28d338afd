"""A file of answers that a contact sheet saved: read strictly, and believed only with a good signature.

The file is JSON: ``format``, ``who``, ``signed`` (the answers, JSON again, as text) and ``signature``,
the HMAC-SHA256 of exactly that text in UTF-8, in hex. So nothing needs to be brought into a canonical
form, and nothing of the answers is read before the signature is found good.
"""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from catchlight.errors import ConfigError
from catchlight.register import moment
from catchlight.reviewer_codes import Reviewer, find_reviewer

LARGEST = 50 * 2**20
_CONTROLS = frozenset(map(chr, (*range(9), 11, 12, *range(14, 32), 127, *range(0xD800, 0xE000))))
_INSTANT = r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$"
M = TypeVar("M", bound=BaseModel)


def _clean(text: str) -> str:
    if _CONTROLS & set(text):
        message = "holds control characters"
        raise ValueError(message)
    return text


def _dated(text: str) -> str:
    moment(text)
    return text


Text = Annotated[str, AfterValidator(_clean)]
Instant = Annotated[str, Field(pattern=_INSTANT), AfterValidator(_dated)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Line(_Part):
    """One answer: whose, about which picture ("" for none), what, and when it was marked."""

    employee: Text = Field(min_length=1, max_length=200)
    picture: str = Field(pattern="^([0-9a-f]{64})?$")
    answer: Literal["approve", "keep", "retry", "upload", "refuse"]
    tags: list[Text] = Field(max_length=20)
    comment: Text = Field(max_length=500)
    at: Instant


class Sheet(_Part):
    """Which sheet the answers are about: its run and the digest of its preset."""

    run: Text = Field(min_length=1, max_length=200)
    preset: Text = Field(max_length=64)


class Saved(_Part):
    """What was signed."""

    format: Literal["catchlight-answers-1"]
    sheet: Sheet
    who: Text
    saved: Instant
    answers: list[Line]


class _Envelope(_Part):
    format: Literal["catchlight-answers-1"]
    who: Text
    signed: str
    signature: str = Field(pattern="^[0-9a-f]{64}$")


def is_signed_file(path: Path) -> bool:
    """Whether a file is meant to be one that a contact sheet signed, rather than a table."""
    try:
        with path.open("rb") as file:
            return path.suffix.lower() == ".json" or file.read(64).lstrip()[:1] == b"{"
    except OSError:
        return False


def open_signed_file(path: Path, home: Path) -> tuple[Saved, Reviewer]:
    """Return what was signed and by whom; ConfigError, in one sentence, when it cannot be believed."""
    envelope = _parse(path, _bytes(path), _Envelope, "is not a signed file of a contact sheet")
    signer = find_reviewer(home, envelope.who)
    if signer is None:
        raise _refusal(path, "is signed in the name of somebody who has no code here")
    if not signer.key:
        raise _refusal(
            path, f"is signed with the code of {signer.name!r}, which was revoked {signer.revoked[:10]}"
        )
    text = envelope.signed.encode("utf-8", "surrogatepass")
    good = hmac.new(bytes.fromhex(signer.key), text, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(good, envelope.signature):
        raise _refusal(
            path, f"does not carry the signature of {signer.name!r}: changed since, or another code"
        )
    saved = _parse(path, text, Saved, "is signed, but not as a contact sheet writes it")
    if saved.who != envelope.who:
        raise _refusal(path, "names two signers")
    return saved, signer


def _refusal(path: Path, what: str) -> ConfigError:
    return ConfigError(f"{path}: {what}; nothing was taken in")


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror}"
        raise ConfigError(message) from error
    if len(data) > LARGEST:
        raise _refusal(path, f"is larger than {LARGEST // 2**20} MB")
    return data


def _parse(path: Path, data: bytes, kind: type[M], what: str) -> M:
    """Return JSON as a record of the kind, without anything odd; ConfigError."""
    try:
        found = json.loads(data.decode(), object_pairs_hook=_once, parse_constant=_number)
        return kind.model_validate(found)
    except RecursionError as error:
        raise _refusal(path, f"{what}: nested too deeply") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) if str(part).isalnum() else "?" for part in first["loc"]) or "the whole"
        raise _refusal(path, f"{what}: {where}: {first['msg']}") from error
    except ValueError as error:
        raise _refusal(path, f"{what}: {error}") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        message = "a key is there twice"
        raise ValueError(message)
    return found


def _number(name: str) -> None:
    message = f"{name} is no number"
    raise ValueError(message)
