"""What the results page shows, as a table: a line for each bar that it draws.

No figure here is counted anew: what the page keeps back is kept back, and a share with its
interval follows from the two counts beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from typing import Any

from core import clock
from core.i18n import _, day, pick

from .. import publishing, results
from ..by_group import ByGroup, by_group
from ..comparing import Compared
from ..definition import Definition
from ..models import Survey
from ..statistics import share_interval
from ..tallies import Bar, QuestionResult, percent

PLACES = 6  # to which shares and their intervals are told


@dataclass(frozen=True)
class Line:
    """How many of those who answered a question (in a row of it) chose an option; in a `group`
    alone, or of everybody. What is kept back is None, as is all that would follow from it."""

    section: str
    key: str
    question: str
    row: str
    option: str
    count: int | None
    answered: int | None
    share: float | None
    low: float | None
    high: float | None
    group: str = ""

    @property
    def is_hidden(self) -> bool:
        return self.count is None

    @property
    def share_said(self) -> str:
        return "" if self.share is None else percent(100 * self.share)

    @property
    def interval_said(self) -> str:
        if self.low is None or self.high is None:
            return ""
        return f"{percent(100 * self.low)}–{percent(100 * self.high)}"


@dataclass(frozen=True)
class Asked:
    """A question with its sentence and its lines, of everybody and by group; no lines where it shows
    no figures."""

    section: str
    key: str
    label: str
    sentence: str
    lines: tuple[Line, ...]
    group_lines: tuple[Line, ...] = ()

    @property
    def rows(self) -> list[tuple[str, list[Line]]]:
        """The lines by the row of the question that they are of."""
        return [(row, list(lines)) for row, lines in groupby(self.lines, lambda one: one.row)]


@dataclass(frozen=True)
class Results:
    """All that may be shown of a survey to one reader, as the page shows it."""

    slug: str
    title: str
    about: tuple[str, ...]
    responses: int
    asked: tuple[Asked, ...]

    @property
    def sections(self) -> list[tuple[str, list[Asked]]]:
        return [(title, list(one)) for title, one in groupby(self.asked, lambda one: one.section)]

    @property
    def heading(self) -> list[str]:
        return [
            _("第几部分"),
            _("题目 key"),
            _("题目"),
            _("组"),
            _("行"),
            _("选项"),
            _("人数"),
            _("回答的人"),
            _("比例"),
            _("区间下限"),
            _("区间上限"),
        ]

    def lines(self) -> Iterator[list[str | int | float | None]]:
        """Each line as cells; a question without figures says why in the place of its option."""
        for one in self.asked:
            if not one.lines:
                yield [one.section, one.key, one.label, "", "", one.sentence, *[None] * 5]
            for line in (*one.lines, *one.group_lines):
                count = _("不显示") if line.is_hidden else line.count
                figures = (count, line.answered, line.share, line.low, line.high)
                of = (line.section, line.key, line.question, line.group, line.row, line.option)
                yield [*of, *figures]

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "survey": self.slug,
            "title": self.title,
            "about": list(self.about),
            "responses": self.responses,
            "threshold": results.THRESHOLD,
            "confidence": 0.95,
            "questions": [asdict(one) for one in self.asked],
        }


def read(survey: Survey, *, is_office: bool) -> Results:
    """What the results page shows to the office, or to everybody else who may read it."""
    definitions = [one.definition for one in publishing.versions(survey)]
    return shown(survey, definitions, results.shown_to(survey, is_office))


def shown(survey: Survey, definitions: Sequence[Definition], counts: results.Counts) -> Results:
    """Nothing at all while fewer responses came than a page shows."""
    asked = []
    if counts.responses >= results.THRESHOLD:
        groups = by_group(survey, definitions, counts)
        for title, found in results.present(definitions, counts):
            asked += [_asked(title, one, groups) for one in found]
    left = results.left_out(survey, counts)
    about = [
        _("《%(title)s》的结果，取于%(day)s。", title=survey.name, day=day(clock.today())),
        _("计入的答卷：%(count)d 份。", count=counts.responses),
        _("不足 %(limit)d 人的数不显示，能从别的数算出它的数也不显示。", limit=results.THRESHOLD),
        _("比例的区间按 95% 的把握算（Wilson）；只有答的人是随机抽出来的，才能推到没有答的人。"),
    ]
    if left:
        about.append(_("最后还有 %(count)d 份没有计入。", count=left))
    return Results(survey.slug, survey.name, tuple(about), counts.responses, tuple(asked))


def _asked(section: str, found: QuestionResult, groups: ByGroup | None) -> Asked:
    key, label = found.question.key, pick(found.question.label)
    if found.is_hidden:
        return Asked(section, key, label, found.sentence, ())
    lines = [_line(section, found, "", bar, found.answered) for bar in found.bars]
    for row in found.lines:
        bars = row.bars or tuple(Bar(word, 0, 0.0, is_hidden=True) for word in found.columns)
        answered = row.answered if row.bars else None
        lines += [_line(section, found, row.label, bar, answered) for bar in bars]
    compared = groups.compared(found) if groups else None
    grouped = tuple(_by_group(section, found, compared)) if compared else ()
    return Asked(section, key, label, found.sentence, tuple(lines), grouped)


def _by_group(section: str, found: QuestionResult, compared: Compared) -> Iterator[Line]:
    for one in compared.comparisons:
        for row in one.rows[:1] if compared.is_each else one.rows:
            for (group, answered), bar in zip(one.groups, row.bars, strict=True):
                named, part = (one.title, "") if compared.is_each else (row.label, one.title)
                line = _line(section, found, part, replace(bar, label=named), answered)
                yield replace(line, group=group)


def _line(section: str, found: QuestionResult, row: str, bar: Bar, answered: int | None) -> Line:
    key, label = found.question.key, pick(found.question.label)
    if bar.is_hidden or answered is None:
        return Line(section, key, label, row, bar.label, None, answered, None, None, None)
    ends = share_interval(bar.count, answered)
    figures = (bar.count / answered, ends.low, ends.high) if ends else (None, None, None)
    share, low, high = (None if one is None else round(one, PLACES) for one in figures)
    return Line(section, key, label, row, bar.label, bar.count, answered, share, low, high)
