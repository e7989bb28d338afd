"""The figures at the head of the contact sheet, in plain words."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from reports.contact_sheet_cards import OUTCOMES, RUNGS, Card

_CLEARLY = 1.15  # a spread that shrank by less is not worth words


@dataclass(frozen=True, slots=True)
class Share:
    """One part of a whole: where its bar starts, how long it is."""

    key: str
    label: str
    start: int
    count: int


@dataclass(frozen=True, slots=True)
class Evenness:
    """How alike all portraits are in one thing, before and after; bars are per cent of the wider."""

    what: str
    unit: str
    before: str
    after: str
    target: str
    bars: tuple[float, float]
    words: str
    better: bool


def outcome_shares(cards: Iterable[Card]) -> list[Share]:
    """Return accepted, review and retake, also when nobody is in one."""
    return outcomes_of(Counter(str(card.outcome) for card in cards))


def outcomes_of(counts: Counter[str]) -> list[Share]:
    """Return the same of counts."""
    return _shares(OUTCOMES, counts)


def headline(shares: Sequence[Share]) -> str:
    """Return the sheet in one sentence."""
    people = sum(share.count for share in shares)
    return f"{shares[0].count:,} of {people:,} portraits meet the standard"


def lead(shares: Sequence[Share], alike: Sequence[Evenness]) -> str:
    """Return what is left to do, and what became more alike."""
    _, review, retake = (share.count for share in shares)
    sentences = []
    if review:
        sentences.append(f"{review:,} should be looked at.")
    if retake:
        sentences.append(f"{retake:,} {'person needs' if retake == 1 else 'people need'} a new photo.")
    if first := next((row for row in alike if row.better), None):
        unit = f" {first.unit}" if first.unit else ""
        sentences.append(f"{first.what} varied by ±{first.before}{unit}; now by ±{first.after}.")
    return " ".join(sentences)


def rung_shares(cards: Iterable[Card]) -> list[Share]:
    """Return how far pictures were changed, least first, without empty rungs."""
    return rungs_of(Counter(str(card.render.rung) for card in cards if card.render and card.render.after))


def rungs_of(counts: Counter[str]) -> list[Share]:
    """Return the same of counts."""
    return [share for share in _shares(RUNGS, counts) if share.count]


def _shares(labels: Mapping[str, str], counts: Counter[str]) -> list[Share]:
    shares, start = [], 0
    for key, label in labels.items():
        shares.append(Share(str(key), label, start, counts[str(key)]))
        start += counts[str(key)]
    return shares


def evenness(rows: Iterable[Mapping[str, Any]]) -> list[Evenness]:
    """Return the consistency table of run.json, each measured row with a plain comparison."""
    return [_evenness(row) for row in rows if (row.get("before"), row.get("after")) != (None, None)]


def _evenness(row: Mapping[str, Any]) -> Evenness:
    before, after = _spread(row.get("before")), _spread(row.get("after"))
    widest = max(before or 0.0, after or 0.0) or 1.0
    return Evenness(
        what=str(row.get("what") or "Unnamed"),
        unit=str(row.get("unit") or ""),
        before=_number(before),
        after=_number(after),
        target="" if (target := _spread(row.get("target"))) is None else _number(target),
        bars=(round(100 * (before or 0.0) / widest, 1), round(100 * (after or 0.0) / widest, 1)),
        words=_comparison(before, after),
        better=before is not None and after is not None and before > after * _CLEARLY,
    )


def _comparison(before: float | None, after: float | None) -> str:
    if before is None or after is None:
        return "not measured on both"
    if after == 0:
        return "all alike" if before else "alike before and after"
    ratio = before / after
    if ratio > _CLEARLY:
        return f"{ratio:.2g} times more even" if ratio < 10 else f"{ratio:.0f} times more even"
    return "as even as before" if ratio * _CLEARLY >= 1 else "less even than before"


def _spread(value: Any) -> float | None:
    good = isinstance(value, int | float) and math.isfinite(value)
    return abs(float(value)) if good else None


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0f}" if value >= 100 else f"{value:.2g}"


def moment(text: Any) -> str:
    """Return an ISO time as ``23 November 2026, 15:12 UTC``; what is no time comes back as it is."""
    try:
        when = datetime.fromisoformat(str(text or ""))
    except ValueError:
        return str(text or "")
    when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    return f"{when.day} {when:%B %Y, %H:%M} UTC"


def duration(seconds: Any) -> str:
    """Return seconds as ``1 h 4 min``, ``3 min 12 s`` or ``8 s``; "" when not known."""
    if not isinstance(seconds, int | float) or not math.isfinite(seconds):
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
