"""Reads a signed assertion as the receiver of one does: by the standards, without the library that signed it."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree

_SIGNED, _SAML = "{http://www.w3.org/2000/09/xmldsig#}", "{urn:oasis:names:tc:SAML:2.0:assertion}"


class WrongError(Exception):
    """The assertion is not of whom it says, not for us, or not for now."""


@dataclass(frozen=True)
class Told:
    """In whose name somebody comes, and the attributes of it."""

    user: str
    attributes: Mapping[str, str]


def read(data: bytes, key: rsa.RSAPublicKey | None, recipient: str) -> Told:
    """Return what an assertion says; WrongError unless ``key`` signed all of it, for ``recipient``, for now."""
    root = etree.fromstring(data)
    signature = root[1]
    assert signature.tag == f"{_SIGNED}Signature", "the signature comes after the issuer"
    signed = signature.find(f"{_SIGNED}SignedInfo")
    reference = signed.find(f"{_SIGNED}Reference")
    assert reference.get("URI") == f"#{root.get('ID')}"
    digest = reference.findtext(f"{_SIGNED}DigestValue")
    value = base64.b64decode(signature.findtext(f"{_SIGNED}SignatureValue"))
    try:
        assert key
        key.verify(value, etree.tostring(signed, method="c14n", exclusive=True), padding.PKCS1v15(), SHA256())
    except InvalidSignature as error:
        raise WrongError from error
    root.remove(signature)
    if (
        base64.b64encode(sha256(etree.tostring(root, method="c14n", exclusive=True)).digest()).decode()
        != digest
    ):
        raise WrongError
    _for_now(root, recipient)
    attributes = {one.get("Name"): one[0].text for one in root.iter(f"{_SAML}Attribute")}
    return Told(root.findtext(f".//{_SAML}NameID"), attributes)


def _for_now(root: etree._Element, recipient: str) -> None:
    data, conditions = root.find(f".//{_SAML}SubjectConfirmationData"), root.find(f"{_SAML}Conditions")
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    assert conditions.get("NotBefore") <= now < conditions.get("NotOnOrAfter")
    assert data.get("Recipient") == recipient
    assert root.findtext(f".//{_SAML}Audience") == "www.successfactors.com"
