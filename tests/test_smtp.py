"""Letters through a real mail server: encrypted, refused singly, never twice."""

import socket
from collections.abc import Iterable, Iterator
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import Any

import pytest

from catchlight.errors import ConfigError, OutsideError
from catchlight.outbox import Delivery, Fate, Message
from connectors.smtp import Settings, send
from tests.certificates import Certificates, make_certificates
from tests.mail_server import HERE, Mailbox, mail_server, only

PASSWORD = "correct horse"  # noqa: S105  the test's own


def message(to: str = "zoë@example.com", **changes: str) -> Message:
    """Return a letter."""
    return Message(
        **{"letter": "l1", "to": to, "subject": "Ihr Porträt", "text": "Guten Tag,\n\n.dot\nhttps://x/l/t\n"}
        | changes
    )


def settings(port: int, **more: Any) -> Settings:
    """Return the settings for a server on loopback."""
    usual = {"host": HERE, "port": port, "security": "none", "sender": "Fotos für alle <photos@example.com>"}
    return Settings(**usual | more)


def people(*names: str) -> list[Message]:
    """Return a letter for each."""
    return [message(f"{name}@example.com", letter=name) for name in names]


def fates(deliveries: Iterable[Delivery]) -> dict[str, str]:
    """Return what became of each letter."""
    return {one.letter: one.fate for one in deliveries}


@pytest.fixture
def box() -> Mailbox:
    """Return an empty mailbox."""
    return Mailbox()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Return an authority, and the certificate of a server on this machine."""
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def context(made: Certificates) -> SSLContext:
    """Return the server's side of an encrypted connection."""
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate, made.key)
    return context


def test_a_letter_arrives_as_it_was_written(box: Mailbox) -> None:
    """Umlauts, dots at the start of a line and the link survive; programs can see what it is."""
    with mail_server(box) as port:
        assert fates(send(settings(port), [message("a@example.com", language="de")])) == {"l1": Fate.SENT}
    (letter,) = box.letters
    assert letter.get_content().replace("\r\n", "\n") == "Guten Tag,\n\n.dot\nhttps://x/l/t\n"
    assert letter["Subject"] == "Ihr Porträt"
    assert letter["From"] == "Fotos für alle <photos@example.com>"
    assert (letter["To"], letter["Message-ID"]) == ("a@example.com", "<l1@example.com>")
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Content-Language"] == "de"
    assert letter.get_content_type() == "text/plain"
    assert not letter.is_multipart()


def test_many_letters_share_a_connection(box: Mailbox) -> None:
    """A company of two thousand does not open two thousand connections."""
    with mail_server(box) as port:
        assert set(fates(send(settings(port), people(*"abcdefgh"))).values()) == {Fate.SENT}
    assert (len(box.letters), box.connections) == (8, 1)


def test_a_letter_is_taken_only_when_the_server_is_ready() -> None:
    """With no server there nobody's letter is touched."""
    taken: list[str] = []

    def letters() -> Iterator[Message]:
        taken.append("x")
        yield message()

    with socket.socket() as closed:
        closed.bind((HERE, 0))
        with pytest.raises(OutsideError, match="cannot be reached"):
            list(send(settings(closed.getsockname()[1]), letters()))
    assert taken == []


def test_one_refused_recipient_stops_nobody_else(box: Mailbox) -> None:
    """Who is unknown is told with the server's words; who is busy gets another try; the others get their letter."""
    box.answers = {"b@example.com": "550 5.1.1 no such user", "c@example.com": "450 4.2.0 greylisted"}
    with mail_server(box) as port:
        done = list(send(settings(port), people(*"abcd")))
    assert fates(done) == {"a": Fate.SENT, "b": Fate.REFUSED, "c": Fate.LATER, "d": Fate.SENT}
    assert [one.why for one in done[1:3]] == ["550 5.1.1 no such user", "450 4.2.0 greylisted"]
    assert (box.to, box.connections) == (["a@example.com", "d@example.com"], 1)


def test_a_server_that_dies_after_the_letter(box: Mailbox) -> None:
    """That letter may have been sent and is not sent again; the next ones go over a new connection."""
    box.hang_up = {2}
    with mail_server(box) as port:
        done = list(send(settings(port), people(*"abc")))
    assert fates(done) == {"a": Fate.SENT, "b": Fate.UNCLEAR, "c": Fate.SENT}
    assert (box.to, box.connections) == (["a@example.com", "b@example.com", "c@example.com"], 2)


def test_a_server_that_closes(box: Mailbox) -> None:
    """421 means later; a server that says so every time is left alone, and nobody else's letter is taken."""
    box.answers = {f"{name}@example.com": "421 4.3.2 shutting down" for name in "abcdef"}
    letters = iter(people(*"abcdef"))
    done: list[Delivery] = []
    with mail_server(box) as port, pytest.raises(OutsideError, match="3 connections in a row"):
        done.extend(send(settings(port), letters))
    with mail_server(Mailbox(answers=box.answers)) as port:
        one = next(send(settings(port), people("a")))
    assert (one.fate, one.why) == (Fate.LATER, "421 4.3.2 shutting down")
    assert [letter.letter for letter in letters] == ["d", "e", "f"]


@pytest.mark.parametrize(
    ("answer", "fate"),
    [("554 5.7.1 spam", Fate.REFUSED), ("452 4.2.2 mailbox full", Fate.LATER), ("250 OK", Fate.SENT)],
)
def test_what_the_server_says_at_the_end_counts(box: Mailbox, answer: str, fate: Fate) -> None:
    """A letter counts as sent when the server took it, not when it was handed over."""
    box.after = lambda _: answer
    with mail_server(box) as port:
        assert fates(send(settings(port), people("a"))) == {"a": fate}


