"""Answers that lie on a scale: what few gave is shown together with what lies beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..comparing import Part
from ..tallies import (
    Counts,
    QuestionResult,
    Scale,
    Stretch,
    Words,
    bars,
    stretches,
    where_median,
    who_answered,
)
from .base import Kind

if TYPE_CHECKING:
    from ..question import Question


class Ordered(Kind):
    def scale(self, question: Question, counts: Counts) -> Scale:
        """Where on a scale the answers lie, and what its stretches are called."""
        raise NotImplementedError

    def is_split(self, question: Question, counts: Counts) -> bool:
        return True  # in stretches, never value by value

    def result(self, question: Question, counts: Counts, words: Words) -> QuestionResult:
        answered, scale = counts.answered.get(question.key, 0), self.scale(question, counts)
        found = stretches(counts, scale)
        shown = bars(((scale.name(one), one.count) for one in found), answered)
        sentence = self.sentence(question, counts, scale, found)
        return QuestionResult(question, answered, sentence, shown)

    def sentence(
        self, question: Question, counts: Counts, scale: Scale, found: list[Stretch]
    ) -> str:
        """What the answers came to, in words."""
        return who_answered(counts.answered.get(question.key, 0))

    def parts(self, question: Question, counts: Counts, words: Words) -> list[Part]:
        scale = self.scale(question, counts)
        found = stretches(counts, scale)

        def line(one: Counts) -> list[int]:
            places = scale.line(one)
            return [sum(places[stretch.first : stretch.last + 1]) for stretch in found]

        def name(low: int, high: int) -> str:
            first, last = found[low], found[high]
            ends = (first.is_first, last.is_last)
            return scale.name(Stretch(first.first, last.last, 0, *ends))

        return [Part("", tuple(map(scale.name, found)), line, name=name)]


def median_of(scale: Scale, found: list[Stretch]) -> str:
    """What the stretch is called where the median lies; "" where that says nothing."""
    return where_median(found, [scale.name(one) for one in found])
