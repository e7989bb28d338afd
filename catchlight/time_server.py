"""Our own time-stamp authority, reached as any other one is: by HTTP, on loopback, for as long as one file is signed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

from catchlight.time_stamp import TimeAuthority

_LONGEST = 4096  # bytes of a request; one of SHA-512 with a nonce has 100


@contextmanager
def stamping(authority: TimeAuthority) -> Iterator[str]:
    """Yield the address at which the authority answers until the block ends."""

    class Handler(_Handler):
        answering = authority

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.001,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    answering: TimeAuthority
    wbufsize = -1  # head and body in one packet: two would wait for each other
    timeout = 5

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > _LONGEST:
            self.send_error(413)
            return
        answer = self.answering.answer(self.rfile.read(int(length)), datetime.now(UTC))
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing: the caller tells what went wrong."""
