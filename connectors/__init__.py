"""One file, one outside system: it may be read, written, or both."""

from connectors._retries import speak

speak()