def test_a_filter_that_quotes_the_link_does_not_spread_it(box: Mailbox) -> None:
    """The server's words are kept and shown; a link in them is left out."""
    box.after = lambda _: "554 blocked: https://photos.example.com/l/SECRET.token is listed"
    with mail_server(box) as port:
        (done,) = send(settings(port), people("a"))
    assert done.why == "554 blocked: … is listed"


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_encrypted_with_the_company_s_own_authority(
    box: Mailbox, made: Certificates, context: SSLContext, security: str, tmp_path: Path
) -> None:
    """The letter and the password travel encrypted, the certificate verified."""
    file = tmp_path / "password"
    file.write_text(PASSWORD)
    file.chmod(0o600)
    how: dict[str, Any] = {"ssl_context" if security == "tls" else "tls_context": context}
    login = {"authenticator": only("me", PASSWORD), "auth_required": True}
    if security == "tls":
        login["auth_require_tls"] = False  # aiosmtpd does not count encryption from the start
    with mail_server(box, **how, **login) as port:
        safe = settings(port, security=security, ca_file=made.authority, username="me", password_file=file)
        assert fates(send(safe, people("a"))) == {"a": Fate.SENT}
        assert box.encrypted == [True]
        file.write_text("wrong")
        with pytest.raises(ConfigError, match=r"mail\.username.*does not accept them: 535") as error:
            list(send(safe, people("a")))
        assert "wrong" not in str(error.value)
        unknown = settings(port, security=security, ca_file=made.authority)
        with pytest.raises(ConfigError, match=r"mail\.username: .* wants a sign-in"):
            list(send(unknown, people("a")))
    assert box.to == ["a@example.com"]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_an_unknown_certificate_is_refused(box: Mailbox, context: SSLContext, security: str) -> None:
    """Nothing is sent to a server that cannot prove who it is."""
    how: dict[str, Any] = {"ssl_context" if security == "tls" else "tls_context": context}
    with mail_server(box, **how) as port, pytest.raises(ConfigError, match="is not trusted"):
        list(send(settings(port, security=security), people("a")))
    assert box.letters == []


def test_a_server_without_encryption_is_refused(box: Mailbox) -> None:
    """STARTTLS that somebody took out of the server's greeting ends it; so does a far server without any."""
    with mail_server(box) as port, pytest.raises(ConfigError, match="offers no STARTTLS"):
        list(send(settings(port, security="starttls"), people("a")))
    with pytest.raises(ConfigError, match=r"mail\.security: without encryption only .* on this machine"):
        list(send(settings(25, host="mail.example.com"), people("a")))
    assert box.letters == []


@pytest.mark.parametrize(
    ("to", "says"),
    [
        ("a@example.com\r\nRCPT TO:<evil@example.com>", "not an e-mail address"),
        ("a@example.com, b@example.com", "not an e-mail address"),
        ("Zoë <a@example.com>", "not an e-mail address"),
        ("nobody", "not an e-mail address"),
        ("a@b@example.com", "not an e-mail address"),
        ("", "not an e-mail address"),
        (f"a@{'x' * 64}.example", "cannot exist"),
    ],
)
def test_a_hostile_address_reaches_nobody(box: Mailbox, to: str, says: str) -> None:
    """An address is one address; the others still get their letters."""
    with mail_server(box) as port:
        done = list(send(settings(port), [message(to), *people("a")]))
    assert fates(done) == {"l1": Fate.REFUSED, "a": Fate.SENT}
    assert says in done[0].why
    assert box.to == ["a@example.com"]


def test_addresses_beyond_ascii(box: Mailbox) -> None:
    """A domain is spoken as servers know it; a name needs a server that takes such names."""
    letters = [message("a@müller.example"), message("zoë@example.com", letter="l2")]
    with mail_server(box, enable_SMTPUTF8=True) as port:
        assert set(fates(send(settings(port), letters)).values()) == {Fate.SENT}
    assert box.to == ["a@xn--mller-kva.example", "zoë@example.com"]
    plain = Mailbox()
    with mail_server(plain, enable_SMTPUTF8=False) as port:
        done = list(send(settings(port), letters))
    assert fates(done) == {"l1": Fate.SENT, "l2": Fate.REFUSED}
    assert "beyond ASCII" in done[1].why


def test_a_subject_ends_no_header(box: Mailbox) -> None:
    """Line breaks in what people are called add no header."""
    with mail_server(box) as port:
        list(
            send(
                settings(port), [message("a@example.com", subject="Hello\r\nBcc: evil@example.com\r\n\r\nx")]
            )
        )
    assert box.letters[0]["Bcc"] is None
    assert box.letters[0]["Subject"] == "Hello Bcc: evil@example.com x"


def test_a_sender_that_is_none() -> None:
    """A mistake in review.toml costs nobody a letter."""
    with pytest.raises(ConfigError, match=r"mail\.sender.*Photos <photos@example\.com>"):
        list(send(settings(25, sender="a b@c d"), people("a")))


def test_a_silent_server_is_not_waited_for() -> None:
    """A server that takes the connection and says nothing is one that cannot be reached."""
    with socket.create_server((HERE, 0)) as silent:
        quick = settings(silent.getsockname()[1], timeout=0.2)
        with pytest.raises(OutsideError, match="cannot be reached"):
            list(send(quick, people("a")))
