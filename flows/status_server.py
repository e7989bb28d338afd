"""A small server on loopback: whether all parts are well, figures for Prometheus, contact sheets behind links, presets."""

import re
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from catchlight.config import load_preset, preset_names
from catchlight.register_probe import is_readable
from catchlight.sheet_links import is_good
from flows.listening import listen, stopped_by_signals
from flows.metrics import Figures
from flows.own_presets import own_presets
from reports.preset_page import picture_of, preset_page

Check = Callable[[], Mapping[str, bool]]
_PAGE = re.compile(r"contact_sheet(-[0-9]+)?\.html")  # that of a large company is in parts
_NAME = re.compile(r"[0-9]{8}-[0-9]{6}(-[0-9]+)?")
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
}


def make_app(home: Path, check: Check, jobs: Sequence[Path] = ()) -> Starlette:
    """Return the application; ``check`` says of each part whether it is well, ``jobs`` may name presets of one's own."""
    figures = Figures(home)

    def health(_: Request) -> Response:
        parts = dict(check())
        return JSONResponse(
            {"well": all(parts.values()), "parts": parts}, 200 if all(parts.values()) else 503
        )

    def metrics(_: Request) -> Response:
        return Response(figures.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    def sheet(request: Request) -> Response:
        run, token = request.path_params["run"], request.path_params["token"]
        page = request.path_params["page"]
        file = home / "runs" / run / page
        if (
            not (_NAME.fullmatch(run) and _PAGE.fullmatch(page))
            or not is_good(home, run, token)
            or not file.is_file()
        ):
            return Response("There is no such contact sheet.\n", 404)
        return FileResponse(file, headers=_HEADERS)

    def presets(_: Request) -> Response:
        return HTMLResponse(preset_page(map(load_preset, preset_names()), own_presets(home, jobs)))

    def picture(request: Request) -> Response:
        file = picture_of(request.path_params["name"])
        return FileResponse(file) if file else Response("There is no such preset.\n", 404)

    return Starlette(
        routes=[
            Route("/presets", presets),
            Route("/presets/{name}.webp", picture),
            Route("/health", health),
            Route("/metrics", metrics),
            Route("/sheets/{run}/{token}/{page}", sheet),
        ]
    )


class StatusServer:
    """The application at work in a thread of its own."""

    def __init__(self, app: Starlette, taken: socket.socket) -> None:
        """Serve ``app`` at a socket that listens already."""
        self._server = uvicorn.Server(
            uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", server_header=False)
        )
        self._thread = threading.Thread(target=self._server.run, args=([taken],), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop serving."""
        self._server.should_exit = True
        self._thread.join(5)


def serve(home: Path, host: str, port: int, say: Callable[[str], None]) -> None:
    """Serve until SIGTERM or Ctrl-C; well is who can read the register. ConfigError when the port is taken."""
    stopped = threading.Event()
    with stopped_by_signals(stopped):
        taken = listen(host, port, "--port")
        server = StatusServer(make_app(home, lambda: {"register": is_readable(home)}), taken)
        say(f"Health, figures, contact sheets and presets at http://{host}:{taken.getsockname()[1]}")
        stopped.wait()
        server.stop()
