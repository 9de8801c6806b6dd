"""How groups of people answered, beside each other, and whether they differ by more than chance.

All groups of a form come from one question, which the form names before anybody answers
(definition.compare_by). Tables of that one question by every other can be set off against each
other as one likes: nothing follows from them but what follows from each alone, which
disclosure.py keeps safe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from core.i18n import _, day

from . import disclosure
from .statistics import Association, Interval, associated, difference_interval
from .tallies import Bar, Counts, Line, QuestionResult, Words, bar, held_bar, keys_of, who_answered

if TYPE_CHECKING:
    from .definition import Definition
    from .question import Question

WEEK = "@week"  # as definition.compare_by has it
FEWEST = 20  # people whom a group has that is compared by itself: of fewer, little can be shown


@dataclass(frozen=True)
class Part:
    """What of a question is compared: rows that each person is in one of. Of `loose` rows not even
    the total over all groups is shown; rows that lie on a scale (`name` of the first and the last
    of some) join their neighbours rather than keep anything back."""

    title: str
    labels: tuple[str, ...]
    line: Callable[[Counts], list[int]]
    loose: frozenset[int] = frozenset()
    name: Callable[[int, int], str] | None = None


@dataclass(frozen=True)
class Group:
    """People who gave the same answer to the question that groups go by."""

    label: str
    counts: tuple[Counts, ...]

    def line(self, part: Part) -> list[int]:
        return [sum(each) for each in zip(*map(part.line, self.counts), strict=True)]


@dataclass(frozen=True)
class Row:
    """An option (or a stretch of a scale) with a bar for each group; `apart` is by how much, in
    per cent, the groups that differ most lie apart."""

    label: str
    bars: tuple[Bar, ...]
    apart: tuple[float, Interval] | None = None


@dataclass(frozen=True)
class Comparison:
    """A part by group: `groups` are labels with how many answered, `pools` which groups stand
    together in each."""

    title: str
    groups: tuple[tuple[str, int], ...]
    rows: tuple[Row, ...]
    association: Association
    pools: tuple[tuple[str, ...], ...]


def compare(part: Part, groups: Sequence[Group]) -> Comparison | None:
    """None where fewer than two groups are left of which enough answered, or where nothing can be
    shown without telling of a few."""
    lines = [group.line(part) for group in groups]
    together = disclosure.pooled([sum(line) for line in lines], FEWEST)
    if len(together) < 2:
        return None
    pools = tuple(tuple(groups[at].label for at in pool) for pool in together)
    names = [_("、").join(pool) for pool in pools]
    columns = [
        [sum(row) for row in zip(*(lines[at] for at in pool), strict=True)] for pool in together
    ]
    labels, columns = _merged(part, columns)
    counts, sizes = list(zip(*columns, strict=True)), [sum(column) for column in columns]
    held = disclosure.held_of_table(disclosure.Table(counts, part.loose))
    if held is None or len(labels) < 2 or len(held) == len(labels) * len(names):
        return None
    rows = tuple(
        Row(
            label,
            tuple(
                held_bar(names[at]) if (number, at) in held else bar(names[at], count, sizes[at])
                for at, count in enumerate(line)
            ),
            None if any((number, at) in held for at in range(len(sizes))) else _apart(line, sizes),
        )
        for number, (label, line) in enumerate(zip(labels, counts, strict=True))
    )
    shown = associated(_as_shown(counts, held))
    return Comparison(part.title, tuple(zip(names, sizes, strict=True)), rows, shown, pools)


def _merged(part: Part, columns: list[list[int]]) -> tuple[Sequence[str], list[list[int]]]:
    """Rows and columns, where rows on a scale are joined until no cell is small."""
    if part.name is None:
        return part.labels, columns
    total = [sum(row) for row in zip(*columns, strict=True)]
    joined = disclosure.merged(total, of_groups=columns)
    labels = [part.name(low, high) for low, high in joined]
    return labels, [[sum(one[low : high + 1]) for low, high in joined] for one in columns]


def _as_shown(counts: Sequence[Sequence[int]], held: frozenset[tuple[int, int]]) -> list[list[int]]:
    """The table with all rows that keep something back as one: what follows from it follows from
    what is shown."""
    whole, rest = [], [0] * len(counts[0])
    for row, line in enumerate(counts):
        if any((row, column) in held for column in range(len(line))):
            rest = [one + more for one, more in zip(rest, line, strict=True)]
        else:
            whole.append(list(line))
    return [*whole, rest] if any(rest) else whole


def _apart(line: Sequence[int], sizes: Sequence[int]) -> tuple[float, Interval] | None:
    """How far the highest share lies above the lowest, in per cent, and its 95 % interval."""
    places = range(len(line))
    high = max(places, key=lambda at: line[at] / sizes[at])
    low = min(places, key=lambda at: line[at] / sizes[at])
    if high == low:
        return None
    found = difference_interval(line[high], sizes[high], line[low], sizes[low])
    if found is None:
        return None
    difference = 100 * (line[high] / sizes[high] - line[low] / sizes[low])
    return difference, Interval(100 * found.low, 100 * found.high)


@dataclass(frozen=True)
class Compared:
    """A question by group. `is_each`: people may be in several rows, each compared by itself."""

    question: Question
    comparisons: tuple[Comparison, ...] = ()
    why_none: str = ""
    is_each: bool = False


def groups_of(
    definitions: Sequence[Definition], counts: Counts, weeks: Sequence[date]
) -> list[Group]:
    """The groups in their order. Those of which not even the size is shown are one, with the people
    of whom nobody knows to which they belong."""
    by = counts.grouped_by
    if by == WEEK:
        keys = sorted(counts.groups, key=int)
        return [Group(_week(weeks, int(key)), (counts.groups[key],)) for key in keys]
    question = next(found for one in definitions if (found := one.question(by)))
    words = Words.of(definitions)
    shown, rest = [], []
    for key in [*keys_of(question, counts), ""]:
        if key not in counts.groups:
            continue
        if key and not counts.is_held(by, "", key):
            label = words.options.get((by, key), key)
            shown.append(Group(label, (counts.groups[key],)))
        else:
            rest.append(counts.groups[key])
    return [*shown, Group(_("其余"), tuple(rest))] if rest else shown


def _week(weeks: Sequence[date], number: int) -> str:
    return _("%(day)s起的一周", day=day(weeks[number])) if number < len(weeks) else str(number + 1)


def compared(
    question: Question, words: Words, counts: Counts, groups: Sequence[Group], is_conditional: bool
) -> Compared:
    """A question by group, or why not."""
    if question.key == counts.grouped_by:
        return Compared(question, why_none=_("各组就是按这一题分的。"))
    if is_conditional:
        sentence = _("这一题只问了一部分人，不分组比较：分开一看，就看出谁被问到了。")
        return Compared(question, why_none=sentence)
    parts = question.kind.parts(question, counts, words)
    if not parts:
        return Compared(question, why_none=_("这种题不分组比较。"))
    found = tuple(one for part in parts if (one := compare(part, groups)) is not None)
    if not found:
        return Compared(question, why_none=_("分到各组的人太少，不能比较。"))
    return Compared(question, found, is_each=question.kind.name == "multiple")


def narrowed(found: Compared, group: str) -> QuestionResult:
    """What one group alone came to, as far as it is shown beside the others."""
    question = found.question
    if not found.comparisons:
        return QuestionResult(question, 0, found.why_none, is_hidden=True)
    columns = [
        next(at for at, pool in enumerate(one.pools) if group in pool) for one in found.comparisons
    ]
    each = list(zip(found.comparisons, columns, strict=True))
    first, column = each[0]
    _name, answered = first.groups[column]
    sentence = who_answered(answered)
    if len(first.pools[column]) > 1:
        joined = _("、").join(one for one in first.pools[column] if one != group)
        sentence += _("人太少，和“%(groups)s”并在一起。", groups=joined)
    if found.is_each:
        bars = tuple(replace(one.rows[0].bars[at], label=one.title) for one, at in each)
        return QuestionResult(question, answered, sentence, bars)
    if question.rows:
        lines = tuple(Line(one.title, one.groups[at][1], tuple(_bars(one, at))) for one, at in each)
        columns_told = tuple(row.label for row in first.rows)
        return QuestionResult(question, answered, sentence, lines=lines, columns=columns_told)
    return QuestionResult(question, answered, sentence, tuple(_bars(first, column)))


def _bars(one: Comparison, column: int) -> Iterator[Bar]:
    return (replace(row.bars[column], label=row.label) for row in one.rows)
