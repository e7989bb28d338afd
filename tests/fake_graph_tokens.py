"""The token endpoint of the stand-in for Microsoft Graph: checks how an app proves itself, and gives out tokens that end.

A client assertion is verified as Entra does it: signature and thumbprint against the certificate of the app
registration, audience, issuer, subject and expiry.
"""

import base64
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from tests.fake_graph_answers import Answer, as_json

TENANT = "11111111-2222-3333-4444-555555555555"
CLIENT = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
SECRET = "example~secret.of-the.app"  # noqa: S105  made up
ROLES = (
    "ProfilePhoto.ReadWrite.All",
    "User.Read.All",
    "PeopleSettings.Read.All",
    "GroupMember.Read.All",
    "Sites.Selected",
)
_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass
class Tokens:
    """The app registration: its certificate, its permissions, how long its tokens live, and those that live.

    ``seconds`` is what is promised; ``calls`` ends a token earlier, after so many calls (0: never). ``refused`` answers
    every request for a token instead; ``issuer_host`` is where the discovery document says that tokens are given out.
    """

    certificate: x509.Certificate | None = None
    roles: tuple[str, ...] = ROLES
    seconds: int = 3599
    calls: int = 0
    refused: Answer | None = None
    issuer_host: str = ""
    clock: Callable[[], float] = time.time
    asked: int = 0
    left: dict[str, tuple[float, int]] = field(default_factory=dict)

    def discovery(self, url: str) -> Answer:
        """Return the tenant's OpenID configuration; msal reads https addresses only."""
        host = self.issuer_host or url.partition("://")[2]
        above = f"https://{host}/{TENANT}/oauth2/v2.0"
        return as_json(
            200,
            {
                "issuer": f"https://{host}/{TENANT}/v2.0",
                "token_endpoint": f"{above}/token",
                "authorization_endpoint": f"{above}/authorize",
            },
        )

    def token(self, url: str, form: Mapping[str, str]) -> Answer:
        """Give out a token, or say why not."""
        self.asked += 1
        if self.refused:
            return self.refused
        if form.get("grant_type") != "client_credentials" or form.get("scope") != f"{url}/.default":
            return _no("invalid_scope", "AADSTS70011: The provided value for scope is not valid.")
        if form.get("client_id") != CLIENT:
            return _no(
                "unauthorized_client", f"AADSTS700016: Application {form.get('client_id')} was not found."
            )
        why = self._proved(f"https://{url.partition('://')[2]}/{TENANT}/oauth2/v2.0/token", form)
        return why or self._given(url)

    def _proved(self, audience: str, form: Mapping[str, str]) -> Answer | None:
        if self.certificate is None:
            wrong = form.get("client_secret") != SECRET
            return _no("invalid_client", "AADSTS7000215: Invalid client secret provided.") if wrong else None
        assertion, key = form.get("client_assertion", ""), self.certificate.public_key()
        unknown = _no("invalid_client", "AADSTS700027: The certificate is not registered on the application.")
        if form.get("client_assertion_type") != _TYPE:
            return unknown
        try:
            claims = jwt.decode(
                assertion, key, algorithms=["PS256"], audience=audience, issuer=CLIENT,
                options={"require": ["exp", "jti", "sub"]},
            )  # fmt: skip
        except jwt.InvalidTokenError:
            return unknown
        mark = base64.urlsafe_b64encode(self.certificate.fingerprint(hashes.SHA256())).decode()
        shown = str(jwt.get_unverified_header(assertion).get("x5t#S256"))  # msal leaves the = at its end
        right = shown.rstrip("=") == mark.rstrip("=") and claims["sub"] == CLIENT
        return None if right else unknown

    def _given(self, url: str) -> Answer:
        claims = {
            "aud": url,
            "appid": CLIENT,
            "tid": TENANT,
            "roles": list(self.roles),
            "jti": secrets.token_hex(8),
        }
        token = jwt.encode(claims, "signed by Entra, which nobody here can check", algorithm="HS256")
        self.left[token] = (self.clock() + self.seconds, self.calls or 1 << 60)
        return as_json(200, {"token_type": "Bearer", "expires_in": self.seconds, "access_token": token})

    def admits(self, header: str) -> bool:
        """Whether a call's token is one of ours that still lives; it is one call older then."""
        token = header.removeprefix("Bearer ")
        until, calls = self.left.get(token, (0.0, 0))
        self.left[token] = (until, calls - 1)
        return self.clock() < until and calls > 0

    def revoke(self) -> None:
        """End all tokens at once."""
        self.left.clear()


def _no(error: str, description: str) -> Answer:
    return as_json(
        401 if error == "invalid_client" else 400, {"error": error, "error_description": description}
    )
