"""Where picture functions run: the graphics card when there is one, the processor otherwise."""

import threading
from functools import cache
from typing import TYPE_CHECKING, Literal

from catchlight.errors import ConfigError

if TYPE_CHECKING:
    import torch

Device = Literal["auto", "cpu", "cuda"]


_left = threading.Event()  # set: the cards are somebody else's


def leave_cards() -> None:
    """From now on, in this process, "auto" is the processor: cards are a painter's, whose memory was measured without us."""
    _left.set()
    pick.cache_clear()


@cache
def pick(wanted: Device = "auto") -> "torch.device":
    """Return the device to compute on. ConfigError when a graphics card is asked for and none can be used."""
    import torch  # noqa: PLC0415  two seconds, which only workers spend

    if wanted == "cuda" and not torch.cuda.is_available():
        message = "engines.device: 'cuda' was asked for, and torch sees no graphics card; say 'auto' or 'cpu'"
        raise ConfigError(message)
    here = wanted == "cuda" or (wanted == "auto" and not _left.is_set() and torch.cuda.is_available())
    if not here:
        torch.set_num_threads(1)  # one worker a core: threads would only be in each other's way
        return torch.device("cpu")
    return torch.device("cuda")
