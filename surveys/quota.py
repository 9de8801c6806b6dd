"""How many responses a form takes: in all, or for options of one question with one answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.i18n import _, ngettext, pick

from .question import Question
from .reader import Reader

KEYS = frozenset({"most", "question", "options"})
LARGEST = 1_000_000
PLACE, OPTIONS_PLACE = "quota", "quota.options"


@dataclass(frozen=True)
class Quota:
    """`most` responses in all (None: any number); `options` of the question by their keys."""

    most: int | None
    question: str
    options: dict[str, int]

    def said(self, asked: Question) -> str:
        """How many places the options of a question have, in words; "" where there is no such
        bound."""
        if asked.key != self.question:
            return ""
        places = [
            ngettext(
                "“%(option)s” %(num)d 份",
                "“%(option)s” %(num)d 份",
                self.options[one.key],
                option=pick(one.label),
            )
            for one in asked.options
            if one.key in self.options
        ]
        return _("名额：%(places)s。", places=_("、").join(places))


def read(
    reader: Reader, document: dict[str, Any], asked: Sequence[Question], is_named: bool
) -> Quota | None:
    """The quota of a document; faults go to the reader."""
    given = document.get("quota")
    if given is None:
        return None
    if not isinstance(given, dict):
        reader.fault(PLACE, _("应是一个 JSON 对象。"))
        return None
    reader.known(given, KEYS, PLACE)
    most = reader.whole_number(given, "most", 1, LARGEST, PLACE, optional=True)
    question, options = given.get("question"), given.get("options")
    if question is None and options is None:
        if given.get("most") is None:
            reader.fault(PLACE, _("请写 most（一共几份），或者 question 和 options（每项几份）。"))
        return Quota(most, "", {})
    if not is_named:
        sentence = _("按选项限份数只能用在实名问卷：不然哪一项满了，就说出了别人怎么选。")
        reader.fault(PLACE, sentence)
    found = next((one for one in asked if one.key == question and one.type == "single"), None)
    known = {one.key for one in found.options} if found else set()
    if not isinstance(options, dict) or not options or not set(options) <= known:
        reader.fault(PLACE, _("名额按选项限：question 应是一道单选题，options 只能写它的选项。"))
        return None
    for key in options:
        reader.whole_number(options, key, 1, LARGEST, OPTIONS_PLACE)
    return Quota(most, str(question), dict(options))
