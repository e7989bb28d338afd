"""Portraits of one photo are compared with it at once, and each keeps its own figure."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from catchlight import generating, likeness
from catchlight.painting import Take


@dataclass
class OneByOne:
    """A recogniser that sees a picture's first value, and notes how many faces it was shown at once."""

    SAME_BELOW: float = 0.5
    KNOWS_PEOPLE: bool = True
    shown: list[int] = field(default_factory=list)

    def describe(self, picture: np.ndarray, face: object) -> float:  # noqa: ARG002
        """Return the first value."""
        self.shown.append(1)
        return float(picture[0, 0])

    def distance(self, first: float, second: float) -> float:
        """Return how far two are apart."""
        return abs(first - second)


class AtOnce(OneByOne):
    """One that takes a batch."""

    def describe_all(self, looks: list[Any]) -> list[float]:
        """Return the first value of each."""
        self.shown.append(len(looks))
        return [float(picture[0, 0]) for picture, _ in looks]


def _grey(value: float) -> np.ndarray:
    return np.full((8, 8), value)


@pytest.mark.parametrize(("kind", "shown"), [(AtOnce, [4]), (OneByOne, [1, 1, 1, 1])])
def test_the_photo_is_described_once(kind: type[OneByOne], shown: list[int]) -> None:
    """Beside its three portraits, in one batch where the engine can; the figures are the same."""
    face: Any = SimpleNamespace(as_face=None)
    face.moved = lambda _: face
    negative: Any = SimpleNamespace(picture=_grey(1), face=face, map=lambda _: SimpleNamespace(matrix=None))
    counts = kind()
    printed: Any = [(None, _grey(value)) for value in (1.0, 1.5, 3.0)]
    found = likeness.unlike(negative, printed, SimpleNamespace(recogniser=counts))  # type: ignore[arg-type]
    assert found == pytest.approx([0, 1, 4])
    assert counts.shown == shown


@dataclass
class Laid:
    """A take, laid on its portrait."""

    portrait: int
    change: None = None
    likeness: float | None = None


def test_each_take_keeps_its_own_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    """A take between two others that gave no picture takes no figure away from them."""

    def laid(take: Take, *_: object) -> object:
        return Laid(take.seed) if not take.fault else take.fault

    monkeypatch.setattr(generating, "_Try", str)
    monkeypatch.setattr(generating, "_laid", laid)
    monkeypatch.setattr(generating, "unlike", lambda _, printed, __: [seed / 10 for _, seed in printed])
    monkeypatch.setattr(generating, "_measured", lambda take, made, *_: (take.seed, made.likeness))
    takes = [Take(1, None), Take(2, None, "black"), Take(3, None)]
    stage: Any = SimpleNamespace(negative=None)
    nobody: Any = None
    assert generating._tried(takes, nobody, stage, nobody, nobody) == [(1, 0.1), "black", (3, 0.3)]
