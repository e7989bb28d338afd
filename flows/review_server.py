"""The review server put together and run until it is told to stop."""

import os
import resource
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn

from catchlight.desk import open_register
from catchlight.notices import find_notice
from catchlight.policy import Policy, load_policy, read_secret
from catchlight.upload import UploadDesk
from connectors.oidc import Provider
from flows.burying import bury_alone
from flows.links import link_sender
from flows.listening import listen
from flows.own_photos import own_photos
from flows.review_log import logging_for
from flows.review_place import Place, alone, choose, reached_at
from flows.review_protocol import Protocol
from flows.review_redo import Redoer
from flows.review_words import describe
from flows.showplaces import Signpost, signature_folder
from reports.review.app import make_app
from reports.review.desk import ReviewDesk, open_review_desk
from reports.review.employee_view import NOTICES
from reports.signatures import load_style

_CONNECTIONS = 4000
_BACKLOG = 2048  # of connections that are not taken up yet
_HEAD = 16 * 1024  # bytes of a request's head
_IDLE = 20  # seconds that a quiet connection is kept
_FINISH = 5  # seconds for pages that are being made when the server is told to stop
_HARD = 9.0  # seconds after which it ends in any case; what was acknowledged is on disk
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Options:
    """What the command was told; empty means as in ``review.toml``."""

    home: Path
    host: str = ""
    port: int | None = None
    cert: Path | None = None
    key: Path | None = None
    redo: bool = True


def serve(options: Options, say: Say) -> None:
    """Serve the pages until SIGTERM or Ctrl-C; ConfigError when it cannot start."""
    register, policy = open_register(options.home), load_policy(options.home)
    place = choose(policy, options.host, options.port, options.cert, options.key)
    _check_files(policy)
    bury_alone(options.home)
    with alone(options.home), listen(place.host, place.port, "--port", _BACKLOG) as taken:
        place = Place(place.host, taken.getsockname()[1], place.tls)
        policy = reached_at(policy, place)
        sso = Provider(policy.sso) if policy.sso else None
        with _helpers(options, policy) as helpers:
            helpers["own_photos"] = own_photos(options.home, register, policy.url)
            desk = open_review_desk(options.home, register, policy, sso=sso, **helpers)
            say(f"Catchlight review server of {policy.company}")
            for heading, told in describe(desk, place, sso, redo=options.redo):
                say(f"  {heading:<13} {told}")
            say("Ctrl-C stops it.")
            _Server(_config(desk, place)).run(sockets=[taken])


def _check_files(policy: Policy) -> None:
    """Read the secrets and notices that are needed later, so that a wrong file is told now."""
    for language in policy.languages:
        find_notice(policy, NOTICES, language)
    for file in (policy.mail and policy.mail.password_file, policy.slack and policy.slack.token_file):
        if file:
            read_secret(file)


@contextmanager
def _helpers(options: Options, policy: Policy) -> Iterator[dict[str, Any]]:
    """Yield who works beside the pages, and let them go at the end."""
    places, signature = Signpost(options.home), signature_folder(options.home)
    style = load_style(signature) if signature else None
    uploads, redoer, send = UploadDesk(options.home), Redoer(options.home), link_sender(options.home)
    helpers: dict[str, Any] = {"uploads": uploads, "showplaces": places, "signing": style}
    if policy.mail or policy.slack:
        helpers["send_link"] = lambda old: send(old) is not None
    if options.redo:
        redoer.start()
        helpers["wake"] = redoer.wake
    try:
        yield helpers
    finally:
        redoer.stop()
        uploads.close()


def _config(desk: ReviewDesk, place: Place) -> uvicorn.Config:
    proxies, tls = desk.policy.server.proxies, place.tls
    return uvicorn.Config(
        make_app(desk),
        http=Protocol,
        ws="none",
        lifespan="off",
        log_config=logging_for(),
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        limit_concurrency=_connections(),
        h11_max_incomplete_event_size=_HEAD,
        timeout_keep_alive=_IDLE,
        timeout_graceful_shutdown=_FINISH,
        ssl_context_factory=(lambda *_: tls) if tls else None,
    )


def _connections() -> int:
    """Return how many connections there may be; each needs a file descriptor, and pictures need some too."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(_CONNECTIONS + 200, hard) if hard != resource.RLIM_INFINITY else _CONNECTIONS + 200
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(50, min(_CONNECTIONS, wanted - 200))


class _Server(uvicorn.Server):
    """uvicorn that ends like any other command when it is told to, and in time."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop; uvicorn would raise the signal again at the end, and the exit code would tell of a crash."""
        if not self.should_exit:
            last = threading.Timer(_HARD, os._exit, [0])
            last.daemon = True
            last.start()
        super().handle_exit(sig, frame)
        self._captured_signals.clear()
