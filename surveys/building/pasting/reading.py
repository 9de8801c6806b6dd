"""Lines into sections and questions. Reads once, from above; linear in the length of the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from core.i18n import _

from ...kinds import KINDS
from ..kinds import kind_name, listed
from . import hints, marks, tables
from .hints import Hints

MOST_LINES, LONGEST_LINE = 4000, 2000
LABEL, TITLE, INTRO = 400, 120, 2000
MOST_QUESTIONS, MOST_OPTIONS, MOST_ROWS = 600, 200, 60
_ASKS = re.compile(
    r"[?？]\s*(?:[（(\[【].*)?$|[_＿]{2,}|[（(\[【](?:单|多|必|选|填|不定|限|最多|可多)"
)
_OTHER = re.compile(r"[_＿]{2,}|请注明|请说明|请填写|请写明|请具体|[：:]\s*$")
_ALONE = re.compile(r"以上都(?:不是|没有|无)|都没有|没有遇到|没有以上|均无|无以上")
_DIGITS = re.compile(
    r"(?:[（(]?\s*[0-9]{1,2}\s*[)）]?(?:分)?[\s　、/／]+){2,}[（(]?\s*[0-9]{1,2}\s*[)）]?(?:分)?"
)
_OTHERS = re.compile(r"其[他它]\W*")
_JUMP = re.compile(r"[（(][^（）()]*(?:跳|转)(?:至|到|答|第)[^（）()]*[)）]")
_LEADS = re.compile(r"(?:答|选项)[：:]?")
_POINT = re.compile(r"([0-9]{1,2})分?")
_CLOSING = re.compile(r"(?:衷心)?(?:感谢|谢谢)|问卷到此结束|祝您")


@dataclass(frozen=True)
class Told:
    """What was understood of a line, or not: the line, its words, what became of them."""

    line: int
    words: str
    what: str
    is_sure: bool = True


@dataclass
class Pasted:
    """A draft of a form: sections with questions, and the report. No questions: nothing found."""

    title: str = ""
    intro: str = ""
    sections: list[dict[str, Any]] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)

    @property
    def questions(self) -> list[dict[str, Any]]:
        return [one for section in self.sections for one in section["questions"]]


@dataclass
class _Asked:
    """A question while its lines are read."""

    line: int
    hints: Hints
    options: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    blanks: bool = False
    table: tables.Table | None = None


def read(text: str) -> Pasted:
    """Whatever the text is, a draft of it comes back."""
    lines = [line[:LONGEST_LINE] for line in _untabbed(text).split("\n")[:MOST_LINES]]
    return _Reading(lines).done()


def _untabbed(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one if one in "\n\t" or one.isprintable() else " " for one in text)


class _Reading:
    def __init__(self, lines: list[str]) -> None:
        self.raw = lines
        self.lines = lines = [line.strip(" \t　") for line in lines]
        self.found = Pasted()
        self.asked: _Asked | None = None
        self.count = 0
        self.level = _question_level(lines)
        self.is_loose = self.level is None
        self.kind = ""  # that the heading of the section names

    def done(self) -> Pasted:
        at = 0
        while at < len(self.lines):
            table = tables.at(self.raw, at)
            if table is not None:
                self.table(at, table)
                at += table.length
                continue
            if self.lines[at]:
                self.line(at, self.lines[at])
            at += 1
        self.close()
        self.found.sections = [one for one in self.found.sections if one["questions"]]
        return self.found

    # --- A line ---------------------------------------------------------------------------

    def line(self, at: int, words: str) -> None:
        mark = marks.mark(words)
        if mark is not None and mark.level == self.level:
            return self.question(at, mark.words)
        if mark is not None and self.is_section(mark, words):
            return self.section(at, mark.words)
        before, options = marks.options_in(words)
        if self.asked is not None and options and not before:
            self.asked.options += options
            return None
        if self.is_loose and self.is_asking(at, words):
            return self.question(at, words)
        if self.asked is not None and mark is not None:
            return self.part(mark)
        if self.asked is not None:
            return self.more(at, words, before, options)
        return self.outside(at, words)

    def is_section(self, mark: marks.Mark, words: str) -> bool:
        if mark.level == "part":
            return True
        order = (
            "part",
            "han",
            "han_round",
            "asked",
            "number",
            "number_half",
            "number_round",
            "circled",
        )
        if self.level is None or mark.level not in ("han", "han_round"):
            return False
        return order.index(mark.level) < order.index(self.level) and len(mark.words) <= 80

    def is_asking(self, at: int, words: str) -> bool:
        """Whether a line without a number asks something: by its end, or by what follows it."""
        if _is_blank(words):
            return False
        if _ASKS.search(words) and len(words) <= LABEL:
            return True
        following = next((one for one in self.lines[at + 1 : at + 3] if one), "")
        before, options = marks.options_in(following)
        return len(words) <= 80 and (_is_blank(following) or (bool(options) and not before))

    def question(self, at: int, words: str) -> None:
        self.close()
        before, options = marks.options_in(words)
        if not before or (len(options) < 2 and not marks.letter_of(words[len(before) :].strip())):
            before, options = words, []
        self.asked = _Asked(at + 1, hints.hints_of(before), options)
        self.asked.hints.kind = self.asked.hints.kind or self.kind

    def part(self, mark: marks.Mark) -> None:
        """A numbered line below a question: an option, or a row where the question is a table."""
        assert self.asked is not None
        self.asked.rows.append(mark.words)

    def more(self, at: int, words: str, before: str, options: list[str]) -> None:
        """A line without a mark below a question."""
        assert self.asked is not None
        asked = self.asked
        if _DIGITS.fullmatch(words):
            asked.options += re.findall(r"[0-9]{1,2}", words)
        elif _is_blank(words):
            asked.blanks = True
        elif options and (asked.options or (not before or _LEADS.fullmatch(before))):
            asked.options += [before, *options] if before and asked.options else options
        elif _CLOSING.match(words):
            self.tell(at, words, _("结尾的话，没有用上。"))
        elif asked.options:
            self.tell(at, words, _("不知道是什么，没有用上。"), is_sure=False)
        elif parts := _plain_scale(words):
            asked.options += parts
        else:
            asked.notes.append(words)

    def section(self, at: int, words: str) -> None:
        self.close()
        told = hints.hints_of(words)
        self.kind = hints.hints_of(f"（{words}）").kind if len(words) <= 12 else ""
        self.found.sections.append({"title": told.label[:TITLE], "questions": []})
        self.tell(at, words, _("一个部分。"))

    def outside(self, at: int, words: str) -> None:
        """A line before any question of its section: the title, an introduction, or a blank."""
        if labels := hints.filled_in(words):
            for label in labels:
                self.question(at, label)
            return self.close()
        if self.found.sections and not self.found.sections[-1]["questions"]:
            section = self.found.sections[-1]
            section["intro"] = "\n".join(filter(None, [section.get("intro", ""), words]))[:INTRO]
        elif self.found.sections:
            self.tell(at, words, _("不知道是什么，没有用上。"), is_sure=False)
        elif (
            not self.found.title and len(words) <= 60 and not re.search(r"[。；!！]$|[:：]$", words)
        ):
            self.found.title = words[:TITLE]
            self.tell(at, words, _("标题。"))
        else:
            self.found.intro = "\n".join(filter(None, [self.found.intro, words]))[:INTRO]
            self.tell(at, words, _("开头的说明。"))
        return None

    def table(self, at: int, table: tables.Table) -> None:
        if table.asks:
            self.close()
            for label in table.asks:
                self.asked = _Asked(at + 1, hints.hints_of(label))
                self.close()
            return
        if self.asked is None or self.asked.options or self.asked.table is not None:
            self.close()
            self.asked = _Asked(at + 1, hints.hints_of(table.corner or _("请评价下列各项")))
        self.asked.table = table

    # --- A question, whole ----------------------------------------------------------------

    def close(self) -> None:
        asked, self.asked = self.asked, None
        if asked is None:
            return
        if self.count >= MOST_QUESTIONS:
            self.tell(asked.line - 1, asked.hints.label, _("题目太多，没有用上。"), is_sure=False)
            return
        self.count += 1
        question, is_sure = _question(asked, f"q{self.count}")
        if not self.found.sections:
            self.found.sections.append({"title": "", "questions": []})
        self.found.sections[-1]["questions"].append(question)
        what = _(
            "第 %(number)d 题，%(kind)s。", number=self.count, kind=kind_name(question["type"])
        )
        self.tell(asked.line - 1, question["label"], what, is_sure)
        for remark in asked.hints.left_out:
            what = _("跳转没有带过来，请在“什么时候问”里写。")
            self.tell(asked.line - 1, remark, what, is_sure=False)

    def tell(self, at: int, words: str, what: str, is_sure: bool = True) -> None:
        self.found.told.append(Told(at + 1, words[:60], what, is_sure))


def _is_blank(words: str) -> bool:
    """Whether a line is but a place to write in."""
    return bool(words) and (bool(hints.BLANK.fullmatch(words)) or set(words) <= set("_＿ 　.…"))


def _question(asked: _Asked, key: str) -> tuple[dict[str, Any], bool]:
    """The question, and whether its kind is sure."""
    told = asked.hints
    options, rows = _parted(asked)
    label = hints.without_blanks(told.label)[:LABEL] or _("没有写题目")
    question: dict[str, Any] = {"key": key, "type": "", "label": label}
    if asked.notes:
        question["hint"] = " ".join(asked.notes)[:LABEL]
    if told.is_required:
        question["required"] = True
    digits = _as_scale(options)
    if rows and (len(options) > 1 or told.kind == "matrix"):
        return {
            **question,
            "type": "matrix",
            "rows": _listed(rows, MOST_ROWS),
            "options": _listed(options or _five(), MOST_OPTIONS),
        }, bool(options)
    options = options or rows
    if digits:
        return {**question, "type": "rating", "min": digits[0], "max": digits[1]}, True
    if told.scale and not options:
        return {**question, **_scaled(told.scale)}, True
    if options and not (len(options) == 1 and told.kind == "text"):
        return _choice(question, told, options)
    kind, more, is_sure = hints.written_kind(
        told.label + ("____" if asked.blanks else ""), told.kind
    )
    return {**question, "type": kind, **more}, is_sure or asked.blanks


def _parted(asked: _Asked) -> tuple[list[str], list[str]]:
    """Options and rows; where a scale is named, what was numbered below the question are rows."""
    if asked.table is not None:
        return asked.table.columns, asked.table.rows
    if asked.hints.choices:
        return asked.hints.choices, asked.rows or asked.options
    return asked.options, asked.rows


def _choice(
    question: dict[str, Any], told: Hints, options: list[str]
) -> tuple[dict[str, Any], bool]:
    kind = told.kind if told.kind in ("single", "multiple") else ""
    if told.kind == "ranking":
        kind = "ranking" if "ranking" in KINDS else "multiple"
    is_sure = bool(kind)
    kind = kind or "single"
    made = _listed(options, MOST_OPTIONS)
    if "other" in _flags(kind):
        for one, words in zip(made, options, strict=False):
            if _OTHER.search(words) or _OTHERS.fullmatch(words):
                one["other"] = True
                break
    if "exclusive" in _flags(kind):
        for one in made:
            if _ALONE.search(one["label"]):
                one["exclusive"] = True
    question |= {"type": kind, "options": made}
    if told.most and kind == "multiple" and told.most < len(made):
        question["max_choices"] = told.most
    return question, is_sure or kind == "single"


def _flags(kind: str) -> frozenset[str]:
    found: frozenset[str] = getattr(KINDS[kind], "option_keys", frozenset())
    return found


def _listed(words: Sequence[str], most: int) -> list[dict[str, Any]]:
    cleaned = [hints.without_blanks(_without_jump(one))[:LABEL] for one in words[:most]]
    return [{**one} for one in listed(one or "?" for one in cleaned)]


def _without_jump(words: str) -> str:
    return _JUMP.sub("", words).strip() or words


def _five() -> list[str]:
    return [str(one) for one in (_("很满意"), _("满意"), _("一般"), _("不满意"), _("很不满意"))]


def _as_scale(options: Sequence[str]) -> tuple[int, int] | None:
    """The ends of options that are whole numbers in a row."""
    numbers = [int(found[1]) for found in map(_POINT.fullmatch, options) if found]
    if len(numbers) != len(options) or not 3 <= len(numbers) <= 11:
        return None
    low, high = min(numbers), max(numbers)
    return (low, high) if sorted(numbers) == list(range(low, high + 1)) else None


def _scaled(scale: tuple[int, int]) -> dict[str, Any]:
    low, high = min(scale), max(scale)
    kind = "rating" if 1 <= high - low <= 10 else "number"
    return {"type": kind, "min": low, "max": high}


def _plain_scale(words: str) -> list[str]:
    """Options that stand in a line without marks: short words apart by blanks or strokes."""
    parts = [one for one in re.split(r"[\s　/／|｜、]+", words) if one]
    if (
        2 <= len(parts) <= 8
        and all(len(one) <= 8 for one in parts)
        and not re.search(r"[。，；：:？?]", words)
    ):
        return parts
    return []


def _question_level(lines: Sequence[str]) -> str | None:
    """The kind of number with which questions begin; None where they have none."""
    found: dict[str, list[int]] = {}
    for at, line in enumerate(lines):
        mark = marks.mark(line)
        if mark is not None:
            found.setdefault(mark.level, []).append(at)
    if "asked" in found:
        return "asked"
    for wide in ("han", "han_round"):
        if wide in found and _ask_themselves(lines, found[wide]):
            return wide
    return next(
        (one for one in marks.QUESTION_LEVELS if one in found and one not in ("circled",)), None
    )


def _ask_themselves(lines: Sequence[str], places: Sequence[int]) -> bool:
    """Whether most lines of a level ask something, rather than head what follows."""
    asking = 0
    for at in places:
        following = next((one for one in lines[at + 1 : at + 3] if one), "")
        before, options = marks.options_in(following)
        has_options = (
            bool(options)
            and not before
            and bool(marks.letter_of(following) or following[0] in marks.BOXES)
        )
        asking += bool(_ASKS.search(lines[at])) or has_options
    return asking * 2 > len(places)
