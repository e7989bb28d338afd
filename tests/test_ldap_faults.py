"""LDAP when the world is unwell: certificates, servers that vanish, stall or talk nonsense, programs that are killed."""

import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
import stamina
from cryptography import x509

from catchlight.desk import open_desk
from catchlight.errors import ConfigError, OutsideError
from catchlight.journal import State
from catchlight.records import Employee
from catchlight.sending import settle
from catchlight.vault import digest_of
from connectors import _ldap_wire, ldap
from connectors._ldap_wire import Directory, Door
from tests import certificates
from tests.ldap_server import LdapServer
from tests.published_company import portrait
from tests.test_ldap import password, place, server, settings

__all__ = ["password", "server"]  # fixtures of the neighbour


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Try again at once."""
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.mark.parametrize("starttls", [False, True])
def test_an_encrypted_connection_is_used(server: LdapServer, password: Path, starttls: bool) -> None:
    """Both ways, with the authority that the settings name; by address, as the certificate has it."""
    id_ = server.add("anna", mail="anna@example.org")
    url = server.url if starttls else server.secure_url
    there = place(server, password, url=url, starttls=starttls, ca_file=server.authority)
    there.put(id_, portrait("anna"))
    assert there.look(id_) == portrait("anna")


@pytest.mark.parametrize("starttls", [False, True])
def test_an_unknown_authority_is_not_trusted(server: LdapServer, password: Path, starttls: bool) -> None:
    """The password is not sent; the message names the setting."""
    url = server.url if starttls else server.secure_url
    (told,) = ldap.probe(settings(server, password, url=url, starttls=starttls))
    assert "its certificate is not trusted" in told
    assert "ca_file" in told


def test_a_certificate_for_another_host_is_refused(server: LdapServer, password: Path) -> None:
    """An address that the certificate does not name, on the same server."""
    url = f"ldaps://127.0.0.2:{server.secure_port}"
    (told,) = ldap.probe(settings(server, password, url=url, ca_file=server.authority))
    assert "its certificate is not trusted" in told
    assert "127.0.0.2" in told


def test_an_expired_certificate_is_refused(
    server: LdapServer, password: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says so, and there is no switch to go on."""
    made = expired(tmp_path, monkeypatch)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate, made.key)

    def greet(peer: socket.socket) -> None:
        context.wrap_socket(peer, server_side=True)

    with listening(greet) as port:
        url = f"ldaps://127.0.0.1:{port}"
        (told,) = ldap.probe(settings(server, password, url=url, ca_file=made.authority))
    assert "certificate has expired" in told


def test_an_authority_that_cannot_be_read_is_named(
    server: LdapServer, password: Path, tmp_path: Path
) -> None:
    """A matter for IT, before anything is connected to."""
    with pytest.raises(ConfigError, match=r"ca_file .*missing\.pem: cannot be used"):
        place(server, password, ca_file=tmp_path / "missing.pem")


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x30\x84\x00\x00\x00\x03\x02\x01", b"\xff" * 64,
        b"\x30\x05\x02\x01\x01\x04\x00", b"\x30\x0c\x02\x01\x09\x61\x07\x0a\x01\x00\x04\x00\x04\x00",
    ],
)  # fmt: skip
def test_a_server_that_talks_nonsense_is_unwell(server: LdapServer, password: Path, answer: bytes) -> None:
    """HTTP, half a message, noise, or another message's number: never taken for an answer, never a crash."""
    with listening(lambda peer: (peer.recv(100), peer.sendall(answer))) as port:
        there = place(server, password, url=f"ldap://127.0.0.1:{port}", timeout=1)
        with pytest.raises(OutsideError, match=rf"127\.0\.0\.1:{port}"):
            there.look("9200fe92-7caf-1041-8c37-d1fdf4b4a749")


def test_a_server_that_drips_is_left(server: LdapServer, password: Path) -> None:
    """A byte now and then keeps no call alive: time is limited altogether."""
    stop = threading.Event()

    def drip(peer: socket.socket) -> None:
        peer.sendall(b"\x30\x82\x7f\xff")
        while not stop.wait(0.1):
            peer.sendall(b"\x02")

    with listening(drip) as port:
        there = place(server, password, url=f"ldap://127.0.0.1:{port}", timeout=1)
        with pytest.raises(OutsideError):
            there.look("9200fe92-7caf-1041-8c37-d1fdf4b4a749")
        stop.set()


class _Endless:
    """A connection on which every page promises another one."""

    response: ClassVar[list[object]] = []
    result: ClassVar[dict[str, Any]] = {
        "result": 0,
        "controls": {_ldap_wire._PAGED: {"value": {"cookie": b"more"}}},
    }

    def search(self, *_: object, **__: object) -> None:
        """Find nobody."""


