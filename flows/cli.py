"""The ``catchlight`` command's door. Every worker process imports it too, so it imports next to nothing."""

import os


def main() -> None:
    """Run the command."""
    # Before Prefect is imported: errors are told once, by us, and nobody is told that we are at work.
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    from flows.commands.catchlight import app  # noqa: PLC0415

    app()


if __name__ == "__main__":
    main()
