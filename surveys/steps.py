"""A form shown one section at a time.

The other sections are on the page all the same, out of sight, and go along with every step: the
server keeps nothing of a form that is not handed in, and nobody loses what was filled in. Where
the reader is, the page says; which steps there are follows from the answers so far.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import request

from core.i18n import _, ngettext

from .flow import of_row
from .logic import names_in
from .rules import seconds

if TYPE_CHECKING:
    from .fields import AnswerForm

_TOLD = re.compile(r"([0-9]{1,4}) ([0-9]{1,4})")
NEXT, BACK, HERE = "next", "back", "here"


@dataclass(frozen=True)
class Step:
    """Where a reader is: the section's index, its number among those that ask something now, how
    many there are, and the minutes that it and what follows take. Where an answer that is still
    to come decides on later sections, count and minutes are only about right (`is_open`)."""

    at: int
    number: int
    count: int
    minutes: int
    is_open: bool
    before: tuple[int, int] | None  # the count and the minutes that the page before told

    @property
    def is_first(self) -> bool:
        return self.number == 1

    @property
    def is_last(self) -> bool:
        return self.number == self.count

    @property
    def told(self) -> str:
        """What this page tells, for the next one to explain what changed."""
        return f"{self.count} {self.minutes}"

    @property
    def change(self) -> str:
        """Why there is more or less to come than the page before told; "" where there is not."""
        if self.before is None:
            return ""
        count, minutes = self.before
        if self.count > count:
            n = self.count - count
            return ngettext("你的回答多带出 %(num)d 部分。", "你的回答多带出 %(num)d 部分。", n)
        if self.count < count:
            n = count - self.count
            return ngettext("照你的回答，少填 %(num)d 部分。", "照你的回答，少填 %(num)d 部分。", n)
        return _("你的回答多带出几题，时间长了一点。") if self.minutes > minutes else ""


def step_of(form: AnswerForm) -> Step:
    pages = _pages(form)
    at = form.at if form.at in pages else _near(pages, form.at)
    sections = form.definition.sections
    left = sum(
        seconds(question)
        for page in pages
        if page >= at
        for question in sections[page].questions
        if question.is_answered and question.key in form.settled.asked
    )
    minutes = max(1, round(left / 60))
    return Step(at, pages.index(at) + 1, len(pages), minutes, _is_open(form, at), _before())


def _is_open(form: AnswerForm, at: int) -> bool:
    """Whether what is asked behind a section hangs on an answer of that section or a later one."""
    sections = form.definition.sections
    to_come = {one.key for section in sections[at:] for one in section.questions}
    conditions = [
        tree
        for section in sections[at + 1 :]
        for one in section.questions
        for tree in form.flow.conditions(one.key)
    ]
    return any(of_row(name) in to_come for tree in conditions for name in names_in(tree))


def _before() -> tuple[int, int] | None:
    """What the page that was sent had told, where the reader goes on from it."""
    found = _TOLD.fullmatch(request.form.get("told", ""))
    if found is None or request.form.get("go") == BACK:
        return None
    return int(found[1]), int(found[2])


def turn(form: AnswerForm) -> int | None:
    """Go where the reader wants to, if that is all that is wanted: 200, or 422 where what stands
    on the page does not hold. None: the form is handed in."""
    form.at = request.form.get("page", 0, type=int)
    go = request.form.get("go", "")
    if "say" in request.form or go == HERE:  # another language, or back from elsewhere
        return 200
    if not form.definition.has_pages:
        return None
    pages = _pages(form)
    earlier, later = (
        [one for one in pages if one < form.at],
        [one for one in pages if one > form.at],
    )
    if go == BACK:
        form.at = earlier[-1] if earlier else form.at
        return 200
    if not later and go != NEXT:
        return None
    if not form.page_holds():
        return 422
    form.at = later[0] if later else form.at
    return 200


def _pages(form: AnswerForm) -> list[int]:
    """The sections that show something, given the answers so far."""
    asked = form.settled.asked
    found = [
        index
        for index, section in enumerate(form.definition.sections)
        if any(one.key in asked and one.kind.is_shown for one in section.questions)
    ]
    return found or [0]


def _near(pages: list[int], at: int) -> int:
    return next((one for one in reversed(pages) if one <= at), pages[0])
