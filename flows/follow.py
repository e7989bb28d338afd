"""What a child process of ours is started through: it ends when its parent does, however that one ends."""

import os
import runpy
import signal
import sys
import threading
import time

_EVERY = 0.5  # seconds


def follow(parent: int, grace: float) -> None:
    """Begin to watch; once the parent is gone, ask this process to stop, and ``grace`` seconds later end its group."""
    threading.Thread(target=_watch, args=(parent, grace), daemon=True).start()


def _watch(parent: int, grace: float) -> None:
    while os.getppid() == parent:
        time.sleep(_EVERY)
    if grace:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(grace)
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


def main() -> None:
    """Run ``PARENT GRACE MODULE ARGUMENTS…``: a module as ``python -m`` would."""
    parent, grace, module, *rest = sys.argv[1:]
    follow(int(parent), float(grace))
    sys.argv = [module, *rest]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
