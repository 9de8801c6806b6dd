"""Finding terms in a text, whatever way they are written (core/folding.py says which).

Terms of scripts without spaces are found inside a sentence, others as whole words. A mark that
ends a clause parts words that merely meet there ("今天出发，票已订好"): it hides a term only
where the term is short and the mark stands in one place; in every place it is a disguise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from . import personal
from .folding import NO_GAP, PAUSE, Folded, fold, key

TERM_LIMIT = 60  # characters of a term
LONG = 4  # folded characters from which a term is no coincidence across a comma
SPREAD = 3  # from which a mark in every place is no coincidence


class TermList(NamedTuple):
    """What one rule looks for: terms, kinds of numbers; and what it lets pass."""

    terms: Sequence[str] = ()
    allowed: Sequence[str] = ()
    numbers: frozenset[str] = frozenset()


class Match(NamedTuple):
    """A stretch of the original text that a list (by its number) names."""

    start: int
    end: int
    list: int


class Matcher:
    """Finds the terms of some lists, all in one pass over the text."""

    def __init__(self, lists: Iterable[TermList]) -> None:
        self.lists = tuple(lists)
        # For each folded term the lists that name it, and those that let it pass.
        found: dict[str, tuple[set[int], set[int]]] = {}
        for number, one in enumerate(self.lists):
            for side, words in enumerate((one.terms, one.allowed)):
                for word in words:
                    if folded := key(word):
                        found.setdefault(folded, (set(), set()))[side].add(number)
        self._owners = list(found.values())
        self._automaton = AhoCorasick(list(found)) if found else None
        self._seekers = [
            (number, one.numbers, {key(word).replace(" ", "") for word in one.allowed})
            for number, one in enumerate(self.lists)
            if one.numbers
        ]

    def find(self, text: str) -> list[Match]:
        """The matches of every list, in the order of the text; those of one list never overlap."""
        folded = fold(text)
        named: dict[int, list[tuple[int, int]]] = {}
        passing: dict[int, list[tuple[int, int]]] = {}
        if self._automaton is not None:
            for pattern, start, end in self._automaton.find_matches_as_indexes(
                folded.text, overlapping=True
            ):
                if folded.is_whole(start, end) and _joins(folded, start, end):
                    place = folded.place(start, end)
                    terms, allowed = self._owners[pattern]
                    for number in terms:
                        named.setdefault(number, []).append(place)
                    for number in allowed:
                        passing.setdefault(number, []).append(place)
        if self._seekers:
            for one in personal.find_folded(text, folded):
                for number, kinds, allowed_digits in self._seekers:
                    if one.kind in kinds and one.digits not in allowed_digits:
                        named.setdefault(number, []).append((one.start, one.end))
        matches = [
            Match(start, end, number)
            for number, places in named.items()
            for start, end in _longest(_not_covered(places, passing.get(number, [])))
        ]
        return sorted(matches)


def _joins(folded: Folded, start: int, end: int) -> bool:
    """Whether what stands between the characters parts nothing."""
    if not folded.gaps:
        return True
    gaps = [folded.gaps.get(place, NO_GAP) for place in range(start + 1, end)]
    widest = max(gaps, default=NO_GAP)
    if widest < PAUSE or (widest == PAUSE and end - start >= LONG):
        return True
    return end - start >= SPREAD and NO_GAP not in gaps


def _not_covered(
    places: list[tuple[int, int]], allowed: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """The places that lie within none of the allowed ones."""
    if not allowed:
        return places
    kept, reach, next_one = [], 0, 0
    allowed.sort()
    for start, end in sorted(places):
        while next_one < len(allowed) and allowed[next_one][0] <= start:
            reach = max(reach, allowed[next_one][1])
            next_one += 1
        if end > reach:
            kept.append((start, end))
    return kept


def _longest(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Of places that overlap the first, and of those that begin together the longest."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(places, key=lambda place: (place[0], -place[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept
