"""A real OpenID provider on loopback: canaille, over TLS, with people, groups and our application in it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from flask import Flask
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

from tests.certificates import Certificates

CLIENT, SECRET, PASSWORD = "catchlight", "the-secret-of-our-application", "correct horse battery"


@dataclass(frozen=True)
class Canaille:
    """Where it is."""

    issuer: str
    app: Flask

    def forget_consents(self) -> None:
        """Ask everybody again whether we may know them."""
        with self.app.app_context():
            for consent in Backend.instance.query(models.Consent):
                Backend.instance.delete(consent)


@contextmanager
def canaille(certificates: Certificates, back_to: str, people: dict[str, list[str]]) -> Iterator[Canaille]:
    """Run it with these people (name to groups) and our application, whose answers go to ``back_to``."""
    key = RSAKey.generate_key(2048, auto_kid=True)
    server = make_server(
        "localhost",
        0,
        lambda *_: [],
        threaded=True,
        ssl_context=(str(certificates.certificate), str(certificates.key)),
    )
    place = f"localhost:{server.server_port}"
    app = create_app(
        {
            "ENV_FILE": None,
            "SECRET_KEY": "of a test",
            "SERVER_NAME": place,
            "PREFERRED_URL_SCHEME": "https",
            "CANAILLE": {
                "DATABASE": "memory",
                "JAVASCRIPT": False,
                "LOGGING": {"version": 1, "disable_existing_loggers": False},
            },
            "CANAILLE_OIDC": {"ACTIVE_JWKS": [key.as_dict(private=True)]},
        }
    )
    server.app = app
    with app.app_context():
        _fill(back_to, people)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Canaille(f"https://{place}", app)
    finally:
        server.shutdown()
        thread.join(10)


def _fill(back_to: str, people: dict[str, list[str]]) -> None:
    store = Backend.instance
    users = {}
    for name in people:
        users[name] = models.User(
            user_name=name,
            family_name="Byron",
            formatted_name=f"{name} Byron",
            emails=[f"{name}@example.com"],
            password=PASSWORD,
        )
        store.save(users[name])
    for group in sorted({group for groups in people.values() for group in groups}):
        members = [users[name] for name, groups in people.items() if group in groups]
        store.save(models.Group(display_name=group, members=members))
    client = models.Client(
        client_id=CLIENT,
        client_secret=SECRET,
        client_name="Portraits",
        client_uri="https://photos.example.com",
        redirect_uris=[back_to],
        grant_types=["authorization_code"],
        response_types=["code"],
        token_endpoint_auth_method="client_secret_basic",  # noqa: S106  no password
        scope=["openid", "profile", "groups"],
    )
    store.save(client)
    client.audience = [client]
    store.save(client)
