"""What servers and flows say, as one JSON object a line where ``CATCHLIGHT_LOG=json`` asks for it."""

import json
import logging
import os
from datetime import UTC, datetime

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def wanted() -> bool:
    """Whether lines are to be JSON."""
    return os.environ.get("CATCHLIGHT_LOG", "").casefold() == "json"


def line(message: str, level: str = "INFO", logger: str = "catchlight.serve") -> str:
    """Return one line."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    return json.dumps({"at": at, "level": level, "logger": logger, "message": message}, ensure_ascii=False)


class JsonLine(logging.Formatter):
    """A record as a line of JSON: when, how bad, who, what, and what was added to it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; a traceback is one of its values."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        said = {"at": at, "level": record.levelname, "logger": record.name, "message": record.getMessage()}
        more = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        if record.exc_info:
            more["traceback"] = self.formatException(record.exc_info)
        return json.dumps(said | more, ensure_ascii=False, default=str)
