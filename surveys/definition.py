"""What a survey asks: our own JSON, read into something typed, every fault named by its place.

A document is an object {slug, title, intro, anonymity, audience, days | opens_on, closes_on,
minutes, results_when, publish_words, sections}; demo/content/surveys holds three. Texts are a string or
{"zh": …, "en": …}. Reading cleans the texts and keeps all else, the order of keys included: an
exported document is the imported one.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeGuard

from accounts.roles import ROLES
from core import text
from core.i18n import _

from .logic import ExpressionFault
from .logic import parse as parse_rule
from .rules import faults_of

Texts = str | dict[str, str]

ANONYMITY = ("named", "anonymous")
RESULTS_WHEN = ("closed", "always")
TYPES = (
    *("single", "multiple", "matrix", "short", "long", "number", "date", "rating"),
    *("note", "calculated"),
)
CHOICES = frozenset({"single", "multiple", "matrix"})
EVERYONE = "everyone"
RESERVED_SLUGS = frozenset({"manage", "new"})

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
QUESTION_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,31}")
OPTION_KEY = re.compile(r"[\w.+-]{1,32}")
LANGUAGE = re.compile(r"[a-z]{1,3}(-[a-z0-9]{2,8})*")

MAX_SECTIONS, MAX_QUESTIONS, MAX_OPTIONS, MAX_ROWS = 200, 600, 500, 60
MAX_CHARACTERS = 1_000_000
LABEL_LIMIT, TITLE_LIMIT, INTRO_LIMIT = 400, 120, 2_000
SHORT_LIMIT, LONG_LIMIT = 200, 5_000
NUMBER_LIMIT = 1e12

# Which keys an object may have; a slip of the pen in a key must not pass unseen.
_SURVEY_KEYS = frozenset(
    {"slug", "title", "intro", "anonymity", "audience", "days", "opens_on", "closes_on"}
    | {"minutes", "results_when", "publish_words", "sections", "xlsform"}
)
_SECTION_KEYS = frozenset({"title", "intro", "relevant", "questions"})
_SAID = frozenset({"key", "type", "label", "relevant", "xlsform"})
_COMMON = _SAID | {"hint", "required"}
_CHECKED = _COMMON | {"constraint", "constraint_message"}
_QUESTION_KEYS = {
    "single": _CHECKED | {"options"},
    "multiple": _CHECKED | {"options", "max_choices"},
    "matrix": _COMMON | {"options", "rows"},
    "short": _CHECKED | {"max_length"},
    "long": _CHECKED | {"max_length"},
    "number": _CHECKED | {"min", "max", "decimals"},
    "date": _CHECKED | {"min", "max"},
    "rating": _CHECKED | {"min", "max"},
    "note": _SAID | {"hint"},
    "calculated": _SAID | {"calculation", "decimals"},
}
_OPTION_KEYS = {
    "single": frozenset({"key", "label", "other", "xlsform"}),
    "multiple": frozenset({"key", "label", "other", "exclusive", "xlsform"}),
    "matrix": frozenset({"key", "label", "xlsform"}),
}


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a document: where, and what to do, in the reader's language.

    `key` is the question's and `name` the part of it, where it is one; in a workbook the fault has
    a sheet, a row (from 1) and a column ("C").
    """

    place: str
    sentence: str
    key: str = ""
    name: str = ""
    sheet: str = ""
    column: str = ""
    row: int = 0


