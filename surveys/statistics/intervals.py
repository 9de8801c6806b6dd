"""Between which limits a figure lies, with 95 % confidence unless told otherwise.

They speak of people drawn by chance from many more; the page says where that does not hold.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import NamedTuple

from .distributions import t_quantile
from .quantiles import Tally, centre, size, spread

CONFIDENCE = 0.95


class Interval(NamedTuple):
    low: float
    high: float


def share_interval(count: int, total: int, confidence: float = CONFIDENCE) -> Interval | None:
    """Wilson's score interval (1927) of count / total, both ends between 0 and 1.

    None when total is 0. ValueError when count is no part of total.
    """
    if not 0 <= count <= total:
        raise ValueError(f"{count} is no part of {total}")
    if total == 0:
        return None
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, weight = count / total, z * z / total
    middle = (share + weight / 2) / (1 + weight)
    half = z * math.sqrt(share * (1 - share) / total + weight / (4 * total)) / (1 + weight)
    # At the ends the sums cancel; rounding must not leave a hair of impossible or of doubt.
    return Interval(middle - half if count > 0 else 0.0, middle + half if count < total else 1.0)


def difference_interval(
    count: int, total: int, other_count: int, other_total: int, confidence: float = CONFIDENCE
) -> Interval | None:
    """Of count / total − other_count / other_total, two groups of different people, between
    −1 and 1: Newcombe's hybrid score interval (Statistics in Medicine 17, 1998, method 10).

    None when one group is empty. ValueError as share_interval.
    """
    one = share_interval(count, total, confidence)
    other = share_interval(other_count, other_total, confidence)
    if one is None or other is None:
        return None
    share, other_share = count / total, other_count / other_total
    below = math.hypot(share - one.low, other.high - other_share)
    above = math.hypot(one.high - share, other_share - other.low)
    apart = share - other_share
    return Interval(apart - below, apart + above)


def mean_interval(tally: Tally, confidence: float = CONFIDENCE) -> Interval | None:
    """Student's t interval of the mean of values given as (value, how often).

    None with fewer than two answers, and where all are the same: a spread that nobody showed
    cannot be estimated, and an interval of no width would look like certainty.
    """
    deviation, middle = spread(tally), centre(tally)
    if not deviation or middle is None:
        return None
    total = size(tally)
    half = t_quantile((1 + confidence) / 2, total - 1) * deviation / math.sqrt(total)
    return Interval(middle - half, middle + half)
