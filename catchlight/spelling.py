"""Two ways to write one value: what tells no two people apart."""

import unicodedata


def folded(value: str) -> str:
    """Return an id or an address as it is compared: without blanks around it, in small letters, in one Unicode form.

    Not ``casefold``: it makes one of ``weiß`` and ``weiss``, who are two people.
    """
    return unicodedata.normalize("NFC", value.strip()).lower()
