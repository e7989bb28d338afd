"""A real OpenSSH server for the tests: own keys, own configuration, a free port of this machine, gone afterwards."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from connectors.sftp import Settings
from tests.processes import alive, family, outlive

_SSHD = Path("/usr/sbin/sshd")
_CONFIG = """
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
PidFile none
AuthorizedKeysFile {folder}/authorized_keys
StrictModes no
UsePAM {pam}
UseDNS no
PasswordAuthentication yes
KbdInteractiveAuthentication no
PermitRootLogin yes
MaxStartups 100
PermitUserEnvironment no
Subsystem sftp internal-sftp
ForceCommand internal-sftp {options}
"""


def is_installed() -> bool:
    """Whether there is an OpenSSH server and what makes its keys."""
    return _SSHD.is_file() and shutil.which("ssh-keygen") is not None


@dataclass
class SftpServer:
    """A server that can be started, killed and started again; ``folder`` is where it may write."""

    place: Path
    port: int
    options: str = ""
    limits: Sequence[str] = ()
    pam: str = "no"
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def folder(self) -> Path:
        """The folder that is published to."""
        return self.place / "srv" / "portraits"

    def settings(self, **changes: object) -> Settings:
        """Return how it is reached."""
        own = {
            "host": "127.0.0.1", "port": self.port, "username": getpass.getuser(), "root": str(self.folder),
            "known_hosts": self.place / "known_hosts", "key_file": self.place / "key", "timeout": 10,
        }  # fmt: skip
        return Settings.model_validate(own | changes)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        config = self.place / "sshd_config"
        own = {"port": self.port, "folder": self.place, "options": self.options, "pam": self.pam}
        config.write_text(_CONFIG.format(**own), "utf-8")
        log = (self.place / "log").open("ab")
        self.process = subprocess.Popen(
            [*self.limits, _SSHD, "-D", "-e", "-f", config], stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        log.close()
        self._wait()

    def kill(self) -> None:
        """Kill the server and every session of it, at once and without a word."""
        if self.process is None:
            return
        everyone = family(self.process.pid)
        self.process.kill()
        self.process.wait()
        while left := alive(everyone):
            for pid, _ in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            outlive(everyone, 1)
        self.process = None

    def new_host_key(self) -> None:
        """Give the server another host key, as when somebody stands in for it."""
        (self.place / "host_key").unlink(missing_ok=True)
        make_key(self.place / "host_key")

    def trust(self) -> None:
        """Pin the host key that the server has now."""
        key = (self.place / "host_key.pub").read_text("utf-8")
        (self.place / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {key}", "utf-8")

    def _wait(self) -> None:
        until = time.monotonic() + 10
        while time.monotonic() < until:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as line:
                if line.recv(4) == b"SSH-":
                    return
            time.sleep(0.02)
        raise AssertionError((self.place / "log").read_text("utf-8"))


@contextmanager
def sftp_server(
    place: Path, options: str = "", limits: Sequence[str] = (), pam: str = "no"
) -> Iterator[SftpServer]:
    """Run a server whose files lie below ``place``; ``options`` are internal-sftp's."""
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd does not start as root without it
    server = SftpServer(place, _free_port(), options, limits, pam)
    server.folder.mkdir(parents=True)
    server.new_host_key()
    server.trust()
    make_key(place / "key")
    (place / "authorized_keys").write_bytes((place / "key.pub").read_bytes())
    server.start()
    try:
        yield server
    finally:
        server.kill()


def make_key(path: Path, password: str = "") -> None:
    """Make a private key, and the public one beside it."""
    keygen("-q", "-t", "ed25519", "-N", password, "-f", path)


def keygen(*arguments: object) -> str:
    """Run ssh-keygen and return what it says."""
    program = str(shutil.which("ssh-keygen"))
    return subprocess.run([program, *map(str, arguments)], check=True, capture_output=True, text=True).stdout


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
