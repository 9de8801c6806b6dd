"""What changed since the same questions were asked before, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from core.db import db
from core.i18n import _
from core.policy import Actor, allows

from . import results
from .building.difference import difference
from .definition import Definition
from .models import ResultSnapshot, Survey, SurveyVersion
from .question import Question
from .statistics import Interval, difference_interval
from .tallies import Bar, Counts


@dataclass(frozen=True)
class Change:
    """By how much an option's share rose (in per cent), and the 95 % interval of that."""

    label: str
    before: Bar
    now: Bar
    rose: float
    interval: Interval

    @property
    def is_sure(self) -> bool:
        """Whether it is more than chance does."""
        return self.interval.low > 0 or self.interval.high < 0


@dataclass(frozen=True)
class Trend:
    """A question then and now. `verdict` is "same" (asked alike), "decide" (in other words) or
    "apart" (another question: `changes` is empty)."""

    verdict: str
    before: int
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Before:
    """The survey that is repeated, with what may be shown of it."""

    survey: Survey
    definition: Definition
    counts: Counts

    def trend(
        self, definition: Definition, question: Question, now: results.QuestionResult
    ) -> Trend | None:
        """None where the question was not asked before, or where too few answered."""
        asked = self.definition.question(question.key)
        if asked is None or asked.type != question.type:
            return None
        verdict = self._verdicts(definition).get(question.key, "apart")
        then = results.of_question([self.definition], self.counts, asked)
        if then.is_hidden or now.is_hidden or not then.bars or not now.bars:
            return None
        if verdict == "apart":
            return Trend(verdict, then.answered)
        return Trend(verdict, then.answered, tuple(_changes(then, now)))

    def _verdicts(self, definition: Definition) -> dict[str, str]:
        found = difference(self.definition.document, definition.document)
        return {one.key: one.verdict for one in found.compared}


def _changes(then: results.QuestionResult, now: results.QuestionResult) -> list[Change]:
    """The options that both show, by their words; where both are cut into the same stretches."""
    before = {bar.label: bar for bar in then.bars if not bar.is_hidden}
    found = []
    for bar in now.bars:
        if bar.is_hidden or (old := before.get(bar.label)) is None:
            continue
        interval = difference_interval(bar.count, now.answered, old.count, then.answered)
        if interval is not None:
            in_percent = Interval(100 * interval.low, 100 * interval.high)
            found.append(Change(bar.label, old, bar, bar.share - old.share, in_percent))
    return found


def before(definition: Definition, actor: Actor) -> Before | None:
    """The survey that a form repeats, where the actor may see its results; one statement."""
    if not definition.repeats:
        return None
    row = db.session.execute(
        select(Survey, SurveyVersion, ResultSnapshot)
        .join(SurveyVersion, SurveyVersion.survey_id == Survey.id)
        .join(ResultSnapshot, ResultSnapshot.survey_id == Survey.id)
        .where(Survey.slug == definition.repeats)
        .order_by(SurveyVersion.number.desc())
        .limit(1)
    ).one_or_none()
    if row is None or not row[0].is_over or not allows(actor, "surveys:survey:results", row[0]):
        return None
    counts = Counts.of_kept(row[2].counts, row[2].response_count)
    return Before(row[0], row[1].definition, counts)


def told(change: Change) -> str:
    """A change in a sentence."""
    if not change.is_sure:
        return _("可能只是偶然")
    return _("升了，不像是偶然") if change.rose > 0 else _("降了，不像是偶然")


def sentence(trend: Trend | None) -> str:
    """What may be said of the two showings together."""
    if trend is None:
        return ""
    if trend.verdict == "apart":
        return _("上一次问的不一样（选项或者评分的范围改了），不能放在一起比。")
    if trend.verdict == "decide":
        return _("上一次的说法不同，比的时候要小心。")
    return _("两次问的一样，可以比。两次各是各的人答的，不能说是同一批人变了。")
