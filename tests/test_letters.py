"""What people are written: in their language, with one link, and nothing that a name could smuggle in."""

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import reports.letters
from catchlight.errors import ConfigError
from reports.letters import Occasion, languages, write

LINK = "https://photos.example.com/review/l/abc.def-ghi_jkl"
KINDS = ("invite", "again", "retake", "unchanged", "remind-3", "link")
TEXTS = Path(reports.letters.__file__).parent / "letter_texts"


def occasion(**changes: Any) -> Occasion:
    """Return an invitation of Zoë."""
    usual = {
        "kind": "invite",
        "name": "Zoë O’Brien-Müller",
        "company": "Example AG",
        "link": LINK,
        "deadline": datetime(2026, 12, 3, 13, 37, tzinfo=UTC),
        "timezone": "Europe/Berlin",
        "contact": "hr@example.com",
    }
    return Occasion(**usual | changes)


def keys(table: dict[str, Any], under: str = "") -> set[str]:
    """Return the dotted keys of a table."""
    found: set[str] = set()
    for key, value in table.items():
        found |= keys(value, f"{under}{key}.") if isinstance(value, dict) else {under + key}
    return found


def test_every_language_says_the_same_things() -> None:
    """A translation lacks nothing and leaves no placeholder out; only the reasons may be more."""
    texts = {name: tomllib.loads((TEXTS / f"{name}.toml").read_text("utf-8")) for name in languages()}
    assert {"de", "en"} <= set(texts)
    for table in texts.values():
        table["reasons"] = {"other": table["reasons"]["other"]}
    assert len({frozenset(keys(table)) for table in texts.values()}) == 1
    holes = {
        name: sorted(re.findall(r"{\w+}", repr([table[key] for key in sorted(table)])))
        for name, table in texts.items()
    }
    assert len({tuple(found) for found in holes.values()}) == 1


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_has_one_link_and_no_loose_ends(language: str, kind: str) -> None:
    """One link on a line of its own, no placeholder left, no line too long for mail, no shouting."""
    words = write(language, occasion(kind=kind, retake=kind == "retake"), 76)
    assert re.findall(r"\S*://\S*", words.text) == [LINK]
    assert f"\n{LINK}\n" in words.text
    assert not re.search(r"[{}!]", words.subject + words.text)
    assert max(len(line) for line in words.text.splitlines() if line != LINK) <= 76
    assert "\n" not in words.subject
    assert "Zoë O’Brien-Müller" in words.text
    assert "hr@example.com" in words.text


def test_a_german_letter() -> None:
    """The whole of it, as it is read."""
    words = write("de", occasion())
    assert words.subject == "Ihr neues Porträt für Example AG"
    assert words.text.startswith("Guten Tag Zoë O’Brien-Müller,\n\nExample AG gibt allen")
    assert "bis Donnerstag, 3. Dezember 2026, 14:37 Uhr (Europe/Berlin). Ohne Antwort bleibt" in words.text


def test_what_silence_means_is_said() -> None:
    """Usually the old photo stays; where an agreement lets silence publish, the letter names it."""
    assert "Without an answer your current photo stays." in write("en", occasion()).text
    agreed = write("en", occasion(basis="works agreement 2026-04, §3")).text
    assert "the new portrait is used. This rests on: works agreement 2026-04, §3." in agreed
    assert "photo stays" not in agreed
    retake = write("en", occasion(kind="retake", retake=True, basis="an agreement")).text
    assert "Without another photo your current one stays." in retake


def test_who_has_no_photo_is_asked_for_one() -> None:
    """Nothing was tried with a photo that there is not, and nothing stays that never was."""
    missing = (("photo.missing", "There is no photo of this person; send one from the chest up."),)
    for kind in ("retake", "remind-3"):
        words = write("en", occasion(kind=kind, retake=True, reasons=missing))
        assert "needs a photo of you" in words.subject
        assert "Without a photo no portrait of you is made" in words.text
        assert not re.search("another|current|this person|we have", words.text)
        assert "anderes" not in write("de", occasion(kind=kind, retake=True, reasons=missing)).text


def test_a_retake_says_why() -> None:
    """What kept the photo from being used, and not what is only to be looked at."""
    reasons = (
        ("matte.high", "The outline is unsure."),
        ("sharpness.far", "The photo is out of focus or blurred; send a sharp one."),
    )
    english = write("en", occasion(kind="retake", retake=True, reasons=reasons)).text
    assert "- The photo is out of focus or blurred; send a sharp one.\n" in english
    assert "outline" not in english
    german = write("de", occasion(kind="retake", retake=True, reasons=reasons)).text
    assert "- Das Foto ist unscharf oder verwackelt; schicken Sie ein scharfes.\n" in german


def test_every_reason_for_a_retake_is_known_in_every_language() -> None:
    """Nobody gets an English sentence, or a general one, in a letter of another language."""
    studio = TEXTS.parents[1] / "catchlight"
    far = {
        f"{file.stem}.far" for file in (studio / "checks").glob("*.py") if '"far":' in file.read_text("utf-8")
    }
    code = "".join(path.read_text("utf-8") for path in studio.rglob("*.py"))
    refused = set(re.findall(r'PhotoError\("((?:photo|face)\.\w+)"', code))
    assert "face.none" in refused
    assert "yaw.far" in far
    for language in set(languages()) - {"en"}:
        known = set(tomllib.loads((TEXTS / f"{language}.toml").read_text("utf-8"))["reasons"])
        assert not (far | refused) - known


@pytest.mark.parametrize(
    "name",
    [
        "Zoë\r\nBcc: all@example.com",
        "click https://evil.example/now",
        "evil.example",
        "boss@example.com",
        "{link}{0.__class__}",
        "\u202eeöZ\u202c \x1b[2J",
        "<script>window.hacked=1</script>",
        "W" * 2000,
        "",
    ],
)
def test_a_name_smuggles_nothing_in(name: str) -> None:
    """A name that could be taken for something else is left out of the greeting."""
    words = write("en", occasion(name=name, company="Example\r\nBcc: x@y.example AG"), 76)
    assert re.findall(r"\S*://\S*|\S*evil\S*|\S*boss\S*|script", words.text) == [LINK]
    assert not any(ord(c) < 32 and c != "\n" for c in words.text)
    assert "\n" not in words.subject
    assert words.text.startswith("Hello")
    assert len(words.text.splitlines()[0]) < 80


@pytest.mark.parametrize("name", ["Zoë 🌻", "🌻Zoë👩🏽\u200d💻", "❤\ufe0f Zoë ☀\ufe0f"])
def test_an_emoji_in_a_name_costs_nobody_their_greeting(name: str) -> None:
    """It is left out, the name stays."""
    assert write("en", occasion(name=name)).text.startswith("Hello Zoë,\n")


def test_who_answered_is_given_no_day_to_answer_by() -> None:
    """A new link for them says that their answer holds; the day is only that of the link."""
    english = write("en", occasion(kind="link", answered=True)).text
    assert "holds until you change it" in english
    assert "You have until" not in english
    assert "Ohne Antwort" not in write("de", occasion(kind="link", answered=True)).text


def test_a_language_without_letters_is_refused() -> None:
    """The message says which there are."""
    with pytest.raises(ConfigError, match=r"'fr'; there are: de, en"):
        write("fr", occasion())
