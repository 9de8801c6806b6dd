"""Of which surveys rows may leave, and why not.

A row is a person's answers together: enough of them point at somebody even without a name. Of a
named survey the office has them anyway. Of a confidential one they leave without names, and only
where each is shared, answer by answer, by as many as a small cell needs (THRESHOLD): then they say
nothing that its totals do not; and only where no totals were shown before or lack the last few,
which the rows would lay bare. Of an anonymous one they never leave: its form promises so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from core.i18n import _

from .. import results
from ..models import Survey
from ..results import THRESHOLD


def reason(survey: Survey) -> str:
    """Why rows of the survey cannot leave; "" where they may be asked for."""
    if survey.is_anonymous:
        return "anonymous"
    if survey.is_confidential:
        if not survey.is_over:
            return "not_over"
        shown = results.shown_to(survey, is_office=False)
        if results.left_out(survey, shown):
            return "left_out"
        if shown.earlier:
            return "earlier"
    return ""


def is_pointing(rows: Iterable[Iterable[object]]) -> bool:
    """Whether one of the rows is shared by so few that it might point at one of them."""
    alike = Counter(hash(tuple(row)) for row in rows)
    return any(count < THRESHOLD for count in alike.values())


def sentence(why: str) -> str:
    """The reason in words, with what to do instead."""
    return {
        "anonymous": _(
            "匿名问卷不能逐份导出：一份里的回答放在一起，可能认得出人。可以用上面的汇总表。"
        ),
        "not_over": _("保密问卷截止以前不能逐份导出：前后两次一比，就看得出新来的那几份。"),
        "left_out": _(
            "最后几份不足五份，没有计入结果；逐份导出会把它们露出来。可以用上面的汇总表。"
        ),
        "earlier": _(
            "以前公布过较早的结果，逐份导出和它一比，就看得出后来的那几份。可以用上面的汇总表。"
        ),
        "pointing": _(
            "有的答卷和别人都不一样，即使不带姓名也可能认得出人，所以没有导出。可以用上面的汇总表。"
        ),
        "": "",
    }[why]
