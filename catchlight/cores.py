"""How many workers a machine has room for: one for each processor core that we may use."""

import os


def crew(asked: int = 0) -> int:
    """Return how many workers were asked for; 0 is one a core."""
    return asked or len(os.sched_getaffinity(0))
