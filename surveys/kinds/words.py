"""Answers in words of one's own: a line, or several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms.validators import ValidationError

from core import text
from core.i18n import _, _l, ngettext, pick

from ..logic.evaluating import Value
from ..logic.patterns import matches
from ..reader import LABEL_LIMIT
from ..tallies import THRESHOLD, Counts, QuestionResult, Words
from .base import CHECKED, Given, Kind
from .field import QuestionField

if TYPE_CHECKING:
    from ..question import Question
    from ..reader import Reader


class TextField(QuestionField):
    clean: Any = staticmethod(text.clean_plain)

    def said(self, given: list[dict[str, Any]]) -> dict[str, list[str]]:
        return {self.name: [row["text"] for row in given]}

    def read(self) -> list[dict[str, Any]]:
        try:
            written = self.clean(self.value, self.question.max_length)
        except text.TextFault as fault:
            raise ValidationError(str(fault)) from fault
        if not written.strip():
            return []
        if self.question.pattern is not None and not matches(self.question.pattern, written):
            said = pick(self.question.pattern_message)
            raise ValidationError(said or _("写法不合要求，请照题目说的写。"))
        return [{"text": written}]


class LineField(TextField):
    clean = staticmethod(text.clean_line)


class _Text(Kind):
    keys = CHECKED | {"max_length", "pattern", "pattern_message"}
    is_written = True
    is_counted = False

    def read(self, reader: Reader, asked: dict[str, Any], place: str) -> dict[str, Any]:
        limit = reader.whole_number(asked, "max_length", 1, self.longest, place, optional=True)
        return {
            "max_length": limit or self.longest,
            "pattern": reader.pattern(asked, place),
            "pattern_message": reader.texts(
                asked, "pattern_message", place, LABEL_LIMIT, optional=True
            ),
        }

    def value(self, given: list[Given]) -> Value:
        return str(given[0]["text"])

    def result(self, question: Question, counts: Counts, words: Words) -> QuestionResult:
        written = counts.written.get(question.key, 0)
        if not written:
            sentence = _("还没有人写。")
        elif written < THRESHOLD:
            sentence = _("写了的不足 %(limit)d 人，由办公室逐条阅看。", limit=THRESHOLD)
        elif words.are_published:
            sentence = ngettext(
                "%(num)d 人写了意见，由办公室逐条阅看；一部分经审核后不带姓名公布。",
                "%(num)d 人写了意见，由办公室逐条阅看；一部分经审核后不带姓名公布。",
                written,
            )
        else:
            sentence = ngettext(
                "%(num)d 人写了意见，由办公室逐条阅看，原文不在这里公布。",
                "%(num)d 人写了意见，由办公室逐条阅看，原文不在这里公布。",
                written,
            )
        return QuestionResult(question, written, sentence)


class Short(_Text):
    name = "short"
    word = _l("填空题（一行）")
    field = LineField
    control = "line"
    seconds = 15
    longest = 200


class Long(_Text):
    name = "long"
    word = _l("填空题（多行）")
    field = TextField
    control = "lines"
    seconds = 60
    longest = 5_000
