"""A server of photos on loopback, as a company or a service of photos would run one: ETags, and faults on purpose."""

import hashlib
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.certificates import Certificates

Answer = tuple[int, dict[str, str], bytes]


@dataclass
class PhotoServer:
    """Photos by path; ``answers`` go before the usual ones, and ``faults`` before those.

    ``calls`` are the paths that were asked for, ``carried`` the headers that came with each.
    """

    photos: dict[str, bytes] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    carried: list[dict[str, str]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    def answer(self, path: str, headers: dict[str, str]) -> Answer:
        """Answer one call."""
        self.calls.append(path)
        self.carried.append(headers)
        fault = self.faults.pop(0) if self.faults else ""
        if fault.isdigit():
            return int(fault), {"Retry-After": "0"} if fault == "429" else {}, b"no"
        if fault == "wrong_type":
            return 200, {"Content-Type": "image/jpeg"}, b"<!doctype html><title>Sign in</title>"
        if self.answers:
            return self.answers.pop(0)
        return self._usual(path, headers, fault)

    def _usual(self, path: str, headers: dict[str, str], fault: str) -> Answer:
        photo = self.photos.get(path)
        if photo is None:
            return 404, {}, b""
        etag = f'"{hashlib.sha256(photo).hexdigest()[:16]}"'
        if headers.get("if-none-match") == etag:
            return 304, {"ETag": etag}, b""
        length = {"Content-Length": str(len(photo))} if fault == "truncated" else {}
        sent = photo[: len(photo) // 2] if fault == "truncated" else photo
        if fault == "slow":
            self.over.wait()
        return 200, {"ETag": etag, "Content-Type": "application/octet-stream", **length}, sent


@contextmanager
def photo_server(certificates: Certificates | None = None) -> Iterator[PhotoServer]:
    """Run a server of photos, over TLS where it has certificates."""
    photos = PhotoServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, more, body = photos.answer(self.path, headers)
            self.send_response(status)
            whole = {"Content-Length": str(len(body)), **more}
            for name, value in whole.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = whole["Content-Length"] != str(len(body))

        def log_message(self, *_: object) -> None:
            pass

    server = _Quiet(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if certificates:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates.certificate, certificates.key)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    photos.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield photos
    finally:
        photos.over.set()
        server.shutdown()
        server.server_close()


class _Quiet(ThreadingHTTPServer):
    """Whoever hangs up early is no news."""

    def handle_error(self, *_: object) -> None:
        pass
