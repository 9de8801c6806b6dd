"""Measurements of the promised figures: `make bench` prints each as a JSON object on a line.

A module `bench_<what>.py` here has a function `measure(options)` that yields `Figure`s. A ratio
comes from one run on one core: both sides answer in turn, in short rounds, each in a process of
its own, asked from another process.
"""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """What a run may say: posts in the long thread, posts of the large site, seconds for each
    measured page."""

    posts: int = 100_000
    large: int = 100_000
    seconds: float = 6.0


@dataclass(frozen=True)
class Figure:
    """A measured `value` in `unit` over `n` samples, and the `limit` it must keep, if any."""

    name: str
    value: float
    unit: str
    limit: float | None
    n: int
    at_least: bool = False  # the limit is a floor, not a ceiling

    @property
    def holds(self) -> bool:
        if self.limit is None:
            return True
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def line(self) -> str:
        return json.dumps(
            {
                "name": self.name,
                "value": round(self.value, 3),
                "unit": self.unit,
                "limit": self.limit,
                "holds": self.holds,
                "n": self.n,
            },
            ensure_ascii=False,
        )
