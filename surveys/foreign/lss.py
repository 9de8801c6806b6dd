"""LimeSurvey's .lss: rows of its tables; older versions keep a row for each language, newer ones
keep texts apart (`…_l10ns`)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from core.i18n import _

from ..definition import Definition, Fault
from ..kinds.upload import MOST_FILES
from .drafts import OTHER, Draft
from .expressions import Term, Untranslatable, translated
from .rows import Row, tables

Thing = dict[str, Any]
_YES_NO = (("Y", {"zh": "是", "en": "Yes"}), ("N", {"zh": "否", "en": "No"}))
_SEXES = (("F", {"zh": "女", "en": "Female"}), ("M", {"zh": "男", "en": "Male"}))
_SAME = (
    ("I", {"zh": "增加", "en": "Increase"}),
    ("S", {"zh": "不变", "en": "Same"}),
    ("D", {"zh": "减少", "en": "Decrease"}),
)
_UNSURE = (*_YES_NO, ("U", {"zh": "不确定", "en": "Uncertain"}))
# Which attributes change what people are asked, and have no like here.
_LOST = (
    "array_filter",
    "array_filter_exclude",
    "hidden",
    "choice_title",
    "other_comment_mandatory",
)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def read_lss(name: str, data: bytes) -> tuple[Definition, list[Fault]]:
    """The form, and what did not come along. Raises DefinitionFault, FileFault."""
    return _Reader(name, tables(data)).read()


class _Reader(Draft):
    def __init__(self, name: str, found: dict[str, list[Row]]) -> None:
        super().__init__(name)
        self.tables = found
        self.survey: Row = next(iter(found.get("surveys", [])), {})
        self.own_language = _code(self.survey.get("language", "zh"))
        self.questions = _once(found.get("questions", []), "qid")
        self.parts = _once(found.get("subquestions", []), "qid")
        self.kinds: dict[str, str] = {}  # the type by key
        self.ids = {row["qid"]: row.get("title", "") for row in self.questions if "qid" in row}
        self.attributes: dict[str, Row] = {}
        for row in found.get("question_attributes", []):
            of = self.attributes.setdefault(row.get("qid", ""), {})
            of.setdefault(row.get("attribute", ""), row.get("value", ""))

    def read(self) -> tuple[Definition, list[Fault]]:
        whole = _("整份问卷")
        for row in self.questions:
            name = row.get("title", "")
            key = self.key(name, _("题目“%(name)s”", name=name))
            self.kinds[key] = row.get("type", "")
        said = self.tables.get("surveys_languagesettings", [])
        for ours, theirs, limit in (
            ("title", "surveyls_title", 120),
            ("intro", "surveyls_description", 2000),
        ):
            if words := self.texts(said, theirs, whole, limit, "surveyls_language"):
                self.document[ours] = words
        if self.survey.get("anonymized") == "N":
            self.document["anonymity"] = "named"
        if self.survey.get("format") == "G":
            self.document["pages"] = True
        if self.survey.get("format") == "S":
            self.tell(whole, _("原来一页一题，在这里一页一部分。"))
            self.document["pages"] = True
        for row in self.of("quota") + self.of("assessments"):
            self.tell(whole, _("“%(name)s”没有带过来。", name=row.get("name", "quota")))
        for group in sorted(_once(self.of("groups"), "gid"), key=_by("group_order")):
            self.group(group)
        return self.finished()

    def of(self, name: str) -> list[Row]:
        return self.tables.get(name, [])

    def group(self, group: Row) -> None:
        gid = group.get("gid", "")
        rows = [row for row in self.of("groups") if row.get("gid") == gid]
        apart = [row for row in self.of("group_l10ns") if row.get("gid") == gid]
        place = _("部分“%(name)s”", name=group.get("group_name", gid))
        section: Thing = {"questions": []}
        if title := self.texts(apart or rows, "group_name", place, 120):
            section["title"] = title
        if intro := self.texts(apart or rows, "description", place, 2000):
            section["intro"] = intro
        self.rule(group.get("grelevance", ""), section, "relevant", place)
        self.sections.append(section)
        own = [row for row in self.questions if row.get("gid") == gid]
        for row in sorted(own, key=_by("question_order")):
            section["questions"] += self.question(row)

    # --- Questions --------------------------------------------------------------------------

    def question(self, row: Row) -> list[Thing]:
        name, kind = row.get("title", ""), row.get("type", "")
        key = self.keys[name]
        place = self.places[key]
        make = _MAKERS.get(kind)
        if make is None:
            self.tell(place, _("“%(kind)s”这种题还不能问，没有带过来。", kind=kind))
            return []
        attributes = self.attributes.get(row.get("qid", ""), {})
        rows = [one for one in self.of("questions") if one.get("qid") == row.get("qid")]
        apart = [one for one in self.of("question_l10ns") if one.get("qid") == row.get("qid")]
        label = self.texts(apart or rows, "question", place, 2000 if kind == "X" else 400) or name
        made = make(self, row, attributes, key, place)
        for question in made:
            question.setdefault("key", key)
            question.setdefault("label", label)
            self.rule(row.get("relevance", ""), question, "relevant", place)
            if question["type"] not in ("note", "calculated"):
                if hint := self.texts(apart or rows, "help", place):
                    question["hint"] = hint
                if row.get("mandatory") == "Y":
                    question["required"] = True
                self.checked(row, attributes, question, place)
        for lost in _LOST:
            if attributes.get(lost) not in (None, "", "0"):
                self.tell(place, _("“%(name)s”没有带过来。", name=lost))
        return made

    def checked(self, row: Row, attributes: Row, question: Thing, place: str) -> None:
        """What an answer must be."""
        pattern = row.get("preg", "")
        if pattern and question["type"] in ("short", "long"):
            question["pattern"] = re.sub(r"^/\^?|\$?/[a-z]*$", "", pattern)
        if question["type"] != "matrix" and attributes.get("em_validation_q"):
            self.rule(attributes["em_validation_q"], question, "constraint", place, own=True)
            if "constraint" in question and (said := attributes.get("em_validation_q_tip")):
                question["constraint_message"] = self.words(said, place, is_html=True)

    def single(self, row: Row, attributes: Row, key: str, place: str) -> list[Thing]:
        if row.get("type") == "O":
            self.tell(place, _("选项旁的说明框没有带过来。"))
        options = self.answers(row, key, place) + self.other(row, attributes, place)
        return [{"type": "single", "options": options, **_order(attributes)}]

    def multiple(self, row: Row, attributes: Row, key: str, place: str) -> list[Thing]:
        if row.get("type") == "P":
            self.tell(place, _("选项旁的说明框没有带过来。"))
        alone = set(attributes.get("exclude_all_others", "").split(";"))
        options = [
            {
                "key": self.option(key, part.get("title", "")),
                "label": self.label_of(part, place),
                **({"exclusive": True} if part.get("title") in alone else {}),
            }
            for part in self.parts_of(row)
        ]
        options += self.other(row, attributes, place)
        limits = _limits(attributes, len(options))
        return [{"type": "multiple", "options": options, **limits, **_order(attributes)}]

    def ranking(self, row: Row, attributes: Row, key: str, place: str) -> list[Thing]:
        options = self.answers(row, key, place)
        limits = _limits(attributes, len(options))
        return [{"type": "ranking", "options": options, **limits, **_order(attributes)}]

    def matrix(self, row: Row, attributes: Row, key: str, place: str) -> list[Thing]:
        fixed = _FIXED.get(row.get("type", ""))
        options = self.fixed(fixed, key) if fixed else self.answers(row, key, place)
        rows = [
            {
                "key": self.option(f"{key} rows", part.get("title", "")),
                "label": self.label_of(part, place),
            }
            for part in self.parts_of(row)
        ]
        return [{"type": "matrix", "options": options, "rows": rows, **_order(attributes)}]

    def chosen(self, row: Row, _attributes: Row, key: str, _place: str) -> list[Thing]:
        return [{"type": "single", "options": self.fixed(_FIXED[row["type"]], key)}]

    def five(self, _row: Row, _attributes: Row, _key: str, _place: str) -> list[Thing]:
        return [{"type": "rating", "min": 1, "max": 5}]

    def number(self, _row: Row, attributes: Row, _key: str, _place: str) -> list[Thing]:
        found: Thing = {"type": "number"}
        for ours, theirs in (("min", "min_num_value_n"), ("max", "max_num_value_n")):
            if _NUMBER.fullmatch(value := attributes.get(theirs, "")):
                found[ours] = float(value) if "." in value else int(value)
        if attributes.get("num_value_int_only") != "1":
            found["decimals"] = 4
        return [found]

    def short(self, _row: Row, attributes: Row, _key: str, _place: str) -> list[Thing]:
        return [{"type": "short", **_length(attributes, 200)}]

    def long(self, _row: Row, attributes: Row, _key: str, _place: str) -> list[Thing]:
        return [{"type": "long", **_length(attributes, 5000)}]

    def day(self, _row: Row, attributes: Row, _key: str, place: str) -> list[Thing]:
        form = attributes.get("date_format", "").lower()
        if "h" in form and "d" not in form and "y" not in form:
            return [{"type": "time"}]
        if "h" in form:
            self.tell(place, _("日期里的钟点没有带过来。"))
        return [{"type": "date"}]

    def several(self, row: Row, attributes: Row, _key: str, place: str) -> list[Thing]:
        """Boxes under each other become questions of their own."""
        make = self.number if row.get("type") == "K" else self.short
        found = []
        for part in self.parts_of(row):
            name = f"{row.get('title')}_{part.get('title')}"
            one = make(part, attributes, "", place)[0]
            found.append({"key": self.key(name, place), **one, "label": self.label_of(part, place)})
        return found

    def file(self, _row: Row, _attributes: Row, _key: str, _place: str) -> list[Thing]:
        return [{"type": "file", "max_files": MOST_FILES}]

    def note(self, *_given: Any) -> list[Thing]:
        return [{"type": "note"}]

    def calculated(self, row: Row, attributes: Row, _key: str, place: str) -> list[Thing]:
        made: Thing = {"type": "calculated"}
        equation = attributes.get("equation") or row.get("question", "")
        self.rule(equation.strip().removeprefix("{").removesuffix("}"), made, "calculation", place)
        return [made] if "calculation" in made else []

    # --- Pieces -----------------------------------------------------------------------------

    def parts_of(self, row: Row) -> list[Row]:
        own = [one for one in self.parts if one.get("parent_qid") == row.get("qid")]
        return sorted(own, key=_by("question_order"))

    def label_of(self, part: Row, place: str) -> Any:
        qid = part.get("qid")
        apart = [one for one in self.of("question_l10ns") if one.get("qid") == qid]
        rows = [one for one in self.of("subquestions") if one.get("qid") == qid]
        return self.texts(apart or rows, "question", place) or part.get("title", "-")

    def answers(self, row: Row, key: str, place: str) -> list[Thing]:
        own = [one for one in self.of("answers") if one.get("qid") == row.get("qid")]
        found: dict[str, Thing] = {}
        for one in sorted(own, key=_by("sortorder")):
            code = one.get("code", "")
            apart = [
                each for each in self.of("answer_l10ns") if each.get("aid", "-") == one.get("aid")
            ]
            same = [each for each in own if each.get("code") == code]
            label = self.texts(apart or same, "answer", place) or code
            ours = self.option(key, code)
            found.setdefault(ours, {"key": ours, "label": label})
        return list(found.values())

    def fixed(self, options: tuple[tuple[str, Any], ...], key: str) -> list[Thing]:
        return [{"key": self.option(key, code), "label": label} for code, label in options]

    def other(self, row: Row, attributes: Row, place: str) -> list[Thing]:
        if row.get("other") != "Y":
            return []
        label = self.words(attributes.get("other_replace_text", ""), place, is_html=True)
        return [{**OTHER, "label": label or OTHER["label"]}]

    def texts(
        self, rows: list[Row], name: str, place: str, limit: int = 400, language: str = "language"
    ) -> Any:
        """A column of some rows by language; a string where there is but the form's own Chinese."""
        found = {
            _code(row.get(language) or self.own_language): row[name]
            for row in rows
            if row.get(name)
        }
        said = self.words(found, place, limit, is_html=True)
        return said.get("zh", "") if set(said) <= {"zh"} else said

    def rule(self, rule: str, into: Thing, ours: str, place: str, *, own: bool = False) -> None:
        """A condition in our words, or a word on its loss; "1" is always true."""
        plain = rule.strip().removeprefix("{").removesuffix("}").strip()
        if plain in ("", "1"):
            return
        try:
            into[ours] = translated(plain, self.term if not own else self._own_or_term)
        except Untranslatable as fault:
            sentence = _(
                "规则“%(rule)s”没有带过来：看不懂“%(part)s”。", rule=plain[:80], part=fault
            )
            self.tell(place, sentence)

    def _own_or_term(self, name: str) -> Term:
        return Term(".", "ref") if name in ("self", "this", "self.NAOK") else self.term(name)

    def term(self, name: str) -> Term:
        """What a name stands for: Q1, Q1.NAOK, Q1_SQ1, or the older 12X3X45SQ1."""
        plain = re.sub(r"\.(NAOK|value|code|shown)$", "", name, flags=re.IGNORECASE)
        if numbered := re.fullmatch(r"\d+X\d+X(\d+)(.*)", plain):
            qid = next((q for q in self.ids if numbered[1] == q), "")
            plain = self.ids.get(qid, "") + (f"_{numbered[2]}" if numbered[2] else "")
        if plain in self.keys:
            key = self.keys[plain]
            kind = self.kinds.get(key, "N")
            if kind not in _MAKERS or kind in "X":
                raise Untranslatable(name)
            return Term(
                f"${{{key}}}", "several" if kind in "MP" else "ref", self.options.get(key, {})
            )
        whole, _dash, part = plain.partition("_")
        key = self.keys.get(whole, "")
        if key and self.kinds.get(key) in ("M", "P"):
            return Term(f"selected(${{{key}}}, '{self.option(key, part)}')", "part")
        if key and self.kinds.get(key) in _MATRICES:
            row = self.option(f"{key} rows", part)
            return Term(f"${{{key}.{row}}}", "ref", self.options.get(key, {}))
        raise Untranslatable(name)