class DefinitionFault(ValueError):
    """A document that cannot be a survey; `faults` says why, all at once."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.place}: {fault.sentence}" for fault in faults))
        self.faults = faults


@dataclass(frozen=True)
class Option:
    key: str
    label: Texts
    is_other: bool = False
    is_exclusive: bool = False


@dataclass(frozen=True)
class Row:
    key: str
    label: Texts


@dataclass(frozen=True)
class Question:
    """One question. `minimum` and `maximum` are numbers, or dates for a date; None: no bound.

    `relevant`, `constraint` and `calculation` are trees of surveys/logic; None: no such rule. A
    note only says something, and what is calculated is not asked.
    """

    key: str
    type: str
    label: Texts
    hint: Texts = ""
    is_required: bool = False
    options: tuple[Option, ...] = ()
    rows: tuple[Row, ...] = ()
    max_choices: int | None = None
    max_length: int = 0
    decimals: int = 0
    minimum: Any = None
    maximum: Any = None
    relevant: Any = None
    constraint: Any = None
    constraint_message: Texts = ""
    calculation: Any = None

    @property
    def is_answered(self) -> bool:
        """Whether people answer it at all."""
        return self.type not in ("note", "calculated")

    @property
    def takes_words(self) -> bool:
        """Whether people answer it, or a part of it, in words of their own."""
        return self.type in ("short", "long") or any(one.is_other for one in self.options)

    @property
    def scale(self) -> range:
        """The values of a rating, both ends included."""
        return range(int(self.minimum), int(self.maximum) + 1)


@dataclass(frozen=True)
class Section:
    title: Texts
    intro: Texts
    questions: tuple[Question, ...]
    relevant: Any = None


@dataclass(frozen=True)
class Definition:
    """A whole form. `days` are the first and last day relative to the day of import."""

    slug: str
    title: Texts
    intro: Texts
    anonymity: str
    audience: tuple[str, ...]
    minutes: int
    results_when: str
    sections: tuple[Section, ...]
    publishes_words: bool = False
    days: tuple[int, int] | None = None
    opens_on: date | None = None
    closes_on: date | None = None
    document: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for section in self.sections for question in section.questions)

    @property
    def answered(self) -> tuple[Question, ...]:
        """The questions that people answer."""
        return tuple(question for question in self.questions if question.is_answered)

    def question(self, key: str) -> Question | None:
        return next((one for one in self.questions if one.key == key), None)


def parse(source: str) -> Definition:
    """The definition that a JSON text holds. Raises DefinitionFault."""
    whole = _("整份文件")
    if len(source) > MAX_CHARACTERS:
        raise DefinitionFault([Fault(whole, _("文件太大：最多 100 万个字符。"))])
    try:
        document = json.loads(source, object_pairs_hook=_once_each)
    except json.JSONDecodeError as fault:
        place = _("第 %(line)d 行第 %(column)d 列", line=fault.lineno, column=fault.colno)
        raise DefinitionFault([Fault(place, _("这里不合 JSON 的写法。"))]) from fault
    except RecursionError as fault:
        raise DefinitionFault([Fault(whole, _("层次太深，读不了。"))]) from fault
    except _Twice as fault:
        raise DefinitionFault(
            [Fault(whole, _("同一处有两个“%(key)s”，请留下一个。", key=fault.key))]
        ) from fault
    return read(document)


def dump(document: dict[str, Any]) -> str:
    """A document as a file: what `parse` reads back to the same."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def read(document: Any) -> Definition:
    """The definition that a document holds. Raises DefinitionFault with every fault found."""
    reader = _Reader()
    definition = reader.survey(document)
    if not reader.faults and definition is not None:
        reader.faults = [Fault(*one) for one in faults_of(definition)]
    if reader.faults or definition is None:
        raise DefinitionFault(reader.faults)
    return definition


def changes(old: Definition, new: Definition) -> list[Fault]:
    """Why the new form cannot follow the old one once answers may have been given."""
    faults = []
    if new.anonymity != old.anonymity:
        faults.append(Fault("anonymity", _("发布以后，实名还是匿名不能再改。")))
    if new.publishes_words and not old.publishes_words:
        faults.append(Fault("publish_words", _("发布以后不能再改成公布文字：先填的人没有被告知。")))
    for question in new.questions:
        before = old.question(question.key)
        if before is not None and before.type != question.type:
            faults.append(
                Fault(
                    question.key,
                    _("题型变了，已有的回答就对不上了：请给新题换一个 key。"),
                )
            )
    return faults


class _Twice(ValueError):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Twice(key[:40])
        found[key] = value
    return found


