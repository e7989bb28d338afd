"""How many people do not want to be shown for a purpose: a number or less than one, never who."""

import threading
from collections import Counter
from collections.abc import Collection

from catchlight.consents import Consent, Word, last_words
from catchlight.followed import Followed
from catchlight.register import Register
from catchlight.small_counts import Cell, few, part


class ConsentCounts:
    """What people said of each purpose, kept between looks; threads may share it."""

    def __init__(self, register: Register) -> None:
        """Work on a register; nothing is read yet."""
        self._consents = Followed(register, Consent)
        self._lock = threading.Lock()

    def declined(self, purposes: Collection[str], people: Collection[str]) -> dict[str, Cell]:
        """Return how many of these people said no to each purpose, as it is shown beside those who said yes."""
        with self._lock:
            self._consents.look()
            said = [last_words(self._consents.of(employee)) for employee in people]
        spoke = Counter(purpose for words in said for purpose in words)
        no = Counter(one.purpose for words in said for one in words.values() if one.word != Word.GRANTED)
        return {
            purpose: part(no[purpose], spoke[purpose], rest_told=not few(spoke[purpose] - no[purpose]))
            for purpose in purposes
        }
