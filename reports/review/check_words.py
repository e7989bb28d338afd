"""What checks are called in the language of a page: their own names in English, one file for each other language."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tomllib import loads

from catchlight import plugins

_CHECKS = Path(__file__).parent / "checks.{language}.toml"
_KIND = "catchlight.checks"


@cache
def title(check: str, language: str) -> str:
    """Return what a check is called; its name in words when there is no such check any more."""
    if check not in plugins.names(_KIND):
        return check.replace("_", " ").capitalize()
    own = all_words(language)["title"].get(check) or _of_others(check, language).get("title")
    return own or str(plugins.load(_KIND, check).TITLE)


@cache
def unit(check: str, language: str) -> str:
    """Return the unit of a check's values, "" for a check that there is not."""
    if check not in plugins.names(_KIND):
        return ""
    own = str(getattr(plugins.load(_KIND, check), "UNIT", ""))
    return _of_others(check, language).get("unit") or all_words(language)["unit"].get(own, own)


def sentence(reason: str, language: str) -> str:
    """Return what a title alone says of a reason code such as ``matte.outlier``; "" where it says nothing.

    A check of somebody else's says itself what it says in a language.
    """
    check, _, side = reason.partition(".")
    if check not in plugins.names(_KIND):
        return ""
    own = _of_others(check, language)
    if own.get(side) or (plugins.whose(_KIND, check) and "title" not in own):
        return own.get(side, "")
    return all_words(language)["sentence"].get(side, "").format(title=title(check, language))


def _of_others(check: str, language: str) -> Mapping[str, str]:
    """Return the words of a check of somebody else's: its title, its unit, and a sentence for each side."""
    words: Mapping[str, str] = getattr(plugins.load(_KIND, check), "WORDS", {}).get(language, {})
    return words if plugins.whose(_KIND, check) else {}


@cache
def all_words(language: str) -> Mapping[str, Mapping[str, str]]:
    """Return the titles by check, the units by their English ones, and the sentences by side."""
    file = _CHECKS.with_name(_CHECKS.name.format(language=language))
    there: dict[str, Mapping[str, str]] = {"title": {}, "unit": {}, "sentence": {}}
    return there | (loads(file.read_text("utf-8")) if file.is_file() else {})
