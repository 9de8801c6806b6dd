"""Which items and entries an entry resembles, and by which words: a suggestion, never an act.

Each pair of characters (or word) weighs the more the fewer entries have it (its inverse document
frequency); what two texts share is set against all that the entry says.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import log
from typing import Any

from core import tokens

LEAST = 0.14  # of what an entry says, below which nothing is alike
SHOWN = 2
WORDS = 3  # shared words told


@dataclass(frozen=True)
class Alike:
    """Something that resembles an entry: which item or entry it is, and the shared words."""

    key: Any
    shared: tuple[str, ...]
    score: float


class Likeness:
    """`said` are the words of every entry, by its key; `groups` those of every item, by its own."""

    def __init__(self, said: Mapping[Any, str], groups: Mapping[Any, Iterable[str]]) -> None:
        self.pairs = {key: set(tokens.pairs(words)) for key, words in said.items()}
        often = Counter(pair for pairs in self.pairs.values() for pair in pairs)
        self.weight = {pair: log(1 + len(said) / count) for pair, count in often.items()}
        self.said = said
        self.holders: dict[str, list[tuple[str, Any]]] = defaultdict(list)
        for key, words in groups.items():
            for pair in {pair for one in words for pair in tokens.pairs(one)}:
                self.holders[pair].append(("item", key))
        for key, pairs in self.pairs.items():
            for pair in pairs:
                self.holders[pair].append(("entry", key))

    def of(self, key: Any, sort: str, among: Collection[Any]) -> list[Alike]:
        """The likest of some items or entries, the likest first."""
        pairs = self.pairs[key]
        whole = sum(self.weight[pair] for pair in pairs)
        found: defaultdict[Any, set[str]] = defaultdict(set)
        for pair in pairs:
            for kind, other in self.holders[pair]:
                if kind == sort and other != key and other in among:
                    found[other].add(pair)
        scored = [
            Alike(other, self._runs(key, shared), sum(map(self.weight.__getitem__, shared)) / whole)
            for other, shared in found.items()
        ]
        alike = [one for one in scored if one.score >= LEAST and len(found[one.key]) > 1]
        return sorted(alike, key=lambda one: (-one.score, str(one.key)))[:SHOWN]

    def _runs(self, key: Any, shared: set[str]) -> tuple[str, ...]:
        """The shared pairs as people read them: those that follow each other in one piece, the
        weightiest first."""
        runs: list[tuple[str, float]] = []
        before = ""
        for pair in tokens.pairs(self.said[key]):
            if pair not in shared:
                before = ""
                continue
            weight = self.weight[pair]
            if before and len(pair) == 2 and before[-1] == pair[0]:
                words, so_far = runs[-1]
                runs[-1] = (words + pair[1], so_far + weight)
            else:
                runs.append((pair, weight))
            before = pair
        best = sorted(dict(runs).items(), key=lambda one: -one[1])
        return tuple(words for words, _weight in best[:WORDS])
