"""Content Credentials (C2PA): what was done to a portrait, signed with the company's own key, inside the file.

Signing is the last thing that happens to a file: whatever changes a byte of it afterwards shows. No thumbnail and no
original is put in. The same picture signed twice gives two files, so what was signed is kept and used again.
"""

import hashlib
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from catchlight import __version__, kit_text
from catchlight.errors import CatchlightError, ConfigError, PhotoError
from catchlight.formats import identify
from catchlight.intranet import must_be_inside
from catchlight.publish_policy import Marking, load_publishing
from catchlight.records import Rung
from catchlight.signing_keys import Certificates, Place
from catchlight.source_type import HEAD, written
from catchlight.time_server import stamping
from catchlight.time_stamp import TimeAuthority
from catchlight.trust import MEDIA, c2pa, context

ROOM = 20_000
"""Bytes by which a signed file is larger at most."""
_ACTIONS = {Rung.KEEP: "c2pa.converted", Rung.CROP: "c2pa.cropped"}


def credentials_of(home: Path) -> "Credentials | None":
    """Return what signs the files of a home folder, None where nothing is to be signed; ConfigError for publish.toml."""
    marking, place = load_publishing(home).marking, Place(home)
    wanted = marking.credentials == "required" or (marking.credentials == "set_up" and place.is_set_up)
    return Credentials(place, marking) if wanted else None


@dataclass(frozen=True, slots=True)
class Credentials:
    """Signs files with the keys of a home folder, which are read when they are needed."""

    place: Place
    marking: Marking

    @property
    def key(self) -> str:
        """What of the keys decides whether a file that was signed is still good.

        With a time stamp a signature outlives its certificate; without one it ends with it. "" for keys that are
        missing or damaged: then nothing can be signed, and signing says why.
        """
        try:
            known = self.place.certificates()
        except ConfigError:
            return ""
        ends = known.signer if self.marking.time_stamps == "none" else known.root
        return hashlib.sha256(ends.public_bytes(Encoding.DER)).hexdigest()

    def signed(self, picture: bytes, rung: str) -> bytes:
        """Return a finished file (JPEG, PNG or WebP) with its credentials.

        Raises PhotoError ``signature.failed``: what cannot be signed and found trusted is not to be published.
        """
        try:
            return self._signed(picture, Rung(rung))
        except (CatchlightError, c2pa().C2paError, OSError) as error:
            message = f"not signed, so not published: {error}"
            raise PhotoError("signature.failed", message) from error

    def _signed(self, picture: bytes, rung: Rung) -> bytes:
        if not self.place.is_set_up:
            message = 'publish.toml asks for credentials = "required", and there are no keys: `catchlight provenance init`'
            raise ConfigError(message)
        known = self.place.certificates()
        _must_be_valid(known)
        with self._stamps(known) as address:
            return self._made(picture, rung, known, address)

    def _made(self, picture: bytes, rung: Rung, known: Certificates, address: str) -> bytes:
        """Return the signed file once it was read and found trusted."""
        kind, out, roots = MEDIA[identify(picture)], BytesIO(), self.place.public("root").read_text()
        with (
            context(roots, address) as settings,
            c2pa().Signer.from_info(self._signer(address)) as signer,
            c2pa().Builder(_manifest(kind, rung, picture), settings) as builder,
        ):
            builder.set_intent(c2pa().C2paBuilderIntent.EDIT)  # what it was before is not put in
            builder.sign(signer, kind, BytesIO(picture), out)
            out.seek(0)
            with c2pa().Reader(kind, out, context=settings) as reader:
                state = reader.get_validation_state()
        if state != "Trusted":
            message = f"the signed file is {state}, not Trusted: key, chain.pem and root.pem of {known.company} do not belong together"
            raise ConfigError(message)
        return out.getvalue()

    def _signer(self, address: str) -> Any:
        key = self.place.key("signer").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        chain = self.place.public("chain").read_bytes()
        stamps = address.encode() or None
        return c2pa().C2paSignerInfo(alg=b"es256", sign_cert=chain, private_key=key, ta_url=stamps)

    def _stamps(self, known: Certificates) -> AbstractContextManager[str]:
        """Return where the time is stamped while a file is signed, "" for nowhere."""
        asked = self.marking.time_stamps
        if asked == "none":
            return nullcontext("")
        if asked != "own":
            must_be_inside(asked)
            return nullcontext(asked)
        if known.time is None:
            message = f'{self.place.public("time")}: missing; time_stamps = "own" in publish.toml needs it'
            raise ConfigError(message)
        return stamping(TimeAuthority(known.time, self.place.key("time"), (known.root,)))


def _must_be_valid(known: Certificates) -> None:
    ends = known.signer.not_valid_after_utc
    if ends < datetime.now(UTC):
        message = f"the certificate to sign with ended on {ends:%d %B %Y}; `catchlight provenance renew`"
        raise ConfigError(message)


def _manifest(kind: str, rung: Rung, picture: bytes) -> dict[str, Any]:
    """Return what is said: what was done, by what. Nobody's name, and nothing of the photo."""
    type_ = written(picture[:HEAD])
    action = {
        "action": _ACTIONS.get(rung, "c2pa.edited"),
        "description": kit_text.changed("en", rung),
        "softwareAgent": {"name": "Catchlight", "version": __version__},
        **({"digitalSourceType": type_.uri} if type_ else {}),
    }
    actions = {"label": "c2pa.actions.v2", "data": {"actions": [action]}}
    return {"format": kind, "title": "portrait", "assertions": [actions]}
