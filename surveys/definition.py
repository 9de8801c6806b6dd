"""What a survey asks: our own JSON, read into something typed, every fault named by its place.

A document is an object {slug, title, intro, anonymity, audience, units, days | opens_on, closes_on,
minutes, results_when, publish_words, entry, quota, roster, sections}; demo/content/surveys holds three. Texts are a string or
{"zh": …, "en": …}. Reading cleans the texts and keeps all else, the order of keys included: an
exported document is the imported one.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from accounts.roles import ROLES
from accounts.units import KEY
from core.i18n import _

from . import quota
from .kinds import KINDS
from .question import Option, Question, Row, Section, Texts
from .quota import Quota
from .reader import LABEL_LIMIT, MAX_OPTIONS, SLUG, DefinitionFault, Fault, Reader, as_day, is_whole
from .rules import faults_of

__all__ = [
    "MAX_OPTIONS",
    "SLUG",
    "Definition",
    "DefinitionFault",
    "Fault",
    "Option",
    "Question",
    "Row",
    "Section",
    "Texts",
    "changes",
    "dump",
    "parse",
    "read",
]

ANONYMITY = ("named", "confidential", "anonymous")
RESULTS_WHEN = ("closed", "always")
WEEK = "@week"  # the week in which a named response came
SITE_LANGUAGES = frozenset({"zh", "en"})
EVERYONE = "everyone"
# Who may answer: the audience by signing in, whoever has the address, whoever has a code.
ENTRY = ("account", "link", "codes")
RESERVED_SLUGS = frozenset({"exports", "manage", "new", "rights"})
QUESTION_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,31}")

MAX_SECTIONS, MAX_QUESTIONS = 200, 600
MAX_UNITS = 100
MAX_CHARACTERS = 1_000_000
TITLE_LIMIT, INTRO_LIMIT = 120, 2_000

# Which keys an object may have; a slip of the pen in a key must not pass unseen.
SURVEY_KEYS = frozenset(
    {"slug", "title", "intro", "anonymity", "audience", "units", "roster", "entry", "quota"}
    | {"days", "opens_on", "closes_on", "minutes", "results_when", "publish_words", "pages"}
    | {"sections", "xlsform"}
    | {"compare_by", "repeats"}
)
SECTION_KEYS = frozenset({"title", "intro", "relevant", "shuffle", "questions"})


@dataclass(frozen=True)
class Definition:
    """A whole form. `days` are the first and last day relative to the day of import; `compare_by`
    is the question whose options are the groups that results are compared by, or WEEK, or "";
    `repeats` the slug of an earlier survey that this one asks again."""

    slug: str
    title: Texts
    intro: Texts
    anonymity: str
    audience: tuple[str, ...]
    minutes: int
    results_when: str
    sections: tuple[Section, ...]
    publishes_words: bool = False
    has_pages: bool = False
    entry: str = "account"
    units: tuple[str, ...] = ()  # their keys; none: everywhere
    shows_roster: bool = False
    quota: Quota | None = None
    compare_by: str = ""
    repeats: str = ""
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

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which something of the form is written, Chinese and English first; none
        where the site's own switch leads to all of them."""
        texts = [self.title, self.intro]
        for section in self.sections:
            texts += [section.title, section.intro]
        for question in self.questions:
            texts += [question.label, question.hint]
            texts += [one.label for one in question.options]
            texts += [one.label for one in question.rows]
        found = {code for one in texts if isinstance(one, dict) for code in one}
        if found <= SITE_LANGUAGES:
            return ()
        return tuple(
            sorted(found, key=lambda code: (code not in SITE_LANGUAGES, code != "zh", code))
        )

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
        faults.append(Fault("anonymity", _("发布以后，实名、保密还是匿名不能再改。")))
    if new.publishes_words and not old.publishes_words:
        faults.append(Fault("publish_words", _("发布以后不能再改成公布文字：先填的人没有被告知。")))
    if new.shows_roster and not old.shows_roster:
        faults.append(Fault("roster", _("发布以后不能再加上名单：先填的人没有被告知。")))
    if new.entry != old.entry:
        sentence = _("发布以后不能再改凭什么答：会有人答两次，也会有人答不了。")
        faults.append(Fault("entry", sentence))
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


