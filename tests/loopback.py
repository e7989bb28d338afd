"""A server of a test on a free port of this machine, and what all of them read in the same way."""

import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.certificates import Certificates


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say what went wrong, unless the client hung up or was killed, which is no fault of the server's."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def served(handler: type[BaseHTTPRequestHandler], certificates: Certificates | None = None) -> Iterator[str]:
    """Answer by a handler, over TLS where there are certificates for it, and return the address."""
    server = _Server(("127.0.0.1", 0), handler)
    if certificates:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates.certificate, certificates.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http{'s' if certificates else ''}://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def whole_body(call: BaseHTTPRequestHandler) -> bytes | None:
    """Return the body of a call; None, and the connection ends, when who sent it was killed in the middle."""
    wanted = int(call.headers.get("Content-Length") or 0)
    body = call.rfile.read(wanted)
    if len(body) == wanted:
        return body
    call.close_connection = True  # no server does half of what it was sent
    return None
