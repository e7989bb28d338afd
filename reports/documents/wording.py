"""What rows, terms, systems and measures are called on a page: their own sentences in English, a file for each other language."""

import tomllib
from pathlib import Path

_FOLDER = Path(__file__).parent


class Wording:
    """Says in one language what a thing says of itself in English: ``say("table", "receipts", own)``."""

    def __init__(self, language: str) -> None:
        """Speak ``language``; without a file of it everything says its own words."""
        self.language = language
        file = _FOLDER / language / "words.toml"
        self._words: dict[str, dict[str, str]] = (
            tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        )

    def __call__(self, kind: str, name: str, own: str) -> str:
        """Return the words for a thing of a kind; its own where a company's plug-in has none in this language."""
        return self._words.get(kind, {}).get(name, own)
