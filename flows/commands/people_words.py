"""What ``catchlight people show`` prints, in plain words."""

from collections.abc import Callable, Iterator

from catchlight.consents import Word
from catchlight.known import Known, KnownPortrait
from catchlight.records import Answer, Decision, Outcome, Side
from catchlight.showplaces import Shown, Showplaces, shown_at

_RUNGS = {
    "keep": "as the photo was", "crop": "levelled and cropped", "background": "cropped, before the background",
    "relight": "cropped, before the background, lit anew", "generate": "painted in part by a model, the face not",
}  # fmt: skip
_OUTCOMES = {
    Outcome.ACCEPT: "every check passed", Outcome.REVIEW: "to be looked at", Outcome.RETAKE: "a new photo is needed",
}  # fmt: skip
_ANSWERS = {
    Answer.APPROVE: "yes to the portrait", Answer.KEEP: "the current photo stays", Answer.RETRY: "another try",
    Answer.UPLOAD: "sends another photo", Answer.REFUSE: "do not process my photo", Answer.HOLD: "held back",
}  # fmt: skip
_WORDS = {Word.GRANTED: "yes", Word.REFUSED: "no", Word.WITHDRAWN: "no longer"}
_SHORT = 12  # characters of a digest that tell it from others


def words_of(known: Known, places: Showplaces, against: Callable[[str], str]) -> Iterator[str]:
    """Yield the lines about one person; ``against`` says why they may not be shown for a purpose, "" where they may."""
    yield " · ".join(filter(None, (known.employee, known.name, known.email)))
    yield from _part(
        f"Portraits, as of run {known.run}" if known.run else "Portraits",
        [_portrait(one) for one in known.portraits],
    )
    yield from _part("Made from", [", ".join(filter(None, (one.file, one.taken))) for one in known.photos])
    yield from _part("Answers", [_answer(one, known) for one in known.answers])
    shown = shown_at(places, known.consents, known.receipts)
    yield from _part(
        "Where they may be shown", [_place(one, known, places, against(one.purpose)) for one in shown]
    )
    yield from _part(
        "What they said of places", [_word(known, number) for number in range(len(known.consents))]
    )
    standing = [f"{one.destination}  {one.target}, since {_time(one.at)}" for one in known.published]
    yield from _part("Published now", standing)
    also = [f"{count} {kind}{'s' * (count != 1)}" for kind, count in known.also.items() if count]
    yield from _part("Also kept", [", ".join(also)] if also else [])


def _part(heading: str, lines: list[str]) -> Iterator[str]:
    yield f"{heading}:" if lines else f"{heading}: nothing"
    yield from (f"  {line}" for line in lines)


def _portrait(one: KnownPortrait) -> str:
    told = [_RUNGS.get(one.rung, one.rung), _OUTCOMES.get(Outcome(one.outcome), "") if one.outcome else ""]
    why = f" ({' '.join(filter(None, one.sentences))})" if any(one.sentences) else ""
    return f"{one.picture[:_SHORT] or 'none'}: {', '.join(filter(None, told))}{why}"


def _answer(one: Decision, known: Known) -> str:
    side = "brand: " if one.side == Side.BRAND else ""
    about = f", about {one.picture[:_SHORT]}" if one.picture else ""
    comment = f": “{one.comment}”" if one.comment else ""
    tags = f" ({one.tags})" if one.tags else ""
    said = f"{side}{_ANSWERS.get(Answer(one.answer), one.answer)}{tags}{comment}"
    return f"{_time(one.at)}  {said}{about}, by {one.by}{_from(one.source)}{_notice(one.notice, known)}"


def _place(one: Shown, known: Known, places: Showplaces, why: str) -> str:
    names = f" ({', '.join(one.names)})" if one.names else ""
    spoke = any(said.purpose == one.purpose for said in known.consents)
    basis = "as they said" if spoke else "needs a yes of its own" if one.own else "by the yes to the portrait"
    told = f"no, {why}" if one.on and why else f"{'yes' if one.on else 'no'}, {basis}"
    if not one.since and all(place.purpose != one.purpose for place in places.places):
        told += "; no place of that kind is set up"
    return f"{one.purpose}{names}: {told}"


def _word(known: Known, number: int) -> str:
    one = known.consents[number]
    said = f"{one.purpose}: {_WORDS.get(Word(one.word), one.word)}, by {one.by}"
    return f"{_time(one.at)}  {said}{_from(one.source)}{_notice(one.notice, known)}"


def _from(source: str) -> str:
    return f", {source}" if source else ""


def _notice(digest: str, known: Known) -> str:
    found = next((one for one in known.notices if one.digest == digest), None)
    return f", was shown {found.name} {found.version} ({found.language})" if found else ""


def _time(at: str) -> str:
    return f"{at[:16].replace('T', ' ')} UTC"
