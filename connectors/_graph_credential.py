"""What an app proves itself with, in the shape that msal takes: a certificate with its private key, or a secret."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)

from catchlight.errors import ConfigError
from catchlight.policy import read_secret
from connectors._graph_settings import App

_PART = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.+?-----END \1-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Credential:
    """What msal is given, and when it ends (None for a secret: only Entra knows)."""

    value: str | dict[str, str] = field(repr=False)
    ends: datetime | None = None


def credential_of(app: App) -> Credential:
    """Read the app's certificate or secret; ConfigError when it cannot be read, used, or is open to others."""
    if app.certificate_file is None:
        return Credential(read_secret(app.secret_file)) if app.secret_file else Credential("")
    password = read_secret(app.certificate_password_file).encode() if app.certificate_password_file else None
    data = _private(app.certificate_file)
    try:
        return (_pem if data.lstrip().startswith(b"-----") else _pfx)(data, password)
    except (ValueError, TypeError) as error:
        # The library's words may quote what it read.
        message = (
            f"certificate_file: {app.certificate_file}: no RSA key with its certificate can be read from it; "
            "it is PEM with both or .pfx, and certificate_password_file opens it where it has a password"
        )
        raise ConfigError(message) from error


def _private(file: Path) -> bytes:
    try:
        if file.stat().st_mode & 0o077:
            message = f"certificate_file: others may read {file}; make it yours alone: chmod 600 {file}"
            raise ConfigError(message)
        return file.read_bytes()
    except OSError as error:
        message = f"certificate_file: {file} cannot be read: {error.strerror}"
        raise ConfigError(message) from error


def _pem(data: bytes, password: bytes | None) -> Credential:
    parts = {bytes(found[1]): bytes(found[0]) for found in reversed(list(_PART.finditer(data)))}
    key = next((part for name, part in parts.items() if name.endswith(b"PRIVATE KEY")), b"")
    return _joined(
        load_pem_private_key(key, password), x509.load_pem_x509_certificate(parts.get(b"CERTIFICATE", b""))
    )


def _pfx(data: bytes, password: bytes | None) -> Credential:
    key, certificate, _ = pkcs12.load_key_and_certificates(data, password)
    if key is None or certificate is None:
        message = "the key or the certificate is missing"
        raise ValueError(message)
    return _joined(key, certificate)


def _joined(key: object, certificate: x509.Certificate) -> Credential:
    if not isinstance(key, RSAPrivateKey) or key.public_key() != certificate.public_key():
        message = "the key is not RSA, or not that of the certificate"
        raise ValueError(message)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")
    public = certificate.public_bytes(Encoding.PEM).decode("ascii")
    return Credential({"private_key": pem, "public_certificate": public}, certificate.not_valid_after_utc)


def ends_soon(credential: Credential, days: int = 30) -> list[str]:
    """Say when a certificate ends, if that is soon."""
    if credential.ends is None or (credential.ends - datetime.now(UTC)).days >= days:
        return []
    return [
        f"certificate_file: the certificate ends on {credential.ends:%Y-%m-%d}; put a new one in its place"
    ]
