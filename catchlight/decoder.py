"""Files of strangers are decoded in a child process: they can hurt nothing but the child.

The parent sends a length and a file; the child (`decoder_child`) answers with one line of JSON, and lays
the pixels into memory that both see: through a pipe they would be copied many times.
"""

import contextlib
import json
import signal
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import IO, Self

import catchlight
from catchlight.board import Board
from catchlight.decoder_child import READY
from catchlight.decoding import STANDARD, Decoded, Limits, check_bytes
from catchlight.errors import OutsideError, PhotoError
from catchlight.exif import a_day

PICTURES_PER_CHILD = 200
_START = (
    "import sys; sys.path[:] = sys.argv[3:]; from catchlight.decoder_child import serve; "
    "serve(sys.argv[1], int(sys.argv[2]))"
)
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
_SECONDS_TO_START = 60.0
_LONGEST_ANSWER = 1 << 16
_VALUES = 4  # of a pixel, with its transparency


class _ChildDiedError(Exception):
    """The child is gone, or what it says makes no sense."""


class Decoder:
    """Decodes files in one warm child process with limits; use it in a ``with`` statement."""

    def __init__(self, limits: Limits = STANDARD) -> None:
        """Nothing is started before the first picture."""
        self.limits = limits
        self._child: subprocess.Popen[bytes] | None = None
        self._board: Board | None = None
        self._opened = 0

    @property
    def pid(self) -> int | None:
        """Process id of the child; None while there is none."""
        return self._child.pid if self._child else None

    def open(self, data: bytes) -> Decoded:
        """Return the picture of a file.

        Raises PhotoError for anything that is wrong with the picture, and OutsideError when no
        child process can be started.
        """
        check_bytes(data, self.limits)
        try:
            return self._ask(data)
        except _ChildDiedError:
            pass
        try:
            return self._ask(data)
        except _ChildDiedError as error:
            message = "The picture made the decoder stop, twice; save it as a new JPEG and send that."
            raise PhotoError("photo.decoder_died", message) from error

    def close(self) -> None:
        """Stop the child; the next picture starts a new one."""
        if self._child:
            _stop(self._child)
        if self._board:
            self._board.close()
        self._child = self._board = None
        self._opened = 0

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the child."""
        self.close()

    def _ask(self, data: bytes) -> Decoded:
        child, board = self._warm()
        overdue = threading.Event()
        timer = threading.Timer(self.limits.seconds, _expire, (child, overdue))
        timer.start()
        try:
            _send(child, data)
            return _receive(child, board, self.limits)
        except PhotoError:
            raise
        except (OSError, _ChildDiedError) as error:
            self.close()
            if overdue.is_set() or child.returncode == -signal.SIGXCPU:
                raise _timeout(self.limits) from error
            raise _ChildDiedError from error
        except BaseException:
            self.close()  # Half a conversation may be left in the pipe.
            raise
        finally:
            timer.cancel()

    def _warm(self) -> tuple[subprocess.Popen[bytes], Board]:
        """Return a child that is ready, a new one every so many pictures, and its board."""
        if self._opened >= PICTURES_PER_CHILD:
            self.close()
        self._opened += 1
        self._board = self._board or _board(_VALUES * self.limits.max_pixels)
        self._child = self._child or _start(self.limits, self._board)
        return self._child, self._board


def _board(size: int) -> Board:
    try:
        return Board(size)
    except OSError as error:
        message = f"there is no memory for the decoder's pixels: {error.strerror}"
        raise OutsideError(message) from error


def _start(limits: Limits, board: Board) -> subprocess.Popen[bytes]:
    """Start a child without site packages of its own, settings or secrets."""
    package = str(Path(catchlight.__file__).parents[1])
    paths = [path for path in (*sys.path, package) if Path(path).is_absolute()]
    given = [json.dumps(asdict(limits)), str(board.fileno())]
    command = [sys.executable, "-I", "-S", "-c", _START, *given, *paths]
    try:
        child = _spawn(command, board)
    except OSError as error:
        message = f"the decoder process does not start: {error.strerror}"
        raise OutsideError(message) from error
    timer = threading.Timer(_SECONDS_TO_START, child.kill)
    timer.start()
    try:
        ready = _opened(child.stdout).readline(len(READY))
    finally:
        timer.cancel()
    if ready != READY:
        _stop(child)
        message = (
            f"the decoder process does not start (exit code {child.returncode}); see `catchlight doctor`"
        )
        raise OutsideError(message)
    return child


def _spawn(command: list[str], board: Board) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_ENVIRONMENT,
        cwd="/",
        start_new_session=True,
        pass_fds=(board.fileno(),),
        pipesize=1 << 20,
    )


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    child.wait()
    _opened(child.stdout).close()
    with contextlib.suppress(BrokenPipeError):  # It may have died with the file half read.
        _opened(child.stdin).close()


def _expire(child: subprocess.Popen[bytes], overdue: threading.Event) -> None:
    overdue.set()
    child.kill()


def _timeout(limits: Limits) -> PhotoError:
    message = f"The picture took longer than {limits.seconds:g} seconds to read; save it as a smaller JPEG."
    return PhotoError("photo.timeout", message)


def _opened(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise _ChildDiedError
    return stream


def _send(child: subprocess.Popen[bytes], data: bytes) -> None:
    pipe = _opened(child.stdin)
    pipe.write(len(data).to_bytes(8, "big"))
    pipe.write(data)
    pipe.flush()


def _receive(child: subprocess.Popen[bytes], board: Board, limits: Limits) -> Decoded:
    """Read one answer. The child may have been taken over: nothing it says is trusted."""
    try:
        answer = json.loads(_opened(child.stdout).readline(_LONGEST_ANSWER))
        if "reason" in answer:
            raise PhotoError(str(answer["reason"]), str(answer["message"]))
        height, width = (int(side) for side in answer["size"])
        if not 0 < height * width <= limits.max_pixels or min(height, width) < 1:
            raise _ChildDiedError
        picture = board.pixels(0, (height, width, 3))
        alpha = board.pixels(picture.size, (height, width)) if answer["alpha"] else None
        notes, taken = tuple(map(str, answer["notes"])), a_day(str(answer["taken"]))
        return Decoded(picture, alpha, str(answer["format"]), notes, taken)
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError) as error:
        raise _ChildDiedError from error
