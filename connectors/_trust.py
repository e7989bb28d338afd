"""Whose certificates are trusted: one authority of the company's own, or the usual ones."""

import ssl
from pathlib import Path

import certifi

from catchlight.errors import ConfigError


def trusted(ca_file: Path | None) -> ssl.SSLContext:
    """Return the context for encrypted connections, which check chain, dates and host; ConfigError names ``ca_file``."""
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        message = f"ca_file {ca_file}: cannot be used: {error}"
        raise ConfigError(message) from error
    if ca_file is None:
        context.load_verify_locations(certifi.where())
    return context