class _Reader(Reader):
    """Reads a whole document."""

    def survey(self, given: Any) -> Definition | None:
        whole = _("整份问卷")
        if not isinstance(given, dict):
            self.fault(whole, _("最外层应是一个 JSON 对象。"))
            return None
        document = dict(given)
        self.known(document, SURVEY_KEYS, whole)
        slug = self.matching(document, "slug", SLUG, whole)
        if slug in RESERVED_SLUGS:
            self.fault("slug", _("“%(slug)s”另有用处，请换一个。", slug=slug))
        anonymity = self.among(document, "anonymity", ANONYMITY, whole)
        sections = self.sections(document)
        questions = [one for section in sections for one in section.questions]
        self.without_files(anonymity, sections)
        return Definition(
            slug=slug,
            title=self.texts(document, "title", whole, TITLE_LIMIT),
            intro=self.texts(document, "intro", whole, INTRO_LIMIT, optional=True, lines=True),
            anonymity=anonymity,
            audience=self.audience(document.get("audience")),
            minutes=self.whole_number(document, "minutes", 1, 180, whole) or 1,
            results_when=self.among(document, "results_when", RESULTS_WHEN, whole, "closed"),
            sections=sections,
            publishes_words=self.yes(document, "publish_words", whole),
            has_pages=self.yes(document, "pages", whole),
            entry=self.entry(document, anonymity),
            units=self.units(document),
            shows_roster=self.roster(document, anonymity),
            quota=quota.read(self, document, questions, anonymity == "named"),
            repeats=self.matching(document, "repeats", SLUG, whole)
            if document.get("repeats")
            else "",
            compare_by=self.compare_by(document, anonymity, sections),
            **self.period(document),
            document=self.foreign(document, whole),
        )

    def without_files(self, anonymity: str, sections: tuple[Section, ...]) -> None:
        """What leads to a person cannot be asked where the form promises that nothing does."""
        if anonymity == "named":
            return
        for question in (one for section in sections for one in section.questions):
            if question.kind.is_filed:
                sentence = _(
                    "只有实名问卷能收文件和签名：从里面认得出人。请改成实名，或者去掉这一题。"
                )
                self.faults.append(Fault(question.key, sentence, question.key, "type"))

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

    def units(self, document: dict[str, Any]) -> tuple[str, ...]:
        """The keys of units; whether there are such is asked where the form is brought in."""
        given = document.get("units")
        if given is None:
            return ()
        are_keys = isinstance(given, list) and all(
            isinstance(one, str) and KEY.fullmatch(one) for one in given
        )
        if not are_keys or not 0 < len(given) <= MAX_UNITS:
            limit = MAX_UNITS
            self.fault(
                "units", _("请列出单位的代号，1 到 %(limit)d 个；不写就不限单位。", limit=limit)
            )
            return ()
        if twice := next((one for at, one in enumerate(given) if one in given[:at]), None):
            self.fault("units", _("单位“%(key)s”写了两遍。", key=twice))
        return tuple(dict.fromkeys(given))

    def entry(self, document: dict[str, Any], anonymity: str) -> str:
        entry = self.among(document, "entry", ENTRY, _("整份问卷"), "account")
        if entry != "account" and anonymity != "anonymous":
            self.fault("entry", _("不登录就能答的问卷只能匿名：系统不知道答的人是谁。"))
        return entry

    def roster(self, document: dict[str, Any], anonymity: str) -> bool:
        """Whether it is shown who has answered."""
        is_shown = self.yes(document, "roster", _("整份问卷"))
        if is_shown and anonymity == "anonymous":
            self.fault("roster", _("匿名问卷没有名单：谁答过，谁也不知道，程序也不知道。"))
        return is_shown

    def compare_by(
        self, document: dict[str, Any], anonymity: str, sections: tuple[Section, ...]
    ) -> str:
        """One question for all: two ways of dividing the same people could be set off against each
        other until somebody stands alone."""
        by = document.get("compare_by", "")
        if by in ("", WEEK):
            if by == WEEK and anonymity != "named":
                self.fault("compare_by", _("只有实名问卷记下哪一天交的，才能按周比较。"))
            return str(by)
        fitting = {
            one.key
            for section in sections
            for one in section.questions
            if one.type == "single" and one.relevant is None and section.relevant is None
        }
        if by not in fitting:
            sentence = _("请写一道人人都问到的单选题的 key，结果按它的选项分组比较。")
            self.fault("compare_by", sentence)
            return ""
        return str(by)

    def period(self, document: dict[str, Any]) -> dict[str, Any]:
        days = document.get("days")
        found: dict[str, Any] = {"opens_on": None, "closes_on": None, "days": None}
        if days is not None:
            good = isinstance(days, list) and len(days) == 2 and all(is_whole(d) for d in days)
            if not good or not -3660 <= days[0] <= days[1] <= 3660:
                self.fault("days", _("应是两个整数：从导入那天起第几天开始、第几天结束。"))
            else:
                found["days"] = (days[0], days[1])
            if "opens_on" in document or "closes_on" in document:
                self.fault("days", _("days 和 opens_on、closes_on 只能用一种。"))
        for name in ("opens_on", "closes_on"):
            if document.get(name) is not None:
                found[name] = as_day(document[name])
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
            self.known(section, SECTION_KEYS, place)
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
            shuffles = self.yes(section, "shuffle", place)
            found.append(Section(title, intro, tuple(questions), relevant, shuffles))
        if number > MAX_QUESTIONS:
            self.fault(whole, _("最多 %(limit)d 题。", limit=MAX_QUESTIONS))
        return tuple(found)

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
        kind = KINDS.get(self.among(asked, "type", tuple(KINDS), place))
        if kind is None:
            return None
        self.known(asked, kind.keys, place)
        self.foreign(asked, place)
        return Question(
            key=key,
            kind=kind,
            label=self.texts(asked, "label", place, kind.label_limit),
            hint=self.texts(asked, "hint", place, LABEL_LIMIT, optional=True),
            is_required=self.yes(asked, "required", place),
            relevant=self.expression(asked, "relevant", place),
            constraint=self.expression(asked, "constraint", place),
            constraint_message=self.texts(
                asked, "constraint_message", place, LABEL_LIMIT, optional=True
            ),
            **kind.read(self, asked, place),
        )
