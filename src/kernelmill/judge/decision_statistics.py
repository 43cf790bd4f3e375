"""The statistics of a decision: Student's t over restarts, looks at fixed sizes, a margin that must be beaten."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Looks:
    """When to look and what to conclude. Ratios are baseline time / candidate time; the judge works with their logarithms.

    The level holds per look, so a candidate whose true ratio is exactly `margin` is called FASTER in at most `error_rate` of its decisions
    (Bonferroni; the looks are correlated, so fewer), and one that is not faster at all far more rarely.
    """

    sizes: tuple[int, ...] = (6, 10, 15, 20, 30, 40)
    alpha: float = 0.0015
    """One-sided level of a look."""
    margin: float = 1.01
    """FASTER: the lower bound lies above it."""
    futile_above: float = 1.03
    """Not faster: the upper 95 % bound lies below it."""
    futile_alpha: float = 0.05
    patience: int = 10
    """From so many restarts on a mean under `margin` ends the search."""
    early: int = 3
    """After so many restarts a candidate that took `hopeless` times as long in each of them is slower: an end, never a win."""
    hopeless: float = 1.5

    @property
    def error_rate(self) -> float:
        """Upper bound of the rate of false FASTER over all looks of a decision: what stopping early costs is in it."""
        return self.alpha * len(self.sizes)


@dataclass(frozen=True)
class Interval:
    """exp(mean) of log ratios with its two-sided 99 % interval."""

    median: float
    low: float
    high: float


def look(logs: Sequence[float], rule: Looks = Looks()) -> Literal["faster", "not faster", "slower"] | None:
    """What these restarts show; None: go on. Says nothing between the sizes but that the candidate is much slower."""
    n = len(logs)
    if n == rule.early < rule.sizes[0]:
        return "slower" if max(logs) < -math.log(rule.hopeless) else None
    if n not in rule.sizes:
        return None
    mean, error = mean_error(logs)
    if mean - t_quantile(1 - rule.alpha, n - 1) * error > math.log(rule.margin):
        return "faster"
    if mean + t_quantile(1 - rule.futile_alpha, n - 1) * error < math.log(rule.futile_above):
        return "not faster"
    return "not faster" if n >= rule.patience and mean <= math.log(rule.margin) else None


def trend(values: Sequence[float]) -> float:
    """Two-sided p value of Mann's test that a series in order of time neither rises nor falls (Econometrica 13, 1945; normal form)."""
    n = len(values)
    if n < 4:
        return 1.0
    s = sum((b > a) - (b < a) for i, a in enumerate(values) for b in values[i + 1 :])
    z = max(0.0, abs(s) - 1) / math.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    return math.erfc(z / math.sqrt(2))


def fades(logs: Sequence[float], margin: float, level: float = 0.01) -> bool:
    """Whether a gain depends on when it was measured: the log ratios drift, and in one half of the restarts there is no gain."""
    half = len(logs) // 2
    least = min(sum(part) / len(part) for part in (logs[:half], logs[half:])) if half else math.inf
    return trend(logs) < level and least <= math.log(margin)


def interval(logs: Sequence[float], level: float = 0.99) -> Interval:
    """Two-sided t interval of the ratio; (0, inf) around a single restart."""
    mean, error = mean_error(logs)
    if len(logs) < 2:
        return Interval(math.exp(mean), 0.0, math.inf)
    half = t_quantile(0.5 + level / 2, len(logs) - 1) * error
    return Interval(math.exp(mean), math.exp(mean - half), math.exp(mean + half))


def mean_error(values: Sequence[float]) -> tuple[float, float]:
    """Mean and its standard error (0 for a single value)."""
    n = len(values)
    mean = math.fsum(values) / n
    if n < 2:
        return mean, 0.0
    return mean, math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (n - 1) / n)


@functools.cache
def t_quantile(p: float, df: int) -> float:
    """Quantile of Student's t distribution, by bisection of its distribution function (importing scipy costs 300 ms)."""
    if p < 0.5:
        return -t_quantile(1 - p, df)
    low, high = 0.0, 1.0
    while t_cdf(high, df) < p:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if t_cdf(middle, df) < p else (low, middle)
    return (low + high) / 2


def t_cdf(t: float, df: int) -> float:
    """Distribution function of Student's t for whole degrees of freedom: Abramowitz and Stegun 26.7.3 and 26.7.4, finite sums."""
    angle = math.atan(t / math.sqrt(df))
    cosine2, sine = math.cos(angle) ** 2, math.sin(angle)
    term = total = 0.0
    if df % 2:
        if df > 1:
            term = total = math.cos(angle)
            for k in range(2, df - 1, 2):
                term *= cosine2 * k / (k + 1)
                total += term
        area = 2 / math.pi * (angle + sine * total)
    else:
        term = total = 1.0
        for k in range(1, df - 2, 2):
            term *= cosine2 * k / (k + 1)
            total += term
        area = sine * total
    return 0.5 + area / 2
