"""How often two reviewers who do not know of each other agree.

The share that agrees, and Cohen's kappa: κ = (p_o − p_e) / (1 − p_e), where p_o is the share that
agrees and p_e the share that would by chance, from how often either side gave each verdict: 0 is
no better than chance, 1 full agreement. J. Cohen, "A coefficient of agreement for nominal scales",
Educational and Psychological Measurement 20(1), 1960, 37–46.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .second_review import FAMILIES
from .suppression import LEAST

Pair = tuple[str, str]  # what the first reviewer said, what the second
FIRST_READING = FAMILIES[0]


def kappa(pairs: Sequence[Pair]) -> float | None:
    """Cohen's kappa, at most 1; None where it is not defined: without pairs, or when both sides
    gave one and the same verdict throughout."""
    total = len(pairs)
    if not total:
        return None
    first, second = (Counter(pair[side] for pair in pairs) for side in (0, 1))
    by_chance = sum(first[verb] * second[verb] for verb in first)  # of total * total
    if by_chance == total * total:
        return None
    agreed = sum(one == other for one, other in pairs)
    return (agreed * total - by_chance) / (total * total - by_chance)


def kappa_shown(pairs: Sequence[Pair]) -> float | None:
    """Kappa over first readings, which all choose between the same verdicts; None, too, where a
    group under five stands behind it."""
    read = [pair for pair in pairs if pair[0] in FIRST_READING]
    agreed = sum(one == other for one, other in read)
    groups = [agreed, len(read) - agreed]
    for side in (0, 1):
        groups += Counter(pair[side] for pair in read).values()
    return None if any(0 < count < LEAST for count in groups) else kappa(read)


@dataclass(frozen=True)
class Agreed:
    """The share that agrees, in per cent: exact, or what it is at least or at most where the exact
    figure would tell of a group under five."""

    percent: float
    bound: Literal["exact", "least", "most"]

    @classmethod
    def of(cls, judged: int | None, agreed: int, differed: int) -> Agreed | None:
        """`judged` is None where it is hidden; then nothing is said."""
        if judged is None or judged < LEAST:
            return None
        if 0 < differed < LEAST:
            return cls(100 * max(0, judged - LEAST + 1) / judged, "least")
        if 0 < agreed < LEAST:
            return cls(100 * min(judged, LEAST - 1) / judged, "most")
        return cls(100 * agreed / judged, "exact")
