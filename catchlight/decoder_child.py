"""The child of `decoder`: gives up its rights, then decodes one file after the other."""

import json
import math
import mmap
import os
import resource
import select
import signal
import sys
from typing import Any

import numpy as np

from catchlight import memory
from catchlight.board import Pixels
from catchlight.decoding import Limits, decode
from catchlight.errors import PhotoError

READY = b"ready\n"


def serve(settings: str, board: int) -> None:
    """Answer the parent until it closes the pipe or is gone; pixels are laid into the memory that ``board`` names."""
    limits = Limits(**json.loads(settings))
    shared = _shared(board)
    _confine(limits, len(shared))
    memory.keep()
    # A library that prints must not print into the answer.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    parent = os.getppid()
    answers.write(READY)
    answers.flush()
    while (data := _next_file(parent)) is not None:
        _rearm(limits)
        head, arrays = _answer(data, limits, shared)
        _lay(arrays, shared)
        answers.write(json.dumps(head).encode() + b"\n")
        answers.flush()
        signal.alarm(0)


def _next_file(parent: int) -> bytes | None:
    """Wait for a file; None when the parent is gone, even if others hold its end of the pipe."""
    questions = sys.stdin.buffer
    while not select.select([questions], [], [], 5)[0]:
        if os.getppid() != parent:
            return None
    length = int.from_bytes(questions.read(8), "big")
    data = questions.read(length)
    return data if length and len(data) == length else None


def _shared(board: int) -> mmap.mmap:
    """Map the memory that is shared with the parent. No file may be written to, this one included."""
    try:
        return mmap.mmap(board, 0)
    finally:
        os.close(board)


def _lay(arrays: list[Pixels], shared: mmap.mmap) -> None:
    """Lay arrays one after the other; a picture may have been decoded right there."""
    first = 0
    for array in arrays:
        place = np.frombuffer(shared, np.uint8, array.size, first)
        if place.ctypes.data != array.ctypes.data:
            place[:] = array.reshape(-1)
        first += array.size


def _answer(data: bytes, limits: Limits, shared: mmap.mmap) -> tuple[dict[str, Any], list[Pixels]]:
    try:
        done = decode(data, limits, shared)
    except PhotoError as error:
        return {"reason": error.reason, "message": str(error)}, []
    arrays = [array for array in (done.picture, done.alpha) if array is not None]
    said = {"format": done.format, "notes": done.notes, "taken": done.taken}
    return {"size": done.picture.shape[:2], "alpha": len(arrays) > 1, **said}, arrays


def _confine(limits: Limits, shared: int) -> None:
    """Take away what a decoder does not need; ``shared`` bytes of memory are the parent's, too."""
    for kind, wanted in (
        (resource.RLIMIT_AS, limits.memory_bytes + shared),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 32),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (most, most))


def _rearm(limits: Limits) -> None:
    """Allow the seconds of one picture: of computing, and of the clock should the parent be gone."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    seconds = math.ceil(spent.ru_utime + spent.ru_stime + limits.seconds)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, hard))
    signal.alarm(math.ceil(limits.seconds) + 1)
