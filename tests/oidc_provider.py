"""A stand-in for Microsoft Entra ID on loopback, over TLS: it keeps codes, checks PKCE, and signs real RS256 tokens.

It answers by the published contract (v2.0 endpoints), and wrongly where a test asks for it.
"""

import base64
import hashlib
import secrets
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from catchlight.sign_on import SignOn
from tests.certificates import Certificates

TENANT = "3f8a1f0e-52c1-4e55-9a3d-0c6d3c1b7a10"
OTHER_TENANT = "77777777-52c1-4e55-9a3d-0c6d3c1b7a10"
OBJECT = "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"
CLIENT, SECRET = "11112222-3333-4444-5555-666677778888", "a-client-secret~with.odd/characters+"
BACK = "https://photos.example.com/sign-in/done"
Claims = dict[str, Any]


def _same(claims: Claims) -> Claims:
    return claims


@dataclass
class Provider:
    """The provider; the fields from ``claims`` on are what a test may change."""

    origin: str = ""
    keys: dict[str, rsa.RSAPrivateKey] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    claims: Callable[[Claims], Claims] = _same
    sign: Callable[[Claims], str] | None = None
    token: Callable[[dict[str, Any]], Response] | None = None
    discovery: Callable[[dict[str, Any]], Response] | None = None

    def __post_init__(self) -> None:
        """Make the first key."""
        self.take_new_key()

    @property
    def issuer(self) -> str:
        """The issuer of our tenant."""
        return f"{self.origin}/{TENANT}/v2.0"

    def take_new_key(self) -> None:
        """Sign with a new key from now on, as providers do now and then."""
        self.keys = {secrets.token_hex(8): rsa.generate_private_key(65537, 2048)}

    def reset(self) -> None:
        """Answer rightly again."""
        self.claims, self.sign, self.token, self.discovery = _same, None, None, None
        self.asked.clear()

    def signed(self, claims: Claims) -> str:
        """Return a token with our key."""
        kid, key = next(iter(self.keys.items()))
        return jwt.encode(claims, key, "RS256", {"kid": kid})

    def app(self) -> Starlette:
        """Return its pages."""
        return Starlette(
            routes=[
                Route(f"/{TENANT}/v2.0/.well-known/openid-configuration", self._discovery),
                Route(f"/{TENANT}/oauth2/v2.0/authorize", self._authorize),
                Route(f"/{TENANT}/oauth2/v2.0/token", self._token, methods=["POST"]),
                Route(f"/{TENANT}/discovery/v2.0/keys", self._keys),
            ]
        )

    def _discovery(self, _: Request) -> Response:
        self.asked.append("discovery")
        at = f"{self.origin}/{TENANT}"
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{at}/oauth2/v2.0/authorize",
            "token_endpoint": f"{at}/oauth2/v2.0/token",
            "jwks_uri": f"{at}/discovery/v2.0/keys",
            "end_session_endpoint": f"{at}/oauth2/v2.0/logout",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        return self.discovery(told) if self.discovery else JSONResponse(told)

    def _keys(self, _: Request) -> Response:
        self.asked.append("keys")
        made = []
        for kid, key in self.keys.items():
            public: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
            made.append({"kty": "RSA", "use": "sig", "kid": kid, "n": public["n"], "e": public["e"]})
        return JSONResponse({"keys": made})

    def _authorize(self, request: Request) -> Response:
        """Say yes at once: who signs in has done so before."""
        asked = dict(request.query_params)
        if asked.get("response_type") != "code" or asked.get("client_id") != CLIENT:
            return PlainTextResponse("AADSTS700016", 400)
        code = secrets.token_urlsafe(24)
        self.codes[code] = asked
        answer = {"code": code, "state": asked["state"], "session_state": secrets.token_hex(8)}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer)}", 302)

    async def _token(self, request: Request) -> Response:
        self.asked.append("token")
        form = {key: str(value) for key, value in (await request.form()).items()}
        if form.get("client_secret") != SECRET or form.get("client_id") != CLIENT:
            told = "AADSTS7000215: Invalid client secret provided."
            return JSONResponse({"error": "invalid_client", "error_description": told}, 401)
        asked = self.codes.pop(form.get("code", ""), None)
        verifier = form.get("code_verifier", "").encode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
        if (
            asked is None
            or (challenge, "S256") != (asked.get("code_challenge"), asked.get("code_challenge_method"))
            or form.get("redirect_uri") != asked["redirect_uri"]
        ):
            told = "AADSTS54005: OAuth2 Authorization code was already redeemed."
            return JSONResponse({"error": "invalid_grant", "error_description": told}, 400)
        claims = self.claims(self._claims(asked))
        answer = {
            "token_type": "Bearer",
            "scope": "openid profile",
            "expires_in": 3600,
            "access_token": "an-access-token",
            "id_token": (self.sign or self.signed)(claims),
        }
        return self.token(answer) if self.token else JSONResponse(answer)

    def _claims(self, asked: dict[str, str]) -> Claims:
        now = int(time.time())
        return {
            "aud": CLIENT,
            "iss": self.issuer,
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "name": "Ada Byron",
            "nonce": asked["nonce"],
            "oid": OBJECT,
            "preferred_username": "ada@example.com",
            "sub": "pairwise-subject-of-this-application",
            "tid": TENANT,
            "ver": "2.0",
        }

    def visit(self, address: str, certificates: Certificates) -> str:
        """Follow a browser's way through the sign-in page; return the query that it comes back with."""
        trusted = ssl.create_default_context(cafile=certificates.authority)
        answer = httpx.get(address, verify=trusted)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"].partition("?")[2]


@contextmanager
def running(provider: Provider, certificates: Certificates) -> Iterator[Provider]:
    """Serve it on loopback over TLS."""
    config = uvicorn.Config(
        provider.app(),
        port=0,
        log_config=None,
        ssl_certfile=certificates.certificate,
        ssl_keyfile=certificates.key,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
        assert thread.is_alive()
    provider.origin = f"https://localhost:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield provider
    finally:
        server.should_exit = server.force_exit = True
        thread.join(10)


def settings_of(provider: Provider, certificates: Certificates, folder: Path, **more: Any) -> SignOn:
    """Return settings with a secret's file of their own."""
    secret = folder / "sso.secret"
    secret.touch(0o600)
    secret.write_text(SECRET + "\n", encoding="utf-8")
    given: dict[str, Any] = {
        "tenant": TENANT,
        "authority": provider.origin,
        "client_id": CLIENT,
        "client_secret_file": secret,
        "roles": {"Portraits.HR": "hr", "Portraits.Brand": "brand"},
        "ca_file": certificates.authority,
    }
    return SignOn(**given | more)
