"""Many reads of Graph at once, by JSON batching: twenty in one call, answers in any order, each with its own status.

What stays unanswered in batches, is too large for one, or comes back broken is asked for by a call of its own.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from catchlight.batches import batches
from catchlight.errors import OutsideError
from connectors._allowed_calls import Reply, seconds_to_wait
from connectors._graph_calls import Graph
from connectors._graph_settings import GUID

BATCH = "/v1.0/$batch"
MOST = 20
"""Requests of one batch."""

ALLOWED = (
    ("POST", r"/v1\.0/\$batch"), ("GET", rf"/v1\.0/users/{GUID}(\?[^#\s]*)?"),
    ("GET", rf"/v1\.0/users/{GUID}/photo(/\$value)?"),
)  # fmt: skip
"""The calls that are made here."""

Check = Callable[[Reply], None]
Answer = Reply | OutsideError
_SIZES = (MOST, 10, 5)  # a batch that fails as a whole may be too large
_LATER = {408, 424, 429, 500, 502, 503, 504}
_SINGLE = {401, 413}  # a token that has just ended, an answer too large for a batch
_PATIENCE = 120.0  # seconds; who wants us to wait longer is left to the next run
_ALONE = 2  # calls in a row that fail: Graph is unwell, not this person


def ask(graph: Graph, checks: Mapping[str, Check]) -> dict[str, Answer]:
    """Return the answer to each path below ``/v1.0``, or why there is none now.

    ``checks`` says of an answer whether it makes sense, by OutsideError. ConfigError when the app is not let in.
    ValueError for a path that is not among the allowed.
    """
    for path in checks:
        if not any(verb == "GET" and re.fullmatch(pattern, f"/v1.0{path}") for verb, pattern in ALLOWED):
            message = f"GET {path[:100]!r} is not a call that this connector makes"
            raise ValueError(message)
    asking = _Asking(graph, checks)
    for turn, size in enumerate(_SIZES):
        asking.in_batches(size, 2.0**turn)
    asking.one_by_one()
    return asking.found


@dataclass
class _Asking:
    """What was answered so far; ``single`` are paths that no batch is tried for any more."""

    graph: Graph
    checks: Mapping[str, Check]
    found: dict[str, Answer] = field(default_factory=dict)
    single: set[str] = field(default_factory=set)

    def in_batches(self, size: int, wait: float) -> None:
        """Ask for all that is left, until a batch fails as a whole; ``wait`` seconds where Graph says none."""
        todo = [path for path in self.checks if path not in self.found and path not in self.single]
        for some in batches(todo, size):
            reply = self._batch(some)
            if reply is None:
                self.graph.rest(wait)
                return
            self._take(reply, some, wait)

    def _batch(self, paths: Sequence[str]) -> Reply | None:
        asked = [{"id": str(n), "method": "GET", "url": path} for n, path in enumerate(paths)]
        try:
            reply = self.graph.call("POST", BATCH, _is_batch, json={"requests": asked})
        except OutsideError:
            return None
        return reply if reply.status == 200 else None

    def _take(self, batch: Reply, paths: Sequence[str], wait: float) -> None:
        """Take what was answered well; rest for as long as the others want, or leave them when that is too long."""
        waits = [0.0]
        for number, one in _answers(batch, len(paths)):
            path = paths[number]
            answer = _reply(f"{self.graph.url}/v1.0{path}", one)
            if answer is not None and answer.status in _LATER:
                waits.append(seconds_to_wait(answer.headers) or wait)
            elif answer is None or answer.status in _SINGLE or not _makes_sense(answer, self.checks[path]):
                self.single.add(path)
            else:
                self.found[path] = answer
        if max(waits) > _PATIENCE:
            late = OutsideError(f"{batch.url}: wants {max(waits):.0f} seconds before it goes on")
            self.found |= {path: late for path in paths if path not in self.found}
        elif max(waits):
            self.graph.rest(max(waits))

    def one_by_one(self) -> None:
        """Ask for what is left, until Graph is seen to be unwell altogether."""
        failed: list[OutsideError] = []
        for path in [path for path in self.checks if path not in self.found]:
            if len(failed) < _ALONE:
                try:
                    self.found[path] = self.graph.call("GET", f"/v1.0{path}", self.checks[path])
                    failed = []
                except OutsideError as error:
                    failed.append(error)
            if failed:
                self.found[path] = failed[-1]


def _is_batch(reply: Reply) -> None:
    if reply.status == 200 and not isinstance(reply.json().get("responses"), list):
        raise OutsideError(f"{reply.url}: answers without responses")


def _answers(reply: Reply, count: int) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Return the answers that belong to one of our requests, once each."""
    seen = set[str]()
    for one in reply.json()["responses"]:
        id_ = str(one.get("id")) if isinstance(one, dict) else ""
        if re.fullmatch(r"[0-9]{1,2}", id_) and int(id_) < count and id_ not in seen:
            seen.add(id_)
            yield int(id_), one


def _reply(url: str, one: Mapping[str, Any]) -> Reply | None:
    """Return an answer inside of a batch as if it had come by itself; None when it is broken.

    What is not JSON comes as base64 of either alphabet, with or without ``=`` at its end.
    """
    status, told, body = one.get("status"), one.get("headers"), one.get("body")
    if not isinstance(status, int):
        return None
    headers = (
        {str(name).lower(): str(value) for name, value in told.items()} if isinstance(told, dict) else {}
    )
    if isinstance(body, str) and status == 200:
        try:
            data = base64.b64decode(_plain(body), validate=True)
        except (binascii.Error, ValueError):
            return None
        return Reply(url, status, headers, data)
    return Reply(url, status, headers, json.dumps(body).encode() if body is not None else b"")


def _plain(text: str) -> str:
    text = "".join(text.split()).strip('"').rstrip("=").translate(str.maketrans("-_", "+/"))
    return text + "=" * (-len(text) % 4)


def _makes_sense(reply: Reply, check: Check) -> bool:
    try:
        check(reply)
    except OutsideError:
        return False
    return True
