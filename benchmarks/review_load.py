"""The review server under load: everybody was invited, many look at once.

    python benchmarks/review_load.py [--people 2000] [--at-once 200] [--think 20] [--output FILE]

The server is ``catchlight review serve`` in a process of its own, on loopback, over a made-up company with pictures of
1024 × 1024 pixels. Each reviewer opens their personal link, waits for their page and its pictures, thinks for about
``--think`` seconds, sends an answer, and waits for the page that says it was taken. The first ``--at-once`` of them
come within that time, and so many are there at any moment until all have answered (with ``--think 0``, as fast as the
machine can). In the middle the server is killed (SIGKILL) and started again; reviewers try again, as a person would,
and come back all together: the pages of the next half minute are told apart. Told are the seconds of a page (not of
its pictures), and how many answers that the server had acknowledged are in the register: all of them, or the
benchmark ends with 1. The peer is Starlette itself,
measured in the same run: the same page as ready-made text, without session, register or template.

Bars: 95 of 100 pages within 0.15 s; no answer lost.
"""

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from reviewers import Seen, everybody, peer

from catchlight import ledger, pixels
from catchlight.home import Home
from catchlight.invitations import Invitations
from catchlight.records import Employee, Outcome, Reading, Render, Rung, Verdict
from catchlight.register import Register
from flows.children import free_port

_PEER = """
import sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route
page = sys.stdin.read()
uvicorn.run(Starlette(routes=[Route("/", lambda _: HTMLResponse(page))]), port=int(sys.argv[1]), log_level="error")
"""


def company(home: Path, people: int, port: int) -> dict[str, str]:
    """Make a finished run, invite everybody, and return their links."""
    vault, rng = Home(home).vault, np.random.default_rng(1)
    noise = rng.integers(60, 200, (8, 8, 3), np.uint8)
    rows = []
    for number in range(people):
        picture = np.kron(np.roll(noise, number, (0, 1)), np.ones((128, 128, 1), np.uint8))
        picture[:4, :4] = (number % 256, number // 256, 7)
        made = vault.put(pixels.jpeg(picture))
        small = vault.put(pixels.webp(np.ascontiguousarray(picture[::4, ::4])))
        who, recipe = f"p{number:05}", f"r{number}"
        rows.append(
            Render(who, recipe, "", made, small, small, 1024, 1024, Rung.RELIGHT, "house", aligned=small)
        )
    tables = {
        Employee: [
            Employee(r.employee, f"Given{r.employee}", "Family", email=f"{r.employee}@example.com")
            for r in rows
        ],
        Render: rows,
        Verdict: [Verdict(r.employee, r.recipe, Outcome.ACCEPT) for r in rows],
        Reading: [],
    }
    for record, made in tables.items():
        ledger.write(Home(home).run("20261124-100000") / ledger.file_name(record), ledger.table(record, made))
    Home(home).point_to("20261124-100000")
    (home / "review.toml").write_text(f'company = "Example"\nurl = "http://127.0.0.1:{port}"\n')
    asked = Invitations(Register(home / "register.db"), home)
    return {r.employee: asked.token(asked.invite(r.employee, r.picture, "hr", 14)) for r in rows}


def serve(home: Path, port: int) -> "subprocess.Popen[bytes]":
    """Start the review server and wait until it answers."""
    command = [sys.executable, "-m", "flows.cli", "review", "serve", "--no-redo"]
    command += ["--home", str(home), "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _wait_for(f"http://127.0.0.1:{port}/health")
    return server


def _wait_for(address: str) -> None:
    for _ in range(600):
        try:
            if httpx.get(address).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    message = f"nothing answers at {address}"
    raise SystemExit(message)


def serve_peer(page: str, port: int) -> "subprocess.Popen[bytes]":
    """Start the peer: the same page as ready-made text."""
    server = subprocess.Popen([sys.executable, "-c", _PEER, str(port)], stdin=subprocess.PIPE)
    if server.stdin:
        server.stdin.write(page.encode())
        server.stdin.close()
    _wait_for(f"http://127.0.0.1:{port}/")
    return server


def measured_peer(page: str, at_once: int, think: float) -> list[float]:
    """Start the peer, measure it, end it."""
    port = free_port()
    server = serve_peer(page, port)
    try:
        return asyncio.run(peer(port, 600, at_once, think))
    finally:
        server.kill()


def _spread(seconds: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(seconds, n=100)
    return {"count": len(seconds), "median": cuts[49], "p95": cuts[94], "p99": cuts[98], "most": max(seconds)}


def told(asked: argparse.Namespace, seen: Seen, seconds: float, home: Path) -> dict[str, Any]:
    """Return the figures, and whether the register holds what was acknowledged."""
    stored = {d.employee: d.answer for d in Register(home / "register.db").decisions()}
    lost = [who for who, said in seen.acknowledged.items() if said and stored.get(who) != said]
    doubled = len(Register(home / "register.db").decisions()) - len(stored)
    found: dict[str, Any] = {
        "people": asked.people, "at once": asked.at_once, "think, s": asked.think, "cores": os.cpu_count(),
        "load": os.getloadavg()[0], "seconds": seconds, "pages, s": _spread(seen.pages),
        "pages after the kill, s": _spread(seen.crowded), "pictures, s": _spread(seen.pictures),
        "peer, s": _spread(measured_peer(seen.page, asked.at_once, asked.think)),
        "tried again after the kill": seen.again, "answered": len(stored), "lost": len(lost), "doubled": doubled,
    }  # fmt: skip
    found["p95 / peer's p95"] = found["pages, s"]["p95"] / found["peer, s"]["p95"]
    found["bar"] = found["pages, s"]["p95"] <= 0.15 and not lost and not doubled
    return found


def main() -> None:
    """Run it and print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--at-once", type=int, default=200)
    parser.add_argument("--think", type=float, default=20.0)
    parser.add_argument("--output", type=Path)
    asked = parser.parse_args()
    home, port = Path(tempfile.mkdtemp()) / "home", free_port()
    links = company(home, asked.people, port)
    servers = [serve(home, port)]

    def restart() -> None:
        servers[-1].send_signal(signal.SIGKILL)
        servers[-1].wait()
        servers.append(serve(home, port))

    started = time.perf_counter()
    seen = asyncio.run(everybody(f"http://127.0.0.1:{port}", links, asked.at_once, asked.think, restart))
    seconds = time.perf_counter() - started
    servers[-1].terminate()
    servers[-1].wait()
    found = told(asked, seen, seconds, home)
    print(json.dumps(found, indent=1))
    if asked.output:
        asked.output.write_text(json.dumps(found, indent=1))
    sys.exit(1 if found["lost"] or found["doubled"] else 0)


if __name__ == "__main__":
    main()
