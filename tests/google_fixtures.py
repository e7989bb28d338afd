"""What the tests of Google's connectors share: a running stand-in, a key, settings as IT would write them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import stamina

from connectors import gmail_signatures, google_directory
from connectors._google_photos import PROFILE
from tests.fake_google import FakeGoogle, google
from tests.google_company import ADMIN
from tests.google_token import write_key

SCOPES = (*google_directory.SCOPES, *PROFILE, *gmail_signatures.READS, *gmail_signatures.BASIC)


@dataclass
class Clock:
    """A clock that goes on only when somebody moves it."""

    now: float = 1_000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time go by."""
        self.slept.append(seconds)
        self.now += seconds


@contextmanager
def workspace() -> Iterator[FakeGoogle]:
    """Run a company of one administrator and Anna; all scopes are delegated, nothing waits, the contract is kept."""
    with google() as company, stamina.set_testing(True, attempts=3):
        company.issuer.delegated = set(SCOPES)
        company.add("101", "anna@example.org", externalIds=[{"type": "organization", "value": "E1"}])
        yield company
        assert company.wrong == []


def as_written(company: FakeGoogle, folder: Path, /, **changed: Any) -> dict[str, Any]:
    """Return what both connectors' settings need."""
    key = folder / "google.json"
    if not key.exists():
        write_key(key)
    return {"key_file": key, "admin": ADMIN, "url": company.url, **changed}
