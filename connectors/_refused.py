"""Whether a refusal is about one person or about everybody."""

import threading

from catchlight.errors import ConfigError, PhotoError

_EVERYBODY = 10  # refusals, and not one photo


class Refused:
    """Tells that a refusal is about everybody when nobody's photo came so far; threads may share it."""

    def __init__(self, sentence: str) -> None:
        """Begin; ``sentence`` names the key and what is missing, and how the vendor said so follows it."""
        self._sentence, self._one_came, self._times, self._turn = sentence, False, 0, threading.Lock()

    def came(self) -> None:
        """Take note that somebody's photo was given, or that there is none."""
        self._one_came = True

    def refused(self, key: str, said: str) -> PhotoError:
        """Return what a refusal means for one person; ConfigError once it is plain that it means everybody."""
        with self._turn:
            self._times += 1
            if not self._one_came and self._times >= _EVERYBODY:
                raise ConfigError(f"{self._sentence} ({said})")
        return PhotoError("photo.unreadable", f"the photo of {key} is not given to us: {said}")
