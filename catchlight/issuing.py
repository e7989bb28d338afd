"""A new key and its certificate, as Content Credentials and time stamps ask for them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.x509 import Certificate
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate and the key that belongs to it."""

    certificate: Certificate
    key: EllipticCurvePrivateKey


def name_of(certificate: Certificate, oid: x509.ObjectIdentifier = NameOID.COMMON_NAME) -> str:
    """Return a name of a certificate's subject, "" where it has none."""
    found = certificate.subject.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""


def issued(
    company: str,
    what: str,
    by: Authority | None,
    days: int,
    now: datetime,
    usage: x509.ObjectIdentifier | None = None,
) -> Authority:
    """Return a new key and its certificate: an authority's without a ``usage``, the root's when nobody issues it."""
    key, name = generate_private_key(SECP256R1()), _name(company, what)
    issuer, above = (by.key, by.certificate.subject) if by else (key, name)
    until = now + timedelta(days=days)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(above)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(min(until, by.certificate.not_valid_after_utc) if by else until)
    )
    for extension, critical in _extensions(key, issuer, by, usage):
        built = built.add_extension(extension, critical)
    return Authority(built.sign(issuer, hashes.SHA256()), key)


def _extensions(
    key: EllipticCurvePrivateKey,
    issuer: EllipticCurvePrivateKey,
    by: Authority | None,
    usage: x509.ObjectIdentifier | None,
) -> list[tuple[x509.ExtensionType, bool]]:
    """Return what C2PA 2.4, section 14.5, and RFC 3161, section 2.3, ask of a certificate, and whether it is critical."""
    authority = usage is None
    return [
        (x509.BasicConstraints(ca=authority, path_length=0 if authority and by else None), True),
        (
            x509.KeyUsage(
                digital_signature=not authority, key_cert_sign=authority, crl_sign=authority,
                content_commitment=False, key_encipherment=False, data_encipherment=False,
                key_agreement=False, encipher_only=False, decipher_only=False,
            ),
            True,
        ),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()), False),
        *([(x509.ExtendedKeyUsage([usage]), usage == ExtendedKeyUsageOID.TIME_STAMPING)] if usage else []),
    ]  # fmt: skip


def _name(company: str, what: str) -> x509.Name:
    common = " ".join(filter(None, (company, "portraits", what)))[:64]
    return x509.Name([
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, company),
        x509.NameAttribute(NameOID.COMMON_NAME, common),
    ])  # fmt: skip
