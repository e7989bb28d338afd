"""``catchlight review redo`` in the background of the review server: one at a time, when somebody asked."""

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from catchlight.private import private_file

_log = logging.getLogger("catchlight.redo")
_AGAIN = 60.0  # seconds until another try, such as while a refresh is at work; longer each time
_LONGEST = 900.0
_PATIENCE = 2.0
_LOG_BYTES = 1024 * 1024


class Redoer:
    """Runs the command as a child of its own, so that developing slows no page and a crash ends no server."""

    def __init__(self, home: Path, command: Sequence[str] = (), again: float = _AGAIN) -> None:
        """Work for a home folder; nothing runs before ``start``."""
        self._home = home
        self._command = command or (sys.executable, "-m", "flows.cli", "review", "redo", "--home", str(home))
        self._again = again
        self._wanted = threading.Event()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def start(self) -> None:
        """Begin with what was asked while no server was there."""
        self.wake()
        threading.Thread(target=self._work, name="redo", daemon=True).start()

    def wake(self) -> None:
        """Look soon whether somebody waits for another try."""
        self._wanted.set()

    def stop(self) -> None:
        """End the child; what it had finished stays finished, the rest is done next time."""
        with self._lock:
            self._stopped, child = True, self._child
        self.wake()
        if child is None:
            return
        for sign in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(child.pid, sign)
                child.wait(_PATIENCE)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue

    def _work(self) -> None:
        pause: float | None = None
        while True:
            self._wanted.wait(pause)
            self._wanted.clear()
            if self._stopped:
                return
            done = self._once()
            pause = None if done else min(_LONGEST, 2 * pause if pause else self._again)

    def _once(self) -> bool:
        """Run the command once; whether it could do its work."""
        with self._written() as log:
            child = self._begin(log)
            code = child.wait() if child else 0
        with self._lock:
            self._child = None
        if code not in {0, 1} and not self._stopped:  # 1: some people have no new portrait, the rest is done
            _log.warning(
                "catchlight review redo ended with %s: see %s; it is tried again", code, self._log_file
            )
        return code in {0, 1}

    def _begin(self, log: IO[bytes]) -> "subprocess.Popen[bytes] | None":
        with self._lock:
            if self._stopped:
                return None
            # A session of its own: Ctrl-C at the server reaches the child through us alone.
            self._child = subprocess.Popen(  # noqa: S603  our own command
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        os.setpriority(os.PRIO_PROCESS, self._child.pid, 10)
        return self._child

    @property
    def _log_file(self) -> Path:
        return self._home / "logs" / "redo.log"

    def _written(self) -> IO[bytes]:
        file = private_file(self._log_file)
        large = file.stat().st_size > _LOG_BYTES
        return file.open("wb" if large else "ab")
