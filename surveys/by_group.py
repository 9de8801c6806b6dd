"""A survey's results by the groups that its form names, once it is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core import clock

from . import comparing, counting, results
from .comparing import Compared, Group
from .definition import Definition
from .models import Survey
from .question import Question
from .tallies import Counts, QuestionResult, Words


@dataclass(frozen=True)
class ByGroup:
    definitions: Sequence[Definition]
    counts: Counts
    words: Words
    groups: list[Group]

    @property
    def question(self) -> Question | None:
        """The one that makes the groups; None: the weeks do."""
        asked = (one.question(self.counts.grouped_by) for one in self.definitions)
        return next((one for one in asked if one is not None), None)

    @property
    def labels(self) -> list[str]:
        return [one.label for one in self.groups]

    def compared(self, result: QuestionResult) -> Compared | None:
        """A question by group; None where nothing is shown of it at all."""
        if result.is_hidden:
            return None
        question = result.question
        is_conditional = results.is_conditional(self.definitions, question.key)
        return comparing.compared(question, self.words, self.counts, self.groups, is_conditional)

    def all_narrowed(self, sections: results.Presented, group: str) -> results.Presented:
        """What one group alone came to, section by section."""
        return [
            (title, [self._narrowed(result, group) for result in found])
            for title, found in sections
        ]

    def _narrowed(self, result: QuestionResult, group: str) -> QuestionResult:
        found = self.compared(result)
        return result if found is None else comparing.narrowed(found, group)


def by_group(survey: Survey, definitions: Sequence[Definition], counts: Counts) -> ByGroup | None:
    """None where the form names no groups, or the survey is not over."""
    if not counts.grouped_by:
        return None
    counts = results.guarded(definitions, counts)
    weeks = [clock.local(one).date() for one in counting.week_starts(survey)]
    groups = comparing.groups_of(definitions, counts, weeks)
    return ByGroup(definitions, counts, Words.of(definitions), groups)
