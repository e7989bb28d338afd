"""Confidence intervals by resampling: the same figures give the same interval, in whichever order."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

Values = Float[np.ndarray, " n"]
Logs = Float[np.ndarray, " n"]
Flags = Bool[np.ndarray, " n"]

SEED = 29794
_DRAWS = 1000
_PICKS = 4_000_000  # people drawn at most: larger companies need fewer draws
_BOUNDS = (2.5, 97.5)  # per cent: a 95 % interval


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    def beside(self, neutral: float) -> bool:
        """Whether the interval leaves ``neutral`` out, so that chance alone is an unlikely cause."""
        return not self.low <= neutral <= self.high


def rate_ratio(groups: Sequence[Flags]) -> tuple[Estimate, float]:
    """Return how many times more often a flag is set in the group with most than in that with least.

    And the chance (0–1) of a ratio as large if all groups had the same rate. Half a flag is added
    to each group, so that a group without any gives a finite ratio.
    """
    sizes = np.array([len(group) for group in groups])
    flags = np.array([np.count_nonzero(group) for group in groups])
    rates = _softened(flags, sizes)
    least, most = np.argsort(rates, kind="stable")[[0, -1]]
    ratio = rates[most] / rates[least]
    dice, shape = np.random.default_rng(SEED), (_DRAWS, len(groups))
    drawn = _softened(dice.binomial(sizes, rates, shape), sizes)
    equal = _softened(dice.binomial(sizes, flags.sum() / sizes.sum(), shape), sizes)
    chance = float(np.mean(equal.max(1) / equal.min(1) >= ratio - 1e-9))
    return _estimate(ratio, drawn[:, most] / drawn[:, least]), chance


def _softened(flags: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    return (flags + 0.5) / (sizes + 1)


@dataclass(frozen=True, slots=True)
class Shift:
    """What happened to a measure over groups that are ordered from dark to light.

    ``means`` of each group, ``mean`` of all, ``gap`` first minus last group, ``slope`` against the logs.
    """

    means: tuple[Estimate, ...]
    mean: Estimate
    gap: Estimate
    slope: Estimate


def shift(logs: Sequence[Logs], values: Sequence[Values]) -> Shift:
    """Return the means, gap and slope of ``values`` by group; ``logs`` are the log2 luminances beside them."""
    dice = np.random.default_rng(SEED)
    draws = min(_DRAWS, _PICKS // sum(map(len, values)))
    drawn = np.stack([_figures(logs, values, _resample(dice, values)) for _ in range(max(draws, 100))])
    whole = [np.arange(len(group)) for group in values]
    *means, mean, gap, slope = (
        _estimate(value, column) for value, column in zip(_figures(logs, values, whole), drawn.T, strict=True)
    )
    return Shift(tuple(means), mean, gap, slope)


def _resample(dice: np.random.Generator, groups: Sequence[Values]) -> list[np.ndarray]:
    return [dice.integers(0, len(group), len(group)) for group in groups]


def _figures(logs: Sequence[Logs], values: Sequence[Values], picks: Sequence[np.ndarray]) -> Values:
    """Return each group's mean, the mean of all, first minus last group, and the slope."""
    picked = [group[pick] for group, pick in zip(values, picks, strict=True)]
    means = [group.mean() for group in picked]
    x = np.concatenate([group[pick] for group, pick in zip(logs, picks, strict=True)])
    y = np.concatenate(picked)
    x = x - x.mean()
    slope = (x @ (y - y.mean())) / max(float(x @ x), 1e-12)
    return np.array([*means, y.mean(), means[0] - means[-1], slope])


def spearman(first: Values, second: Values) -> float:
    """Return the rank correlation, −1 to 1; 1 when either never changes (no order is broken)."""
    a, b = (_ranks(values) for values in (first, second))
    a, b = a - a.mean(), b - b.mean()
    length = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / length if length else 1.0


def _ranks(values: Values) -> Values:
    """Return ranks, equal values sharing the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[place]


def _estimate(value: float, drawn: Values) -> Estimate:
    low, high = np.percentile(drawn, _BOUNDS)
    return Estimate(float(value), float(low), float(high))
