"""Two ways to write one value: what tells no two people apart.

Ids are composed (NFC): ``ë`` is one sign. A macOS file name has it as two, and homes of earlier versions have ids of that kind.
"""

import unicodedata
from collections.abc import Container, Iterable, Iterator

_PARTS = 8  # of one id among several; one with more commas is given alone


def folded(value: str) -> str:
    """Return an id or an address as it is compared: without blanks around it, in small letters, in one Unicode form.

    Not ``casefold``: it makes one of ``weiß`` and ``weiss``, who are two people.
    """
    return unicodedata.normalize("NFC", value.strip()).lower()


def composed(text: str) -> str:
    """Return a text with each letter and its accents as one sign, where there is one."""
    return unicodedata.normalize("NFC", text)


def forms(text: str) -> tuple[str, ...]:
    """Return the ways to write a text: as it is, composed, decomposed."""
    return tuple(dict.fromkeys([text, composed(text), unicodedata.normalize("NFD", text)]))


def as_known(id_: str, known: Container[str]) -> str:
    """Return an id in the form in which it is known, composed where it is not."""
    return next((form for form in forms(id_) if form in known), composed(id_))


def ids_of(words: Iterable[str], known: Container[str]) -> tuple[str, ...]:
    """Return the ids that are named, each word one or several with commas between: ``Doe, John`` is one where it is known."""
    return tuple(dict.fromkeys(id_ for word in words for id_ in _ids(word, known)))


def _ids(text: str, known: Container[str]) -> Iterator[str]:
    if (whole := as_known(text.strip(), known)) in known:
        yield whole
        return
    parts = text.split(",")
    while parts:
        tried = [as_known(",".join(parts[:count]).strip(), known) for count in range(1, _PARTS + 1)]
        count = max((place for place, id_ in enumerate(tried[: len(parts)], 1) if id_ in known), default=1)
        if tried[count - 1]:
            yield tried[count - 1]
        parts = parts[count:]
