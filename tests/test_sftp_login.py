"""Signing in over SFTP, at a real OpenSSH server: only the pinned host, only with what the settings name."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from pydantic import ValidationError

from catchlight.errors import CatchlightError, ConfigError
from connectors import sftp
from connectors.sftp import Settings
from tests.sftp_server import SftpServer, keygen, make_key, sftp_server

_HOW = re.compile(r"\(.*?\)")


def told(settings: Settings) -> str:
    """Return what opening and looking comes to, which a probe says as well, but for how a server hangs up."""
    with pytest.raises(CatchlightError) as caught:
        sftp.open_place(settings, "sftp").look("96/a.jpg")
    [probed] = sftp.probe(settings)
    assert _HOW.sub("", probed) == _HOW.sub("", str(caught.value))
    return f"{type(caught.value).__name__}: {caught.value}"


def test_an_unknown_host_key_is_refused_with_its_fingerprint(sshd: SftpServer) -> None:
    """Nothing is sent to a server that nobody has vouched for; pin shows what is to be compared."""
    (sshd.place / "known_hosts").write_text("", "utf-8")
    shown = sftp.pin("127.0.0.1", sshd.port)
    listed = keygen("-lf", sshd.place / "host_key.pub")
    assert shown.fingerprint in listed
    said = told(sshd.settings())
    assert said.startswith("ConfigError: known_hosts:")
    assert shown.fingerprint in said
    (sshd.place / "known_hosts").write_text(f"{shown.line}\n", "utf-8")
    assert sftp.probe(sshd.settings()) == []


def test_a_changed_host_key_is_refused_with_both_fingerprints(sshd: SftpServer) -> None:
    """Who stands in for the server gets no file and no password."""
    before = sftp.pin("127.0.0.1", sshd.port).fingerprint
    place = sftp.open_place(sshd.settings(), "sftp")
    place.put("96/a.jpg", b"old")
    sshd.kill()
    sshd.new_host_key()
    sshd.start()
    with pytest.raises(ConfigError, match="Nothing was sent"):
        place.put("96/a.jpg", b"new")
    said = told(sshd.settings())
    assert before in said
    assert sftp.pin("127.0.0.1", sshd.port).fingerprint in said
    assert (sshd.folder / "96/a.jpg").read_bytes() == b"old"


def test_who_is_not_let_in_is_told_by_what(sshd: SftpServer) -> None:
    """A wrong password, a foreign key, an open key file, a damaged one: each names its setting."""
    password, foreign = sshd.place / "password", sshd.place / "foreign"
    password.touch(0o600)
    password.write_text("wrong", "utf-8")
    make_key(foreign, "geheim")
    unlock = sshd.place / "unlock"
    unlock.touch(0o600)
    unlock.write_text("geheim", "utf-8")
    said = told(sshd.settings(key_file=None, password_file=password))
    assert "password_file: " in said
    assert "wrong" not in said
    assert "key_password_file" in told(sshd.settings(key_file=foreign))
    assert "key_password_file" not in told(sshd.settings(key_file=foreign, key_password_file=unlock))
    assert "key_file: " in told(sshd.settings(key_file=password))
    (sshd.place / "key").chmod(0o644)
    assert "chmod 600" in told(sshd.settings())


def shadowed(place: Path, aged: str = "19000:0:99999:7::") -> tuple[Path, list[str]]:
    """Return a file with a password, and what lets a server know it of this account alone; ``aged`` is its shadow entry's rest."""
    secret = place / "password"
    secret.touch(0o600)
    secret.write_text("correct horse\n", "utf-8")
    command = ["openssl", "passwd", "-6", "correct horse"]
    crypted = subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()
    (place / "shadow").write_text(f"root:{crypted}:{aged}:\nsshd:*:19000:0:99999:7:::\n", "utf-8")
    mounted = f'mount --bind {place}/shadow /etc/shadow && exec "$0" "$@"'
    return secret, ["unshare", "-m", "sh", "-c", mounted]


@pytest.mark.skipif(os.geteuid() != 0, reason="a password of its own needs a shadow file of its own")
def test_a_password_opens_too(tmp_path: Path, sshd: SftpServer) -> None:
    """Where a server takes no keys, the password of a file is enough."""
    del sshd
    secret, limits = shadowed(tmp_path)
    with sftp_server(tmp_path / "sshd2", limits=limits) as server:
        place = sftp.open_place(server.settings(key_file=None, password_file=secret), "sftp")
        place.put("96/a.jpg", b"in")
        assert place.look("96/a.jpg") == b"in"


@pytest.mark.skipif(os.geteuid() != 0, reason="a password of its own needs a shadow file of its own")
@pytest.mark.parametrize("pam", ["no", "yes"])
def test_a_password_that_has_to_be_changed_is_pointed_to(tmp_path: Path, sshd: SftpServer, pam: str) -> None:
    """The server lets us in and opens no SFTP: what may be behind it is said, and who can see it."""
    del sshd
    secret, limits = shadowed(tmp_path, aged="0:0:99999:7::")
    with sftp_server(tmp_path / "sshd2", limits=limits, pam=pam) as server:
        said = told(server.settings(key_file=None, password_file=secret))
    assert said.startswith("_LostError: 127.0.0.1:")
    assert "let root in and then opened no SFTP (" in said
    assert "the password of root may have expired and have to be changed" in said
    assert "by chage -l root" in said


@pytest.mark.skipif(os.geteuid() != 0, reason="an account that expired needs a shadow file of its own")
@pytest.mark.skipif(not Path("/etc/pam.d/sshd").is_file(), reason="the server asks PAM for that")
def test_an_account_that_expired_is_pointed_to(tmp_path: Path, sshd: SftpServer) -> None:
    """The server hangs up without a word."""
    del sshd
    _, limits = shadowed(tmp_path, aged="19000:0:99999:7::1")
    with sftp_server(tmp_path / "sshd2", limits=limits, pam="yes") as server:
        said = told(server.settings())
    assert "hung up while root signed in" in said
    assert "this account may have expired, or may not sign in" in said


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"root": "/"}, "root"), ({"root": "portraits"}, "root"), ({"root": "/srv/../etc"}, "root"),
        ({"key_file": None}, "password_file"), ({"password_file": "/p"}, "password_file"),
        ({"file_mode": "0777"}, "file_mode"), ({"keep": 1}, "keep"), ({"host": "a b"}, "host"), ({"x": 1}, "x"),
    ],
)  # fmt: skip
def test_settings_that_cannot_work_are_named(change: dict[str, object], named: str) -> None:
    """IT reads which key is wrong before anything is tried."""
    own = {"host": "h", "username": "u", "root": "/srv/p", "known_hosts": "/k", "key_file": "/key"}
    with pytest.raises(ValidationError, match=named):
        Settings.model_validate(own | change)