def _code(language: str) -> str:
    plain = language.strip().lower().replace("_", "-") or "zh"
    return "zh" if plain in ("zh-hans", "zh-cn") else plain


def _once(rows: list[Row], name: str) -> list[Row]:
    """The first row of each thing: older versions repeat it for every language."""
    found: dict[str, Row] = {}
    for row in rows:
        found.setdefault(row.get(name, ""), row)
    return list(found.values())


def _by(name: str) -> Callable[[Row], int]:
    return lambda row: int(row[name]) if row.get(name, "").isdecimal() else 0


def _limits(attributes: Row, count: int) -> Thing:
    found = {}
    for ours, theirs in (("min_choices", "min_answers"), ("max_choices", "max_answers")):
        value = attributes.get(theirs, "")
        if value.isdecimal() and 1 <= int(value[:6]) <= count:
            found[ours] = int(value)
    return found


def _length(attributes: Row, most: int) -> Thing:
    value = attributes.get("maximum_chars", "")
    return {"max_length": min(int(value[:6]), most)} if value.isdecimal() and int(value[:6]) else {}


def _order(attributes: Row) -> Thing:
    is_random = "1" in (attributes.get("random_order"), attributes.get("random_group"))
    is_random = is_random or "random" in (
        attributes.get("answer_order"),
        attributes.get("subquestion_order"),
    )
    return {"shuffle": True} if is_random else {}


def _points(most: int) -> tuple[tuple[str, str], ...]:
    return tuple((str(one), str(one)) for one in range(1, most + 1))


_FIXED: dict[str, tuple[tuple[str, Any], ...]] = {
    **{"Y": _YES_NO, "G": _SEXES, "C": _UNSURE, "E": _SAME},
    **{"A": _points(5), "B": _points(10)},
}
_MATRICES = ("F", "A", "B", "C", "E")
_MAKERS: dict[str, Callable[..., list[Thing]]] = {
    **dict.fromkeys(("L", "!", "O"), _Reader.single),
    **dict.fromkeys(("M", "P"), _Reader.multiple),
    **dict.fromkeys(_MATRICES, _Reader.matrix),
    **dict.fromkeys(("Y", "G"), _Reader.chosen),
    **dict.fromkeys(("Q", "K"), _Reader.several),
    **dict.fromkeys(("T", "U"), _Reader.long),
    **{"S": _Reader.short, "N": _Reader.number, "D": _Reader.day, "R": _Reader.ranking},
    **{"5": _Reader.five, "X": _Reader.note, "*": _Reader.calculated, "|": _Reader.file},
}
