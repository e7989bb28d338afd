"""A real mail server on loopback that behaves as a test wants."""

import asyncio
import email
import email.policy
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

HERE = "127.0.0.1"


@dataclass
class Mailbox:
    """What the server got, and how it answers: per recipient, and after a letter.

    ``hang_up`` ends the connection after so many letters, before the server says that it took them;
    ``hold`` says nothing after so many letters, or to these recipients, until ``let_go``; ``held`` is set
    when somebody waits.
    """

    letters: list[EmailMessage] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    port: int = 0
    connections: int = 0
    encrypted: list[bool] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    after: Callable[[int], str] = lambda _: "250 OK"
    hang_up: set[int] = field(default_factory=set)
    hold: set[int | str] = field(default_factory=set)
    held: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)

    async def _hold(self, what: int | str) -> None:
        if what in self.hold:
            self.held.set()
            await asyncio.to_thread(self.let_go.wait)

    async def handle_EHLO(  # noqa: N802  aiosmtpd's name
        self, server: SMTP, session: Session, _: Envelope, name: str, lines: list[str]
    ) -> list[str]:
        """Count connections; after STARTTLS the same one says hello again."""
        self.connections += session.ssl is None
        session.host_name = name
        assert server
        return lines

    async def handle_RCPT(  # noqa: N802  aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Answer as the test wants for this recipient."""
        await self._hold(address)
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a letter."""
        content = envelope.content
        assert isinstance(content, bytes)
        parsed = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.letters.append(parsed)
        self.to += envelope.rcpt_tos
        assert server.transport
        self.encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        if len(self.letters) in self.hang_up:
            server.transport.abort()
            await asyncio.sleep(0)
        number = len(self.letters)
        await self._hold(number)
        return self.after(number)


class _AnyPort(Controller):
    """A controller on a port that the system chooses."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()


@contextmanager
def mail_server(box: Mailbox, **more: Any) -> Iterator[int]:
    """Run a mail server; yield its port."""
    controller = _AnyPort(box, hostname=HERE, port=0, **more)
    controller.start()
    try:
        yield controller.port
    finally:
        box.let_go.set()
        controller.stop()


def only(user: str, password: str) -> Callable[..., AuthResult]:
    """Return an authenticator for one user."""

    def check(_server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: object) -> AuthResult:
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (
            user.encode(),
            password.encode(),
        )
        return AuthResult(success=good, handled=False)

    return check
