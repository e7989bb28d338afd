"""What the review server writes down: no tokens, and no list of who looked at what."""

import logging
from typing import Any

from flows import json_log

_LINK = "/l/"  # what follows is a personal link
_FAILED = 400


class Sparing(logging.Filter):
    """Rewrites a line of the access log: links and queries are left out, and addresses of those who did no wrong."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite one line; health checks are not worth one."""
        if not isinstance(record.args, tuple) or len(record.args) != 5:
            return True
        client, method, path, _, status = record.args
        path = str(path).partition("?")[0]
        before, link, _ = path.partition(_LINK)
        who = f" from {client}" if isinstance(status, int) and status >= _FAILED else ""
        record.msg, record.args = "%s %s %s%s", (method, before + (f"{link}…" if link else ""), status, who)
        return not path.endswith("/health")


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(message)s"}},
    "filters": {"sparing": {"()": Sparing}},
    "handlers": {
        "told": {"class": "logging.StreamHandler", "formatter": "plain"},
        "asked": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["sparing"]},
    },
    "loggers": {
        "catchlight": {"handlers": ["told"], "level": "INFO", "propagate": False},
        "uvicorn.error": {"handlers": ["told"], "level": "WARNING", "propagate": False},
        "uvicorn.access": {"handlers": ["asked"], "level": "INFO", "propagate": False},
    },
}


def logging_for() -> dict[str, Any]:
    """Return the set-up: plain lines, or JSON where ``CATCHLIGHT_LOG`` asks for it."""
    plain = {"()": json_log.JsonLine} if json_log.wanted() else LOGGING["formatters"]["plain"]
    return LOGGING | {"formatters": {"plain": plain}}
