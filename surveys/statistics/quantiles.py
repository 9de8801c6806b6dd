"""Of numbers given as (value, how often): where their middle lies and how far they spread."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

Tally = Sequence[tuple[float, int]]  # as tallies.Tally


def size(tally: Tally) -> int:
    return sum(often for _value, often in tally)


def centre(tally: Tally) -> float | None:
    """The mean; None when there is no value."""
    total = size(tally)
    return math.fsum(value * often for value, often in tally) / total if total else None


def spread(tally: Tally) -> float | None:
    """The standard deviation, divided by one less than the number of values; None for fewer
    than two."""
    middle, total = centre(tally), size(tally)
    if middle is None or total < 2:
        return None
    if len({value for value, often in tally if often}) == 1:
        return 0.0
    squares = math.fsum(often * (value - middle) ** 2 for value, often in tally)
    return math.sqrt(squares / (total - 1))


def quantile(tally: Tally, share: float) -> float | None:
    """The value below which a share (0 to 1) of the values lies, between two where it falls
    between them: type 7 of Hyndman and Fan (1996), what R and numpy give; 0.5 is the median.

    In any order. None when there is no value. ValueError when share is none.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"{share} is no share")
    rising = sorted((value, often) for value, often in tally if often)
    if not rising:
        return None
    ends = list(accumulate(often for _value, often in rising))
    place = (ends[-1] - 1) * share
    low, high = (
        next(value for (value, _often), end in zip(rising, ends, strict=True) if at < end)
        for at in (math.floor(place), math.ceil(place))
    )
    return low + (high - low) * (place - math.floor(place))
