"""A real nginx in front of a server: TLS ends there, and people reach us under a path."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.certificates import Certificates

PROGRAM = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin") or ""
_SETUP = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    location {path}/ {{
      proxy_pass http://127.0.0.1:{behind};
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
      client_max_body_size 31m;
    }}
  }}
}}
"""


@contextmanager
def nginx(
    folder: Path, certificates: Certificates, port: int, behind: int, path: str, program: str = PROGRAM
) -> Iterator[None]:
    """Serve what listens at ``behind`` under ``path``, over TLS, at ``port``."""
    folder.mkdir()
    setup = folder / "nginx.conf"
    told = {"certificate": certificates.certificate, "key": certificates.key, "folder": folder}
    setup.write_text(_SETUP.format(port=port, behind=behind, path=path, **told), encoding="utf-8")
    running = subprocess.Popen(
        [program, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(setup)]
    )
    try:
        _wait(running, port)
        yield
    finally:
        running.terminate()
        running.wait(10)


def _wait(running: subprocess.Popen[bytes], port: int) -> None:
    while running.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    message = f"nginx ended with {running.returncode}"
    raise AssertionError(message)
