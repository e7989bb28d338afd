"""How many of something, in words: 1 file, 2 files."""


def amount(count: int, one: str, more: str = "") -> str:
    """Return a number with what is counted, in the singular for one; ``more`` where an s is not enough."""
    return f"{count} {one if count == 1 else more or f'{one}s'}"


def people(count: int) -> str:
    """Return how many people there are."""
    return amount(count, "person", "people")
