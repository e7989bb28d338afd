"""An app registration for the tests of Graph: its certificate as PEM and .pfx, its secret, its settings, no waiting."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import stamina
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from connectors._pace import Limits, Pace
from tests.fake_graph import FakeGraph, graph
from tests.fake_graph_tokens import CLIENT, SECRET, TENANT

PASSWORD = "opens-the-key"  # noqa: S105  made up


@dataclass
class Clock:
    """A clock that goes on only while somebody waits."""

    now: float = 0.0

    def sleep(self, seconds: float) -> None:
        """Let time go by."""
        self.now += seconds


@dataclass(frozen=True)
class AppFiles:
    """The files that IT keeps: a certificate in four shapes, and a secret."""

    folder: Path
    certificate: x509.Certificate

    def __getattr__(self, name: str) -> Path:
        """Return a file by its name: pem, locked_pem, pfx, locked_pfx, secret, password."""
        return self.folder / name


def certificate(days: int = 365) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    """Return a key and a certificate of its own that ends in so many days."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "catchlight")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days, hours=1))
    )  # fmt: skip
    return key, built.sign(key, hashes.SHA256())


def make_files(folder: Path, days: int = 365) -> AppFiles:
    """Write the files of an app registration, readable by their owner alone."""
    folder.mkdir(parents=True, exist_ok=True)
    key, made = certificate(days)
    public, locked = made.public_bytes(Encoding.PEM), BestAvailableEncryption(PASSWORD.encode())
    private = {
        name: key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)
        for name, how in (("pem", NoEncryption()), ("locked_pem", locked))
    }
    files = {
        "pem": private["pem"] + public,
        "locked_pem": public + private["locked_pem"],
        "pfx": pkcs12.serialize_key_and_certificates(b"catchlight", key, made, None, NoEncryption()),
        "locked_pfx": pkcs12.serialize_key_and_certificates(b"catchlight", key, made, None, locked),
        "secret": SECRET.encode(),
        "password": PASSWORD.encode(),
    }
    for name, data in files.items():
        (folder / name).touch(0o600)
        (folder / name).write_bytes(data)
    return AppFiles(folder, made)


def of_app(tenant: FakeGraph, files: AppFiles, /, **changed: Any) -> dict[str, Any]:
    """Return the settings that every destination behind Graph has; the tenant knows the app's certificate."""
    if "secret_file" not in changed:
        changed.setdefault("certificate_file", files.pem)
        tenant.tokens.certificate = files.certificate
    return {
        "tenant": TENANT, "client_id": CLIENT, "url": tenant.url, "sign_in_url": tenant.url, **changed,
    }  # fmt: skip


@contextmanager
def calm_graph(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGraph]:
    """Run a tenant in which nobody waits for real; no call may come when four are under way, nor at high priority."""
    clock = Clock()
    monkeypatch.setattr(Pace.__init__, "__defaults__", (Limits(), lambda: clock.now, clock.sleep))
    with graph() as tenant, stamina.set_testing(True, attempts=5):
        yield tenant
        assert (tenant.crowded, tenant.unkind, tenant.files.leaked) == (0, 0, [])
