"""The keys and certificates that portraits are signed with: a root, below it an issuer, below that who signs.

Public: ``provenance/`` in the home folder. Private, for this account alone: ``secrets/provenance/``. The root's key
goes to a place of its own; nothing is signed with it from day to day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509 import Certificate
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from catchlight.errors import ConfigError
from catchlight.issuing import Authority, issued, name_of
from catchlight.policy import read_secret
from catchlight.vault import write_whole

Loaded = TypeVar("Loaded")

_YEAR = 365
ROOT_DAYS, ISSUER_DAYS, SIGNER_DAYS = 10 * _YEAR, 5 * _YEAR, 395


@dataclass(frozen=True, slots=True)
class Certificates:
    """What is public: who signs, the issuers above them, the root, and who stamps the time (None for nobody)."""

    signer: Certificate
    above: tuple[Certificate, ...]
    root: Certificate
    time: Certificate | None

    @property
    def company(self) -> str:
        """Whose portraits are signed."""
        return name_of(self.signer, NameOID.ORGANIZATION_NAME)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a home folder keeps them."""

    home: Path

    def public(self, name: str) -> Path:
        """Where a certificate lies: ``chain``, ``root`` or ``time``."""
        return self.home / "provenance" / f"{name}.pem"

    def private(self, name: str) -> Path:
        """Where a key lies: ``signer``, ``issuer`` or ``time``."""
        return self.home / "secrets" / "provenance" / f"{name}.key"

    @property
    def is_set_up(self) -> bool:
        """Whether keys were ever made here: what is public is not secret, and not lost with it."""
        return self.public("chain").is_file() or self.public("root").is_file()

    def certificates(self) -> Certificates:
        """Return what is public; ConfigError names the file that is missing or no certificate."""
        signer, *above = _certificates(self.public("chain"))
        time = _certificates(self.public("time"))[0] if self.public("time").is_file() else None
        return Certificates(signer, tuple(above), _certificates(self.public("root"))[0], time)

    def key(self, name: str) -> EllipticCurvePrivateKey:
        """Return a key; ConfigError when it is missing, damaged or open to others."""
        return _key(self.private(name), None)


def make(home: Path, company: str, root_key: Path, passphrase: bytes | None, now: datetime) -> Certificates:
    """Make everything, the root's key at ``root_key``; ConfigError where there is something already."""
    place = Place(home)
    if place.is_set_up:
        message = (
            f"{place.public('root')}: keys were made here before; `catchlight provenance renew` prolongs them"
        )
        raise ConfigError(message)
    root = issued(company, "root", None, ROOT_DAYS, now)
    _write_key(root_key, root.key, passphrase)
    time = issued(company, "time stamps", root, ROOT_DAYS, now, ExtendedKeyUsageOID.TIME_STAMPING)
    _write_key(place.private("time"), time.key)
    write_whole(place.public("time"), _pem(time.certificate))
    write_whole(place.public("root"), _pem(root.certificate))
    issuer = _new_issuer(place, company, root, now)
    return _new_signer(place, company, issuer, now)


def renew(
    home: Path, now: datetime, root_key: Path | None = None, passphrase: bytes | None = None
) -> Certificates:
    """Make a new key and certificate to sign with; with the root's key, a new issuer, too.

    What was signed before stays as it is. Raises ConfigError for a key that is missing or the wrong one.
    """
    place = Place(home)
    known = place.certificates()
    if root_key:
        root = Authority(known.root, _matching(known.root, _key(root_key, passphrase), root_key))
        issuer = _new_issuer(place, known.company, root, now)
    elif not known.above:
        message = (
            f"{place.public('chain')}: names no issuer, so this certificate is renewed where it came from"
        )
        raise ConfigError(message)
    else:
        above = known.above[0]
        issuer = Authority(above, _matching(above, place.key("issuer"), place.private("issuer")))
    if issuer.certificate.not_valid_after_utc < now + timedelta(days=SIGNER_DAYS):
        message = f"the issuer's certificate ends on {issuer.certificate.not_valid_after_utc:%d %B %Y}: give the root's key with --root-key"
        raise ConfigError(message)
    return _new_signer(place, known.company, issuer, now)


def _new_issuer(place: Place, company: str, root: Authority, now: datetime) -> Authority:
    issuer = issued(company, "issuer", root, ISSUER_DAYS, now)
    _write_key(place.private("issuer"), issuer.key)
    return issuer


def _new_signer(place: Place, company: str, issuer: Authority, now: datetime) -> Certificates:
    signer = issued(company, "", issuer, SIGNER_DAYS, now, ExtendedKeyUsageOID.EMAIL_PROTECTION)
    _write_key(place.private("signer"), signer.key)
    write_whole(place.public("chain"), _pem(signer.certificate) + _pem(issuer.certificate))
    return place.certificates()


def _pem(certificate: Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def _certificates(file: Path) -> list[Certificate]:
    return _read(file, lambda: x509.load_pem_x509_certificates(file.read_bytes()), "certificate in PEM")


def _key(file: Path, passphrase: bytes | None) -> EllipticCurvePrivateKey:
    def load() -> EllipticCurvePrivateKey:
        key = load_pem_private_key(read_secret(file).encode(), passphrase)
        if not isinstance(key, EllipticCurvePrivateKey):
            raise TypeError
        return key

    return _read(file, load, "key of P-256 in PEM" + " (is the passphrase right?)" * bool(passphrase))


def _read(file: Path, load: Callable[[], Loaded], what: str) -> Loaded:
    try:
        return load()
    except ConfigError:
        raise
    except OSError as error:
        message = f"{file}: cannot be read: {error.strerror}"
        raise ConfigError(message) from error
    except (ValueError, TypeError) as error:
        message = f"{file}: no {what}"
        raise ConfigError(message) from error


def _matching(certificate: Certificate, key: EllipticCurvePrivateKey, file: Path) -> EllipticCurvePrivateKey:
    if certificate.public_key() != key.public_key():
        message = f"{file}: not the key of {name_of(certificate)!r}"
        raise ConfigError(message)
    return key


def _write_key(file: Path, key: EllipticCurvePrivateKey, passphrase: bytes | None = None) -> None:
    """Write a key so that nobody else can read it at any moment, whole or not at all."""
    closed = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    told = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, closed)
    try:
        write_whole(file, told, mode=0o600, folder_mode=0o700)
    except OSError as error:
        message = f"{file}: cannot be written: {error.strerror}"
        raise ConfigError(message) from error
