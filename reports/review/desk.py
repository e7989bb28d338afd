"""What the review server works with; whoever starts it puts this together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from catchlight.company import Company
from catchlight.identity import Claims
from catchlight.invitations import Invitations
from catchlight.policy import Policy
from catchlight.register import Register
from catchlight.review_records import Invitation
from catchlight.sessions import Sessions
from catchlight.showplaces import Showplaces
from catchlight.vault import Vault

if TYPE_CHECKING:
    from catchlight.company import Person
    from catchlight.sending import Result
    from catchlight.upload import Checked
    from reports.signatures import Style


class SignOn(Protocol):
    """Single sign-on: where to send a browser, who came back, and where to say goodbye."""

    def begin(self, back_to: str) -> tuple[str, Mapping[str, Any]]:
        """Return the address to send the browser to, and what must be kept until it comes back to ``back_to``.

        What is kept has a ``state``, which the answer brings back. OutsideError when it is not reachable.
        """

    def finish(self, kept: Mapping[str, Any], answer: Mapping[str, str]) -> Claims:
        """Return who came back; EntryError (a PermissionError) when nobody may enter, OutsideError as above."""

    def farewell(self, back_to: str) -> str:
        """Return where people end their session at the provider too, "" where there is no such place."""


class Uploads(Protocol):
    """Checks a photo that somebody sends, with the gates of a refresh."""

    def check(self, employee: str, data: bytes, file: str, by: str, notice: str = "") -> "Checked":
        """Return whether it can be used, and else what is wrong, in one sentence."""


class OwnPhotos(Protocol):
    """Lets people put their portrait somewhere themselves, with a permission of theirs that is used once."""

    def begin(self) -> tuple[str, str]:
        """Return the address to send the browser to, and the state that it has to bring back."""

    def stands(self, employee: str) -> bool:
        """Whether a picture of ours stands there."""

    def put(self, code: str, person: "Person", picture: str, portrait: bytes) -> "Result":
        """Set the picture of whoever came back; PhotoError with a sentence for them, ConfigError, OutsideError."""

    def back(self, code: str, person: "Person") -> "Result":
        """Put back what was there before; errors as above."""


def _nothing(*_: object) -> None:
    """Do nothing: where nobody listens."""


@dataclass(frozen=True, slots=True)
class ReviewDesk:
    """A home folder with its register, and what the pages need beside it.

    ``wake`` is told when somebody asked for another try; ``send_link`` posts a fresh link to the person of
    an invitation (False when they cannot be written to; None: no letters are sent from here). ``showplaces`` says where people can be shown now, ``signing``
    how the company signs its e-mails (None: nobody copies a signature here), ``own_photos`` where people put
    their portrait themselves.
    """

    home: Path
    register: Register
    policy: Policy
    company: Company
    sessions: Sessions
    invitations: Invitations
    vault: Vault
    sso: SignOn | None = None
    uploads: Uploads | None = None
    wake: Callable[[], object] = _nothing
    send_link: Callable[[Invitation], bool] | None = None
    showplaces: Callable[[], Showplaces] = Showplaces
    signing: "Style | None" = None
    own_photos: OwnPhotos | None = None
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    @property
    def root(self) -> str:
        """The path under which people reach the pages, "" or like /review."""
        return urlsplit(self.policy.url).path.rstrip("/")


def open_review_desk(home: Path, register: Register, policy: Policy, **more: Any) -> ReviewDesk:
    """Return the desk of a home folder; ``more`` are the fields that have defaults."""
    return ReviewDesk(
        home,
        register,
        policy,
        Company(home),
        Sessions(register),
        Invitations(register, home),
        Vault(home / "vault"),
        **more,
    )
