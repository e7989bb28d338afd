"""Memory that one picture used is kept for the next: asking the system for it anew costs more than much of the work."""

import ctypes

_TRIM, _MAP = -1, -3  # glibc's M_TRIM_THRESHOLD and M_MMAP_THRESHOLD
_KEPT = 256 << 20  # bytes
_LARGEST = 32 << 20  # bytes; more is refused by some versions


def keep() -> None:
    """Let this process keep up to ``_KEPT`` bytes that it has freed. Does nothing where the C library is another."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_TRIM, _KEPT)
        mallopt(_MAP, _KEPT) or mallopt(_MAP, _LARGEST)
