"""RFC 3161: the answer of a time-stamp authority, signed with its own key."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, ObjectIdentifier

_SIGNED_DATA = ObjectIdentifier("1.2.840.113549.1.7.2")
_TST_INFO = ObjectIdentifier("1.2.840.113549.1.9.16.1.4")
_CONTENT_TYPE = ObjectIdentifier("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST = ObjectIdentifier("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATE = ObjectIdentifier("1.2.840.113549.1.9.16.2.47")
_SHA256 = ObjectIdentifier("2.16.840.1.101.3.4.2.1")
_ECDSA_SHA256 = ObjectIdentifier("1.2.840.10045.4.3.2")
_POLICY = ObjectIdentifier("0.4.0.2023.1.1")  # ETSI's best practice for time stamps


@asn1.sequence
class _Algorithm:
    algorithm: ObjectIdentifier
    parameters: asn1.Null | None = None


@asn1.sequence
class _Imprint:
    algorithm: _Algorithm
    digest: bytes


@asn1.sequence
class _Request:
    version: int
    imprint: _Imprint
    policy: ObjectIdentifier | None
    nonce: int | None
    certificates: Annotated[bool, asn1.Default(value=False)]


@asn1.sequence
class _Info:
    version: int
    policy: ObjectIdentifier
    imprint: _Imprint
    serial: int
    time: asn1.GeneralizedTime
    nonce: int | None


@asn1.sequence
class _CertificateId:
    digest: bytes


@asn1.sequence
class _CertificateIds:
    ids: list[_CertificateId]


@asn1.sequence
class _Attribute:
    kind: ObjectIdentifier
    values: asn1.SetOf[ObjectIdentifier | bytes | _CertificateIds]


@asn1.sequence
class _Issued:
    issuer: asn1.TLV
    serial: int


@asn1.sequence
class _Signer:
    version: int
    who: _Issued
    digest: _Algorithm
    attributes: Annotated[asn1.SetOf[_Attribute], asn1.Implicit(0)]
    algorithm: _Algorithm
    signature: bytes


@asn1.sequence
class _Content:
    kind: ObjectIdentifier
    content: Annotated[bytes, asn1.Explicit(0)]


@asn1.sequence
class _SignedData:
    version: int
    digests: asn1.SetOf[_Algorithm]
    content: _Content
    certificates: Annotated[asn1.SetOf[Certificate], asn1.Implicit(0)]
    signers: asn1.SetOf[_Signer]


@asn1.sequence
class _Token:
    kind: ObjectIdentifier
    content: Annotated[_SignedData, asn1.Explicit(0)]


@asn1.sequence
class _Status:
    status: int


@asn1.sequence
class _Answer:
    status: _Status
    token: _Token | None


_GRANTED, _REJECTED = 0, 2


@dataclass(frozen=True, slots=True)
class TimeAuthority:
    """Somebody who says when something was there: their certificate and key, and the certificates above them."""

    certificate: Certificate
    key: EllipticCurvePrivateKey
    above: tuple[Certificate, ...] = ()

    def answer(self, request: bytes, at: datetime) -> bytes:
        """Return the DER of a TimeStampResp for the DER of a TimeStampReq; a refusal for anything else."""
        try:
            asked = asn1.decode_der(_Request, request)
        except ValueError:
            return asn1.encode_der(_Answer(status=_Status(status=_REJECTED), token=None))
        info = _Info(
            version=1, policy=_POLICY, imprint=asked.imprint, serial=secrets.randbits(63),
            time=asn1.GeneralizedTime(at.replace(microsecond=0)), nonce=asked.nonce,
        )  # fmt: skip
        token = _Token(kind=_SIGNED_DATA, content=self._signed(asn1.encode_der(info)))
        return asn1.encode_der(_Answer(status=_Status(status=_GRANTED), token=token))

    def _signed(self, info: bytes) -> _SignedData:
        """Return the information signed, as RFC 5652 (CMS) and RFC 5816 (which certificate) write it."""
        attributes = asn1.SetOf([
            _Attribute(kind=_CONTENT_TYPE, values=asn1.SetOf([_TST_INFO])),
            _Attribute(kind=_MESSAGE_DIGEST, values=asn1.SetOf([hashlib.sha256(info).digest()])),
            _Attribute(kind=_SIGNING_CERTIFICATE, values=asn1.SetOf([self._id()])),
        ])  # fmt: skip
        signer = _Signer(
            version=1, who=self._issued(), digest=_Algorithm(algorithm=_SHA256), attributes=attributes,
            algorithm=_Algorithm(algorithm=_ECDSA_SHA256),
            signature=self.key.sign(asn1.encode_der(attributes), ECDSA(hashes.SHA256())),
        )  # fmt: skip
        return _SignedData(
            version=3, digests=asn1.SetOf([_Algorithm(algorithm=_SHA256)]),
            content=_Content(kind=_TST_INFO, content=info),
            certificates=asn1.SetOf([self.certificate, *self.above]), signers=asn1.SetOf([signer]),
        )  # fmt: skip

    def _id(self) -> _CertificateIds:
        digest = hashlib.sha256(self.certificate.public_bytes(Encoding.DER)).digest()
        return _CertificateIds(ids=[_CertificateId(digest=digest)])

    def _issued(self) -> _Issued:
        issuer = asn1.decode_der(asn1.TLV, self.certificate.issuer.public_bytes())
        return _Issued(issuer=issuer, serial=self.certificate.serial_number)
