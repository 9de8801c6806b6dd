"""The two distributions that the standard library lacks: chi-square and Student's t.

By series and continued fractions of the incomplete gamma and beta functions (Abramowitz and
Stegun, 6.5 and 26.5; evaluated as Lentz does).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

SMALL = 1e-300  # stands for a denominator of nothing
CLOSE = 1e-16
MOST_TERMS = 2_000


def chi_square_tail(value: float, freedom: int) -> float:
    """P(X >= value) of chi-square with `freedom` degrees, at least one."""
    if value <= 0:
        return 1.0
    a, x = freedom / 2, value / 2
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        return max(0.0, 1.0 - front * _gamma_series(a, x))
    return front / _lentz(x + 1 - a, lambda i: -i * (i - a), lambda i: x + 1 - a + 2 * i)


@lru_cache(maxsize=256)
def t_quantile(share: float, freedom: int) -> float:
    """The value that a t-distributed number stays below with probability `share`, above a half."""
    low, high = 0.0, 1.0
    while 1 - t_tail(high, freedom) < share:
        low, high = high, high * 2
    while (middle := (low + high) / 2) not in (low, high):
        if 1 - t_tail(middle, freedom) < share:
            low = middle
        else:
            high = middle
    return middle


def t_tail(value: float, freedom: int) -> float:
    """P(T >= value) of Student's t with `freedom` degrees, for a value of 0 or more."""
    return _beta(freedom / 2, 0.5, freedom / (freedom + value * value)) / 2


def _gamma_series(a: float, x: float) -> float:
    term = total = 1 / a
    for i in range(1, MOST_TERMS):
        term *= x / (a + i)
        total += term
        if term < total * CLOSE:
            break
    return total


def _beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function, 0 <= x <= 1; near 1 it needs a small b."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )

    def numerator(i: int) -> float:
        m, is_odd = divmod(i, 2)
        if is_odd:
            return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))

    return front / (a * _lentz(1.0, numerator, lambda i: 1.0))


def _lentz(
    first: float, numerator: Callable[[int], float], denominator: Callable[[int], float]
) -> float:
    """first + n(1) / (d(1) + n(2) / (d(2) + …))."""
    total = first or SMALL
    c, d = total, 0.0
    for i in range(1, MOST_TERMS):
        d = 1 / (denominator(i) + numerator(i) * d or SMALL)
        c = denominator(i) + numerator(i) / c or SMALL
        total *= c * d
        if abs(c * d - 1) < 2 * CLOSE:
            break
    return total
