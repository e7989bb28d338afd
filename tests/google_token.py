"""A stand-in for Google's token endpoint: it checks who signed, for whom, in whose name, and which scopes are delegated."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID = "112233445566778899001"
EMAIL = "portraits@example-project.iam.gserviceaccount.com"
TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105  an address
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def key_json(**changed: str) -> str:
    """Return the JSON key of the service account, as Google Cloud gives it."""
    pem = _key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    told = {
        "type": "service_account", "project_id": "example-project", "private_key_id": "k1",
        "private_key": pem.decode(), "client_email": EMAIL, "client_id": CLIENT_ID, "token_uri": TOKEN_URL,
    }  # fmt: skip
    return json.dumps({**told, **changed})


def write_key(file: Path, **changed: str) -> Path:
    """Write the JSON key where only we may read it."""
    file.touch(0o600)
    file.write_text(key_json(**changed))
    return file


@dataclass
class Issuer:
    """Gives tokens; ``delegated`` are the scopes that the administrator entered, ``knows`` says whether a user is one."""

    knows: Callable[[str], bool]
    clock: Callable[[], float]
    delegated: set[str] = field(default_factory=set)
    given: dict[str, tuple[str, frozenset[str], float]] = field(default_factory=dict)
    lifetime: float = 3600

    def answer(self, body: bytes) -> tuple[int, dict[str, object]]:
        """Answer a request for a token, as Google does."""
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if form.get("grant_type") != _GRANT:
            return 400, _refused("unsupported_grant_type", "Invalid grant_type: ")
        try:
            claims = jwt.decode(
                form.get("assertion", ""), _key().public_key(), ["RS256"], audience=TOKEN_URL, issuer=EMAIL,
                options={"require": ["iat", "exp", "scope", "sub"], "verify_exp": False, "verify_iat": False},
            )  # fmt: skip
        except jwt.exceptions.InvalidSignatureError:
            return 400, _refused("invalid_grant", "Invalid JWT Signature.")
        except jwt.exceptions.PyJWTError:
            return 400, _refused("invalid_grant", "Invalid JWT: malformed")
        return self._judged(claims["sub"], frozenset(claims["scope"].split()), claims["exp"] - claims["iat"])

    def _judged(self, user: str, scopes: frozenset[str], lasts: float) -> tuple[int, dict[str, object]]:
        if lasts > 3600:
            return 400, _refused(
                "invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes)"
            )
        if not scopes <= self.delegated:
            return 401, _refused(
                "unauthorized_client",
                "Client is unauthorized to retrieve access tokens using this method, or client not authorized "
                "for any of the scopes requested.",
            )
        if not self.knows(user):
            return 400, _refused("invalid_grant", "Invalid email or User ID")
        token = "ya29." + secrets.token_urlsafe(24)
        self.given[token] = (user, scopes, self.clock() + self.lifetime)
        return 200, {"access_token": token, "expires_in": int(self.lifetime), "token_type": "Bearer"}

    def who(self, header: str) -> tuple[str, frozenset[str]] | None:
        """Return in whose name and with which scopes a call comes, None for a token that is none or has ended."""
        user, scopes, until = self.given.get(header.removeprefix("Bearer "), ("", frozenset(), 0.0))
        return (user, scopes) if user and self.clock() < until else None


def _refused(error: str, words: str) -> dict[str, object]:
    return {"error": error, "error_description": words}
