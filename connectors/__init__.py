"""One file, one outside system: it may be read, written, or both."""
