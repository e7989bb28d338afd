"""How many people do not want to be shown for a purpose: a number or less than one, never who."""

import threading
from collections import Counter
from collections.abc import Collection

from catchlight.consents import Consent, Word, last_words
from catchlight.followed import Followed
from catchlight.progress_counts import FEWEST
from catchlight.register import Register

FEW, ALMOST_ALL = "few", "almost_all"


class ConsentCounts:
    """What people said of each purpose, kept between looks; threads may share it."""

    def __init__(self, register: Register) -> None:
        """Work on a register; nothing is read yet."""
        self._consents = Followed(register, Consent)
        self._lock = threading.Lock()

    def declined(self, purposes: Collection[str], people: Collection[str]) -> dict[str, int | str]:
        """Return how many of these people said no to each purpose; ``few`` or ``almost_all`` for what would tell who."""
        with self._lock:
            self._consents.look()
            said = [last_words(self._consents.of(employee)) for employee in people]
        spoke = Counter(purpose for words in said for purpose in words)
        no = Counter(one.purpose for words in said for one in words.values() if one.word != Word.GRANTED)
        return {purpose: _shown(no[purpose], spoke[purpose]) for purpose in purposes}


def _shown(count: int, whole: int) -> int | str:
    if 0 < count < FEWEST:
        return FEW
    return ALMOST_ALL if count and 0 < whole - count < FEWEST else count
