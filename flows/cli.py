"""The ``catchlight`` command's door. Every worker process imports it too, so it imports next to nothing."""

import atexit
import gc
import os
import traceback

from flows.words_out import must_read_names, print_anything


def main() -> None:
    """Run the command."""
    must_read_names()
    print_anything()
    for level in ("PREFECT_LOGGING_LEVEL", "PREFECT_LOGGING_INTERNAL_LEVEL"):
        os.environ.setdefault(level, "CRITICAL")  # errors are told once, by us
    atexit.register(gc.freeze)  # what is left goes with the process: nothing to look for in it
    from flows.commands.catchlight import app  # noqa: PLC0415

    try:
        app()
    except Exception as error:
        traceback.print_exc()
        raise SystemExit(2) from error


if __name__ == "__main__":
    main()
