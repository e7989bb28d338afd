"""A signed SAML 2.0 assertion by which a program says in whose name it comes (RFC 7522)."""

import base64
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

_SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
_PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"  # noqa: S105  a class of sign-in
_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_LASTS, _EARLIER = timedelta(minutes=10), timedelta(minutes=5)  # the other clock may be behind


def assertion(key: bytes, user: str, audience: str, recipient: str, told: Mapping[str, str]) -> str:
    """Return an assertion in Base64, signed with a private RSA key in PEM; ValueError for a key that is none.

    ``told`` are its attributes. It is good for ten minutes.
    """
    from lxml import etree  # noqa: PLC0415  for one source alone
    from signxml import methods  # noqa: PLC0415
    from signxml.signer import XMLSigner  # noqa: PLC0415

    root = _unsigned(etree, user, audience, recipient, told)
    signer = XMLSigner(method=methods.enveloped, c14n_algorithm=_EXCLUSIVE)
    signed = signer.sign(root, key=key, reference_uri=root.get("ID"))
    return base64.b64encode(etree.tostring(signed)).decode("ascii")


def _unsigned(etree: Any, user: str, audience: str, recipient: str, told: Mapping[str, str]) -> Any:
    now = datetime.now(UTC)
    said, ends = f"{now:%Y-%m-%dT%H:%M:%SZ}", f"{now + _LASTS:%Y-%m-%dT%H:%M:%SZ}"
    root = etree.Element(
        f"{{{_SAML}}}Assertion",
        nsmap={"saml2": _SAML},
        ID=f"_{uuid.uuid4()}",
        IssueInstant=said,
        Version="2.0",
    )

    def add(above: Any, name: str, text: str = "", **attributes: str) -> Any:
        made = etree.SubElement(above, f"{{{_SAML}}}{name}", **attributes)
        made.text = text or None
        return made

    add(root, "Issuer", audience)
    etree.SubElement(root, _SIGNATURE, Id="placeholder")  # where the standard wants it
    subject = add(root, "Subject")
    add(subject, "NameID", user, Format=_UNSPECIFIED)
    confirmed = add(subject, "SubjectConfirmation", Method=_BEARER)
    add(confirmed, "SubjectConfirmationData", NotOnOrAfter=ends, Recipient=recipient)
    conditions = add(root, "Conditions", NotBefore=f"{now - _EARLIER:%Y-%m-%dT%H:%M:%SZ}", NotOnOrAfter=ends)
    add(add(conditions, "AudienceRestriction"), "Audience", audience)
    came = add(root, "AuthnStatement", AuthnInstant=said, SessionIndex=str(uuid.uuid4()))
    add(add(came, "AuthnContext"), "AuthnContextClassRef", _PASSWORD)
    attributes = add(root, "AttributeStatement")
    for name, value in told.items():
        add(add(attributes, "Attribute", Name=name), "AttributeValue", value)
    return root