def test_a_list_without_an_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Page after page, each with the way to the next: the list is given up, and not begun anew."""
    asked, line = list[object](), _Endless()
    monkeypatch.setattr(_ldap_wire, "_MOST_PAGES", 5)
    monkeypatch.setattr(Directory, "_signed_in", lambda _: nullcontext(line))
    monkeypatch.setattr(Directory, "_ask", lambda *what, **_: asked.append(what))
    directory = Directory(Door("ldap://127.0.0.1:1", "cn=reader", "-"))
    with pytest.raises(ConfigError, match=r"page: ldap://127\.0\.0\.1:1 gives more than 5 pages of 500"):
        directory.search("dc=example", "(cn=*)", ["cn"])
    assert len(asked) == 5


def test_a_server_that_is_gone_is_unwell_and_comes_back(server: LdapServer, password: Path) -> None:
    """Killed between two calls; once it is back, the same place goes on by itself."""
    id_ = server.add("anna", mail="anna@example.org")
    there = place(server, password)
    there.put(id_, portrait("one"))
    server.stop()
    for ask in (there.look, there.remove, lambda one: there.put(one, portrait("two"))):
        with pytest.raises(OutsideError, match=server.url):
            ask(id_)
    server.start()
    assert there.look(id_) == portrait("one")
    there.put(id_, portrait("two"))
    assert there.look(id_) == portrait("two")


def test_an_idle_connection_that_was_closed_is_opened_anew(server: LdapServer, password: Path) -> None:
    """Active Directory closes idle connections after fifteen minutes; nobody notices."""
    id_ = server.add("anna", mail="anna@example.org")
    there = place(server, password)
    assert there.look(id_) is None
    server.stop()
    server.start()
    there.put(id_, portrait("one"))
    assert server.values("anna", "jpegPhoto") == [portrait("one")]


def test_a_write_without_an_answer_is_not_repeated(
    server: LdapServer, password: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server took it and then the line broke: it is left to reading back."""
    id_ = server.add("anna", mail="anna@example.org")
    there, writes, real = place(server, password), [], Directory.modify

    def lost(directory: Directory, *what: object) -> None:
        writes.append(what)
        real(directory, *what)
        directory.close()
        raise OutsideError("the line broke")

    monkeypatch.setattr(Directory, "modify", lost)
    with pytest.raises(OutsideError, match="the line broke"):
        there.put(id_, portrait("one"))
    assert len(writes) == 1
    assert there.look(id_) == portrait("one")


def test_threads_take_turns(server: LdapServer, password: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One connection serves many threads; no two calls are under way at once, and nobody gets another's answer."""
    ids = [server.add(f"p{number}", mail=f"p{number}@example.org") for number in range(8)]
    there, wrong, real, under_way = place(server, password), [], Directory._ask, []

    def ask(directory: Directory, *what: object, **how: object) -> None:
        under_way.append(1)
        wrong.extend(["two at once"] if len(under_way) > 1 else [])
        try:
            real(directory, *what, **how)
        finally:
            under_way.pop()

    def work(id_: str) -> None:
        for turn in range(5):
            there.put(id_, portrait(f"{id_}{turn}"))
            if there.look(id_) != portrait(f"{id_}{turn}"):
                wrong.append(id_)

    assert there.look(ids[0]) is None  # signing in is a call within a call
    monkeypatch.setattr(Directory, "_ask", ask)
    threads = [threading.Thread(target=work, args=(id_,)) for id_ in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


_KILLED = """
import os, signal, sys
from pathlib import Path
from connectors import _ldap_wire, ldap
from connectors._ldap_wire import Directory, Door
from catchlight.desk import open_desk
from catchlight.records import Receipt
from catchlight.sending import send
settings = ldap.Settings.model_validate_json(sys.argv[1])
real = Directory.modify
def modify(*what):
    if sys.argv[5] == "after":
        real(*what)
    os.kill(os.getpid(), signal.SIGKILL)
Directory.modify = modify
desk = open_desk(Path(sys.argv[2]), ldap.open_place(settings, "ldap:directory"))
send(desk, [Receipt("ldap:directory", "1", sys.argv[3], sys.argv[4], "", "", "", "run")])
"""


@pytest.mark.parametrize(("moment", "state"), [("after", State.DONE), ("before", State.FAILED)])
def test_a_program_killed_at_the_write_is_settled_by_reading_back(
    server: LdapServer, password: Path, tmp_path: Path, moment: str, state: State
) -> None:
    """The journal says what is there, and nothing is written again to find out."""
    id_ = server.add("anna", mail="anna@example.org")
    there = place(server, password)
    assert there.accounts([Employee("1", email="anna@example.org")]).targets == {"1": id_}
    desk = open_desk(tmp_path, there)
    sent = desk.vault.keep(portrait("anna"))
    command = [
        sys.executable,
        "-c",
        _KILLED,
        settings(server, password).model_dump_json(),
        str(tmp_path),
        id_,
        sent,
    ]
    done = subprocess.run([*command, moment], check=False, cwd=Path(ldap.__file__).parents[1])
    assert done.returncode == -signal.SIGKILL
    before = server.values("anna", "entryCSN")
    settle(desk)
    receipt = list(desk.register.receipts("ldap:directory"))[-1]
    assert (receipt.state, receipt.target) == (state, id_)
    assert server.values("anna", "entryCSN") == before
    assert there.digest(id_) == (digest_of(portrait("anna")) if moment == "after" else "")


def expired(folder: Path, monkeypatch: pytest.MonkeyPatch) -> certificates.Certificates:
    """Make an authority that is good and a certificate of its that ended long ago."""

    class LongAgo(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime(2020, 1, 1, tzinfo=tz)

    real = certificates._certificate

    def dated(subject: x509.Name, issuer: x509.Name, *rest: object) -> x509.Certificate:
        if subject != issuer:
            monkeypatch.setattr(certificates, "datetime", LongAgo)
        return real(subject, issuer, *rest)

    monkeypatch.setattr(certificates, "_certificate", dated)
    return certificates.make_certificates(folder / "expired")


@contextmanager
def listening(talk: Callable[[socket.socket], object]) -> Iterator[int]:
    """Listen on a port of this machine, and let ``talk`` have each connection, which ends with it."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                peer, _ = listener.accept()
                threading.Thread(target=_talk, args=(talk, peer), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


def _talk(talk: Callable[[socket.socket], object], peer: socket.socket) -> None:
    with peer, suppress(OSError):
        talk(peer)
