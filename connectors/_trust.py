"""Whose certificates are trusted: one authority of the company's own, or the usual ones."""

import ssl
from functools import lru_cache
from pathlib import Path

import certifi

from catchlight.errors import ConfigError


def trusted(ca_file: Path | None, key: str = "ca_file") -> ssl.SSLContext:
    """Return the context for encrypted connections, which check chain, dates and host; ConfigError names ``key``."""
    try:
        return _context(ca_file, ca_file.stat().st_mtime_ns if ca_file else 0)
    except OSError as error:
        message = f"{key} {ca_file}: cannot be used: {error}"
        raise ConfigError(message) from error


@lru_cache(maxsize=16)
def _context(ca_file: Path | None, changed: int) -> ssl.SSLContext:
    """Read the authorities, once for all clients until the file changes: it takes a tenth of a second."""
    del changed
    context = ssl.create_default_context(cafile=ca_file)
    if ca_file is None:
        context.load_verify_locations(certifi.where())
    return context
