"""A real nginx with WebDAV for the tests: own configuration and folder, a free port of this machine, gone afterwards."""

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

from connectors.webdav import Settings
from tests.certificates import Certificates, make_certificates
from tests.nginx_server import PROGRAM
from tests.processes import family

_MODULE = Path("/usr/lib/nginx/modules/ngx_http_dav_ext_module.so")
PASSWORD = "correct horse battery"  # noqa: S105 - of a server that lives for one test
_CONFIG = """
load_module {module};
daemon off; master_process on; worker_processes 1; pid {place}/nginx.pid; error_log {place}/error.log warn;
{user}
events {{ worker_connections 64; }}
http {{
  access_log {place}/access.log;
  client_body_temp_path {place}/srv/.body; proxy_temp_path {place}/tmp; fastcgi_temp_path {place}/tmp;
  uwsgi_temp_path {place}/tmp; scgi_temp_path {place}/tmp;
  types {{ image/jpeg jpg; text/html html; }}
  server {{
    listen 127.0.0.1:{port} {ssl};
    {certificates}
    client_max_body_size {most};
    auth_basic "intranet"; auth_basic_user_file {place}/htpasswd;
    location /photos/ {{
      root {place}/srv; autoindex off; disable_symlinks on from={place}/srv;
      {methods}
      create_full_put_path off; dav_access user:rw group:r all:r; min_delete_depth 0;
    }}
    location /moved/ {{ return 301 http://127.0.0.1:1/photos/; }}
    location /page/ {{ types {{ }} default_type text/html; return 200 "<html>sign in</html>"; }}
    location /busy/ {{ return 503; }}
    location /full/ {{ return 507; }}
    location /locked/ {{ return 423; }}
    location /broken/ {{ return 500; }}
    location /forbidden/ {{ return 403; }}
    location /plain/ {{ root {place}/srv; }}
  }}
}}
"""
_METHODS = "dav_methods PUT DELETE MKCOL COPY MOVE; dav_ext_methods PROPFIND OPTIONS;"


def is_installed() -> bool:
    """Whether there is an nginx that can do WebDAV, and what makes its passwords."""
    return bool(PROGRAM) and _MODULE.is_file() and shutil.which("openssl") is not None


@dataclass
class WebdavServer:
    """A server that can be killed and started again; ``folder`` is what it publishes."""

    place: Path
    port: int
    certificates: Certificates | None
    most: str = "20m"
    methods: str = _METHODS
    limits: Sequence[str] = ()
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def folder(self) -> Path:
        """The folder that is published to."""
        return self.place / "srv" / "photos"

    @property
    def address(self) -> str:
        """The address of the server."""
        return f"{'https' if self.certificates else 'http'}://127.0.0.1:{self.port}"

    def settings(self, path: str = "/photos", **changes: object) -> Settings:
        """Return how it is reached."""
        own: dict[str, object] = {"url": f"{self.address}{path}", "username": "anna", "timeout": 10}
        own["password_file"] = self.place / "password"
        if self.certificates:
            own["ca_file"] = self.certificates.authority
        return Settings.model_validate(own | changes)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        tls = self.certificates
        (self.place / "nginx.conf").write_text(
            _CONFIG.format(
                place=self.place, port=self.port, module=_MODULE, most=self.most, methods=self.methods,
                ssl="ssl" if tls else "", user="user root;" if os.geteuid() == 0 else "",
                certificates=f"ssl_certificate {tls.certificate}; ssl_certificate_key {tls.key};" if tls else "",
            ), "utf-8",
        )  # fmt: skip
        command = [*self.limits, PROGRAM, "-p", self.place, "-c", self.place / "nginx.conf"]
        with (self.place / "error.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        self._wait()

    def kill(self) -> None:
        """Kill the server, at once and without a word."""
        if self.process is None:
            return
        workers = family(self.process.pid)
        self.process.kill()
        self.process.wait()
        for pid, _ in workers:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process = None

    def asked(self) -> list[str]:
        """Return the methods and paths that were asked for."""
        lines = (self.place / "access.log").read_text("utf-8").splitlines()
        return [line.split('"')[1].removesuffix(" HTTP/1.1") for line in lines]

    def _wait(self) -> None:
        until = time.monotonic() + 10
        while time.monotonic() < until:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.02)
        raise AssertionError((self.place / "error.log").read_text("utf-8"))


@contextmanager
def webdav_server(
    place: Path, *, tls: bool = False, most: str = "20m", methods: str = _METHODS, limits: Sequence[str] = ()
) -> Iterator[WebdavServer]:
    """Run a server whose files lie below ``place``; one account may use it, with a password."""
    (place / "srv" / "photos").mkdir(parents=True)
    certificates = make_certificates(place / "tls") if tls else None
    server = WebdavServer(place, _free_port(), certificates, most, methods, limits)
    crypted = subprocess.run(["openssl", "passwd", "-apr1", PASSWORD], capture_output=True, check=True)  # noqa: S607 (found by is_installed)
    (place / "htpasswd").write_bytes(b"anna:" + crypted.stdout)
    (place / "password").touch(0o600)
    (place / "password").write_text(f"{PASSWORD}\n", "utf-8")
    server.start()
    try:
        yield server
    finally:
        server.kill()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
