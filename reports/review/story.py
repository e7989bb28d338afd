"""What was changed in a portrait and what was not, in plain words."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tomllib import loads

from catchlight.company import Person
from catchlight.judge import general
from catchlight.out_of_reach import out_of_reach
from catchlight.records import Outcome, Render, Rung
from reports.review import check_words
from reports.review.words import Words

_REASONS, _ABOUT, _MANY = (
    Path(__file__).parent / f"{name}.{{language}}.toml"
    for name in ("reasons", "reasons_about", "reasons_many")
)
_CAP = re.compile(r"(?P<needed>\w+) not used: limited to (?P<rung>\w+) (?P<by>.*)")
_ENLARGED = 1.05  # less is not worth a sentence
_PARTS = {
    Rung.KEEP: (),
    Rung.CROP: ("crop",),
    Rung.BACKGROUND: ("crop", "background", "colour"),
    Rung.RELIGHT: ("crop", "background", "colour", "light"),
    Rung.GENERATE: ("generate",),
}
_KEPT = {
    Rung.KEEP: ("all",),
    Rung.CROP: ("face", "background", "light"),
    Rung.BACKGROUND: ("face", "light"),
    Rung.RELIGHT: ("face",),
    Rung.GENERATE: ("own",),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence, and the language that it is in."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that was changed or was not: its name and a sentence."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Story:
    """What a person is told about one portrait; ``look`` is what a check was not sure of."""

    changed: tuple[Part, ...]
    kept: tuple[Part, ...]
    look: tuple[Told, ...]


def story_of(person: Person, picture: str, say: Words) -> Story:
    """Return what is told about one of a person's pictures."""
    rung = person.rung_of(picture) or Rung.KEEP
    render = person.portrait.render
    newest = render if render and render.picture == picture else None
    names = [*_PARTS[Rung(rung)], *_more(person, newest)]
    painted = _painted(newest, say)
    changed = [Part(say(f"story.{name}.title"), say(f"story.{name}.text", what=painted)) for name in names]
    changed += _enlarged(newest, say)
    kept = [
        Part(say(f"story.kept.{name}.title"), say(f"story.kept.{name}.text")) for name in _KEPT[Rung(rung)]
    ]
    return Story(tuple(changed), (*kept, *_capped(newest, say)), problems_of(person, say) if newest else ())


def _painted(newest: Render | None, say: Words) -> str:
    """Return what a model painted, in words."""
    names = newest.painted.partition(";")[0].split(", ") if newest and newest.painted else ["some"]
    return say("story.generate.and").join(say(f"story.generate.{name}") for name in names)


def problems_of(person: Person, say: Words) -> tuple[Told, ...]:
    """Return why a person should look closely, or why there is no portrait."""
    verdict, render = person.portrait.verdict, person.portrait.render
    if verdict and verdict.outcome != Outcome.ACCEPT and verdict.reasons:
        sentences = (*verdict.sentences, *("" for _ in verdict.reasons))
        pairs = list(zip(verdict.reasons, sentences, strict=False))
    else:
        pairs = [(render.reason, render.note)] if render and render.reason else []
    return tuple(told(reason, sentence, say) for reason, sentence in pairs if sentence)


def photoless(person: Person) -> bool:
    """Whether there is no photo of a person at all."""
    render = person.portrait.render
    return bool(render and render.reason == "photo.missing")


def unread(person: Person) -> bool:
    """Whether there is a photo of a person that could not be had: nothing is asked of them."""
    render = person.portrait.render
    return bool(render and out_of_reach(render.reason))


def told(reason: str, sentence: str, say: Words) -> Told:
    """Return the sentence of a reason code in the language of the page, else as it is."""
    own = reasons(say.language).get(reason) or check_words.sentence(reason, say.language)
    return Told(own, say.language) if own else Told(sentence, "en")


def told_about(reason: str, sentence: str, say: Words) -> Told:
    """Return the same for whoever reads it of somebody else."""
    own = reasons_about(say.language).get(reason)
    return Told(own, say.language) if own else told(reason, sentence, say)


@cache
def reasons(language: str) -> dict[str, str]:
    """Return the sentences of reason codes, as said to the person, in a language other than the one they are made in."""
    return _sentences(_REASONS, language)


@cache
def reasons_about(language: str) -> dict[str, str]:
    """Return those that are said otherwise to whoever reads them of somebody else."""
    return _sentences(_ABOUT, language)


def told_of_many(reason: str, sentence: str, say: Words) -> Told:
    """Return what is said of several people at once: nothing that was measured of one of them."""
    many = reasons_many(say.language).get(reason)
    return Told(many, say.language) if many else told_about(reason, general(reason) or sentence, say)


@cache
def reasons_many(language: str) -> dict[str, str]:
    """Return those that are said otherwise of several people at once."""
    return _sentences(_MANY, language)


def _sentences(pattern: Path, language: str) -> dict[str, str]:
    file = pattern.with_name(pattern.name.format(language=language))
    return (
        {code: str(text) for code, text in loads(file.read_text("utf-8")).items()} if file.is_file() else {}
    )


def _more(person: Person, newest: Render | None) -> list[str]:
    verdict = person.portrait.verdict
    strip = newest and verdict and any(reason.startswith("extended.") for reason in verdict.reasons)
    return ["extended"] if strip else []


def _enlarged(newest: Render | None, say: Words) -> list[Part]:
    if newest is None or newest.enlarged < _ENLARGED:
        return []
    times = f"{newest.enlarged:.1f}".replace(".", say("story.enlarged.point"))
    return [Part(say("story.enlarged.title"), say("story.enlarged.text", times=times))]


def _capped(newest: Render | None, say: Words) -> list[Part]:
    """Say which change was left out because somebody does not allow it."""
    told = held_back(newest.cap, say, "person") if newest else ""
    return [Part(say("story.cap.title"), told)] if told else []


def held_back(cap: str, say: Words, whose: str) -> str:
    """Return a render's cap in the page's language, "" for none; ``whose`` names the word for a limit of the person's own."""
    found = _CAP.fullmatch(cap)
    if found is None or found["rung"] not in tuple(Rung):
        return ""
    by = {"by the preset": "preset", "for this person": whose, "as they wished": "wish"}.get(
        found["by"], "place"
    )
    where = say(f"story.cap.{by}", place=found["by"].removeprefix("for "))
    return say(f"story.cap.{found['rung']}", where=where)