class _Reader:
    """Reads a document and remembers every fault on the way."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.key = ""  # of the question that is read just now

    def fault(self, place: str, sentence: str, name: str = "") -> None:
        self.faults.append(Fault(place, sentence, self.key, name))

    # --- The survey ------------------------------------------------------------------------

    def survey(self, given: Any) -> Definition | None:
        whole = _("整份问卷")
        if not isinstance(given, dict):
            self.fault(whole, _("最外层应是一个 JSON 对象。"))
            return None
        document = dict(given)
        self.known(document, _SURVEY_KEYS, whole)
        slug = self.matching(document, "slug", SLUG, whole)
        if slug in RESERVED_SLUGS:
            self.fault("slug", _("“%(slug)s”另有用处，请换一个。", slug=slug))
        anonymity = self.among(document, "anonymity", ANONYMITY, whole)
        return Definition(
            slug=slug,
            title=self.texts(document, "title", whole, TITLE_LIMIT),
            intro=self.texts(document, "intro", whole, INTRO_LIMIT, optional=True, lines=True),
            anonymity=anonymity,
            audience=self.audience(document.get("audience")),
            minutes=self.whole_number(document, "minutes", 1, 180, whole) or 1,
            results_when=self.among(document, "results_when", RESULTS_WHEN, whole, "closed"),
            sections=self.sections(document),
            publishes_words=self.yes(document, "publish_words", whole),
            **self.period(document),
            document=self.foreign(document, whole),
        )

    def foreign(self, given: dict[str, Any], place: str) -> dict[str, Any]:
        """What another program says of a thing is kept as it came, as long as it is words."""
        kept = given.get("xlsform", {})
        if not isinstance(kept, dict) or not all(isinstance(one, str) for one in kept.values()):
            self.fault(place, _("xlsform 里应是文字。"))
        return given

    def audience(self, given: Any) -> tuple[str, ...]:
        allowed = {EVERYONE, *ROLES}
        if (
            not isinstance(given, list)
            or not given
            or not all(isinstance(one, str) and one in allowed for one in given)
        ):
            names = _("、").join(sorted(allowed))
            self.fault("audience", _("请列出答卷的人，可以用：%(names)s。", names=names))
            return ()
        return tuple(dict.fromkeys(given))

    def period(self, document: dict[str, Any]) -> dict[str, Any]:
        days = document.get("days")
        found: dict[str, Any] = {"opens_on": None, "closes_on": None, "days": None}
        if days is not None:
            good = isinstance(days, list) and len(days) == 2 and all(_is_whole(d) for d in days)
            if not good or not -3660 <= days[0] <= days[1] <= 3660:
                self.fault("days", _("应是两个整数：从导入那天起第几天开始、第几天结束。"))
            else:
                found["days"] = (days[0], days[1])
            if "opens_on" in document or "closes_on" in document:
                self.fault("days", _("days 和 opens_on、closes_on 只能用一种。"))
        for name in ("opens_on", "closes_on"):
            if document.get(name) is not None:
                found[name] = _day(document[name])
                if found[name] is None:
                    self.fault(name, _("日期请写成 2026-05-20 这样。"))
        if found["opens_on"] and found["closes_on"] and found["opens_on"] > found["closes_on"]:
            self.fault("closes_on", _("截止日不能早于开始日。"))
        return found

    def sections(self, document: dict[str, Any]) -> tuple[Section, ...]:
        whole = _("整份问卷")
        given = self.items(document, "sections", whole, MAX_SECTIONS)
        seen: set[str] = set()
        found, number = [], 0
        cleaned = document["sections"] = []
        for index, each in enumerate(given, 1):
            place = _("第 %(number)d 部分", number=index)
            if not isinstance(each, dict):
                self.fault(place, _("应是一个 JSON 对象。"))
                continue
            section = dict(each)
            cleaned.append(section)
            self.known(section, _SECTION_KEYS, place)
            title = self.texts(section, "title", place, TITLE_LIMIT, optional=True)
            intro = self.texts(section, "intro", place, INTRO_LIMIT, optional=True, lines=True)
            questions = []
            asked = self.items(section, "questions", place, MAX_QUESTIONS)
            section["questions"] = []
            for one in asked:
                number += 1
                question = self.question(one, place, number, seen, section["questions"])
                if question is not None:
                    questions.append(question)
            self.key = ""
            self.foreign(section, place)
            relevant = self.expression(section, "relevant", place)
            found.append(Section(title, intro, tuple(questions), relevant))
        if number > MAX_QUESTIONS:
            self.fault(whole, _("最多 %(limit)d 题。", limit=MAX_QUESTIONS))
        return tuple(found)

    # --- A question ------------------------------------------------------------------------

    def question(
        self, given: Any, section: str, number: int, seen: set[str], into: list[Any]
    ) -> Question | None:
        place = _("%(section)s第 %(number)d 题", section=section, number=number)
        if not isinstance(given, dict):
            self.fault(place, _("应是一个 JSON 对象。"))
            return None
        asked = dict(given)
        into.append(asked)
        self.key = asked["key"] if isinstance(asked.get("key"), str) else ""
        key = self.matching(asked, "key", QUESTION_KEY, place)
        place = _("%(place)s（%(key)s）", place=place, key=key) if key else place
        if key in seen:
            self.fault(place, _("这个 key 前面已经用过。"))
        seen.add(key)
        kind = self.among(asked, "type", TYPES, place)
        if kind not in TYPES:
            return None
        self.known(asked, _QUESTION_KEYS[kind], place)
        self.foreign(asked, place)
        required = self.yes(asked, "required", place)
        options = self.options(asked, kind, place) if kind in CHOICES else ()
        low, high = self.bounds(asked, kind, place)
        return Question(
            key=key,
            type=kind,
            label=self.texts(asked, "label", place, INTRO_LIMIT if kind == "note" else LABEL_LIMIT),
            hint=self.texts(asked, "hint", place, LABEL_LIMIT, optional=True),
            is_required=required,
            options=options,
            rows=self.rows(asked, place) if kind == "matrix" else (),
            max_choices=self.whole_number(
                asked, "max_choices", 1, max(1, len(options)), place, optional=True
            ),
            max_length=self.length(asked, kind, place),
            decimals=self.whole_number(asked, "decimals", 0, 4, place, optional=True) or 0,
            minimum=low,
            maximum=high,
            relevant=self.expression(asked, "relevant", place),
            constraint=self.expression(asked, "constraint", place),
            constraint_message=self.texts(
                asked, "constraint_message", place, LABEL_LIMIT, optional=True
            ),
            calculation=self.expression(asked, "calculation", place, needed=kind == "calculated"),
        )

    def expression(
        self, given: dict[str, Any], name: str, place: str, *, needed: bool = False
    ) -> Any:
        """The tree of a rule; None where there is none."""
        value = given.get(name)
        if value is None and not needed:
            return None
        try:
            if not isinstance(value, str):
                raise ExpressionFault(1, _("应是文字。"))
            return parse_rule(value)
        except ExpressionFault as fault:
            where = _("%(name)s 第 %(at)d 个字符", name=name, at=fault.at)
            self.fault(place, _("%(name)s：%(why)s", name=where, why=fault.sentence), name)
            return None

    def options(self, asked: dict[str, Any], kind: str, place: str) -> tuple[Option, ...]:
        found, seen = [], set()
        cleaned: list[Any] = []
        for one in self.items(asked, "options", place, MAX_OPTIONS):
            if not isinstance(one, dict):
                self.fault(place, _("每个选项应是一个 JSON 对象。"))
                continue
            option = dict(one)
            cleaned.append(option)
            self.known(option, _OPTION_KEYS[kind], place)
            self.foreign(option, place)
            key = self.matching(option, "key", OPTION_KEY, place)
            if key in seen:
                self.fault(place, _("两个选项的 key 都是“%(key)s”。", key=key))
            seen.add(key)
            for flag in ("other", "exclusive"):
                if not isinstance(option.get(flag, False), bool):
                    self.fault(place, _("%(name)s 应是 true 或 false。", name=flag))
            found.append(
                Option(
                    key,
                    self.texts(option, "label", place, LABEL_LIMIT),
                    option.get("other") is True,
                    option.get("exclusive") is True,
                )
            )
        if sum(option.is_other for option in found) > 1:
            self.fault(place, _("只能有一个选项带文字框（other）。"))
        asked["options"] = cleaned
        return tuple(found)

    def rows(self, asked: dict[str, Any], place: str) -> tuple[Row, ...]:
        found, seen = [], set()
        cleaned: list[Any] = []
        for one in self.items(asked, "rows", place, MAX_ROWS):
            if not isinstance(one, dict):
                self.fault(place, _("每一行应是一个 JSON 对象。"))
                continue
            row = dict(one)
            cleaned.append(row)
            self.known(row, frozenset({"key", "label"}), place)
            key = self.matching(row, "key", OPTION_KEY, place)
            if key in seen:
                self.fault(place, _("两行的 key 都是“%(key)s”。", key=key))
            seen.add(key)
            found.append(Row(key, self.texts(row, "label", place, LABEL_LIMIT)))
        asked["rows"] = cleaned
        return tuple(found)

    def bounds(self, asked: dict[str, Any], kind: str, place: str) -> tuple[Any, Any]:
        if kind not in ("number", "rating", "date"):
            return None, None
        default = (0, 10) if kind == "rating" else (None, None)
        low, high = asked.get("min", default[0]), asked.get("max", default[1])
        if kind == "date":
            low, high = _day(low), _day(high)
            if (low is None) != (asked.get("min") is None) or (high is None) != (
                asked.get("max") is None
            ):
                self.fault(place, _("日期请写成 2026-05-20 这样。"))
        elif not all(one is None or _is_number(one) for one in (low, high)):
            self.fault(place, _("min 和 max 应是数字。"))
            return default
        if low is not None and high is not None and low > high:
            self.fault(place, _("min 不能大于 max。"))
        if kind == "rating" and not (_is_whole(low) and _is_whole(high) and 1 <= high - low <= 10):
            self.fault(place, _("评分用整数，最多十一级，例如 0 到 10。"))
            return 0, 10
        return low, high

    def length(self, asked: dict[str, Any], kind: str, place: str) -> int:
        if kind not in ("short", "long"):
            return 0
        limit = SHORT_LIMIT if kind == "short" else LONG_LIMIT
        return self.whole_number(asked, "max_length", 1, limit, place, optional=True) or limit

    # --- Small things ----------------------------------------------------------------------

    def known(self, given: dict[str, Any], allowed: frozenset[str], place: str) -> None:
        for key in given:
            if key not in allowed:
                self.fault(place, _("不认识“%(key)s”：是不是写错了？", key=key[:40]))

    def matching(self, given: dict[str, Any], name: str, form: re.Pattern[str], place: str) -> str:
        value = given.get(name)
        if isinstance(value, str) and form.fullmatch(value):
            return value
        allowed = (
            _("小写字母、数字和连字符") if form is SLUG else _("字母、数字和下划线，32 个以内")
        )
        self.fault(place, _("缺少 %(name)s，或者写法不对：%(form)s。", name=name, form=allowed))
        return ""

    def among(
        self,
        given: dict[str, Any],
        name: str,
        allowed: tuple[str, ...],
        place: str,
        default: str | None = None,
    ) -> str:
        value = given.get(name, default)
        if isinstance(value, str) and value in allowed:
            return value
        self.fault(
            place, _("%(name)s 只能是：%(allowed)s。", name=name, allowed=_("、").join(allowed))
        )
        return allowed[0] if name != "type" else ""

    def yes(self, given: dict[str, Any], name: str, place: str) -> bool:
        value = given.get(name, False)
        if not isinstance(value, bool):
            self.fault(place, _("%(name)s 应是 true 或 false。", name=name))
        return bool(value)

    def whole_number(
        self,
        given: dict[str, Any],
        name: str,
        low: int,
        high: int,
        place: str,
        *,
        optional: bool = False,
    ) -> int | None:
        value = given.get(name)
        if value is None and optional:
            return None
        if not _is_whole(value) or not low <= value <= high:
            self.fault(
                place,
                _("%(name)s 应是 %(low)d 到 %(high)d 的整数。", name=name, low=low, high=high),
            )
            return None
        return int(value)

    def items(
        self, given: dict[str, Any], name: str, place: str, most: int, *, least: int = 1
    ) -> list[Any]:
        value = given.get(name)
        if not isinstance(value, list) or not least <= len(value) <= most:
            self.fault(
                place,
                _("%(name)s 应有 %(least)d 到 %(most)d 项。", name=name, least=least, most=most),
            )
            return value[:most] if isinstance(value, list) else []
        return value

    def texts(
        self,
        given: dict[str, Any],
        name: str,
        place: str,
        limit: int,
        *,
        optional: bool = False,
        lines: bool = False,
    ) -> Texts:
        """A text in one or both languages, cleaned in place."""
        value = given.get(name)
        if value is None:
            if not optional:
                self.fault(place, _("缺少 %(name)s。", name=name))
            return ""
        clean = text.clean_plain if lines else text.clean_line
        try:
            cleaned = {key: clean(one, limit) for key, one in _by_language(value)}
        except (text.TextFault, TypeError) as fault:
            why = str(fault) if isinstance(fault, text.TextFault) else _("应是文字。")
            self.fault(place, _("%(name)s：%(why)s", name=name, why=why))
            return ""
        if not any(cleaned.values()) and not optional:
            self.fault(place, _("缺少 %(name)s。", name=name), name)
        given[name] = cleaned["zh"] if isinstance(value, str) else cleaned
        found: Texts = given[name]
        return found


def _by_language(value: Any) -> Iterator[tuple[str, str]]:
    pairs = {"zh": value} if isinstance(value, str) else value
    if not isinstance(pairs, dict) or not all(
        LANGUAGE.fullmatch(key) and isinstance(one, str) for key, one in pairs.items()
    ):
        raise TypeError
    yield from pairs.items()


def _is_whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> TypeGuard[float]:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and math.isfinite(value)
        and abs(value) <= NUMBER_LIMIT
    )


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
