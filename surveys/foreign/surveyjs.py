"""SurveyJS's JSON: pages of elements, texts by locale, conditions in braces."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from core.i18n import _

from ..definition import Definition, Fault
from ..kinds.upload import MOST_FILES
from ..reader import LANGUAGE, MAX_OPTIONS
from .drafts import OTHER, Draft
from .expressions import Term, Untranslatable, translated

Thing = dict[str, Any]
DEEPEST = 12  # panels within each other
NO_ANSWER = {"zh": "都没有", "en": "None"}
YES_NO = (("true", {"zh": "是", "en": "Yes"}), ("false", {"zh": "否", "en": "No"}))
# What changes what people are asked, and has no like here.
_LOST = {
    "enableIf": "enableIf",
    "requiredIf": "requiredIf",
    "defaultValue": "defaultValue",
    "defaultValueExpression": "defaultValueExpression",
    "setValueExpression": "setValueExpression",
    "choicesByUrl": "choicesByUrl",
    "choicesFromQuestion": "choicesFromQuestion",
    "choicesVisibleIf": "choicesVisibleIf",
}
_WORDS_KINDS = frozenset({"text", "email", "tel", "url", "password", "color", "month", "week"})


def is_surveyjs(document: Any) -> bool:
    """Whether a JSON document is a form of SurveyJS: ours has `sections`, theirs has none."""
    if not isinstance(document, dict) or "sections" in document:
        return False
    return any(isinstance(document.get(name), list) for name in ("pages", "elements", "questions"))


def read_surveyjs(name: str, document: Thing) -> tuple[Definition, list[Fault]]:
    """The form, and what did not come along. Raises DefinitionFault."""
    return _Reader(name, document).read()


class _Reader(Draft):
    def __init__(self, name: str, given: Thing) -> None:
        super().__init__(name)
        self.given = given
        self.kinds: dict[str, str] = {}  # by key: which of ours
        locale = given.get("locale")
        self.own_language = _code(locale) if isinstance(locale, str) and locale else "zh"

    def read(self) -> tuple[Definition, list[Fault]]:
        whole = _("整份问卷")
        pages = self.pages()
        for place, page in pages:
            self.name_all(page, place, 0)
        if title := self.texts(self.given.get("title"), whole, 120):
            self.document["title"] = title
        if intro := self.texts(self.given.get("description"), whole, 2000):
            self.document["intro"] = intro
        if len(pages) > 1 and self.given.get("questionsOnPageMode") != "singlePage":
            self.document["pages"] = True
        for place, page in pages:
            self.page(page, place)
        for one in _things(self.given.get("calculatedValues")):
            self.calculated(one)
        for lost in ("triggers", "completedHtmlOnCondition"):
            if self.given.get(lost):
                self.tell(whole, _("“%(name)s”没有带过来。", name=lost))
        return self.finished()

    def pages(self) -> list[tuple[str, Thing]]:
        found = _things(self.given.get("pages")) or [self.given]
        return [(_("第 %(number)d 页", number=number), one) for number, one in enumerate(found, 1)]

    def name_all(self, thing: Thing, place: str, depth: int) -> None:
        """A key for every element first: rules may look ahead."""
        for element in _elements(thing):
            name = str(element.get("name", ""))
            if element.get("type") == "panel":
                if depth < DEEPEST:
                    self.name_all(element, place, depth + 1)
                continue
            if name in self.keys:
                self.tell(place, _("名字“%(name)s”出现了两次。", name=name))
            element["#key"] = self.key(name, _("%(place)s“%(name)s”", place=place, name=name))
            kind = _KINDS.get(str(element.get("type")), "")
            is_several = element.get("type") == "imagepicker" and element.get("multiSelect")
            self.kinds[element["#key"]] = "multiple" if is_several else kind

    def page(self, page: Thing, place: str) -> None:
        section: Thing = {"questions": []}
        if page is not self.given:
            if title := self.texts(page.get("title"), place, 120):
                section["title"] = title
            if intro := self.texts(page.get("description"), place, 2000):
                section["intro"] = intro
        self.rule(page, "visibleIf", section, "relevant", place)
        if page.get("questionsOrder", page.get("questionOrder")) == "random":
            section["shuffle"] = True
        self.sections.append(section)
        self.elements(page, section["questions"], "", 0)

    def elements(self, thing: Thing, into: list[Thing], above: str, depth: int) -> None:
        """The questions of a page or panel; those of a panel wait for its condition too."""
        for element in _elements(thing):
            if element.get("type") == "panel":
                inner: Thing = {}
                place = str(element.get("name", ""))
                self.rule(element, "visibleIf", inner, "relevant", place)
                if title := self.texts(element.get("title"), place, 2000):
                    key = self.key(f"{place}_title", place)
                    into.append({"key": key, "type": "note", "label": title, **inner})
                if depth < DEEPEST:
                    both = " and ".join(
                        f"({one})" for one in (above, inner.get("relevant", "")) if one
                    )
                    self.elements(element, into, both, depth + 1)
                else:
                    self.tell(place, _("层次太深，读不了。"))
                continue
            into += self.question(element, above)

    # --- Questions --------------------------------------------------------------------------

    def question(self, given: Thing, above: str) -> list[Thing]:
        key, kind = given["#key"], str(given.get("type", ""))
        place = self.places[key]
        if given.get("visible") is False:
            self.tell(place, _("这一题是隐藏的，没有带过来。"))
            return []
        made = self.typed(given, kind, key, place)
        if made is None:
            self.tell(place, _("“%(kind)s”这种题还不能问，没有带过来。", kind=kind))
            return []
        for question in made:
            label = self.texts(given.get("title"), place) or str(given.get("name", ""))
            question.setdefault("label", label)
            if question["type"] not in ("note", "calculated"):
                self.said(given, question, place)
            self.rule(given, "visibleIf", question, "relevant", place)
            if above:
                own = question.get("relevant")
                question["relevant"] = f"{above} and ({own})" if own else above
        for name, said in _LOST.items():
            if given.get(name):
                self.tell(place, _("“%(name)s”没有带过来。", name=said))
        return made

    def said(self, given: Thing, question: Thing, place: str) -> None:
        if hint := self.texts(given.get("description"), place):
            question.setdefault("hint", hint)
        if given.get("isRequired") is True:
            question["required"] = True
        for validator in _things(given.get("validators")):
            self.validator(validator, question, place)

    def validator(self, given: Thing, question: Thing, place: str) -> None:
        kind = str(given.get("type", "")).removesuffix("validator")
        message = self.texts(given.get("text"), place)
        if kind == "regex" and question["type"] in ("short", "long"):
            question["pattern"] = str(given.get("regex", ""))
            if message:
                question["pattern_message"] = message
        elif kind == "numeric" and question["type"] == "number":
            question |= _numbers(given, {"minValue": "min", "maxValue": "max"})
        elif kind == "expression" and question["type"] != "matrix":
            self.rule(given, "expression", question, "constraint", place)
            if message and "constraint" in question:
                question["constraint_message"] = message
        elif kind == "answercount" and question["type"] in ("multiple", "ranking"):
            question |= _numbers(given, {"minCount": "min_choices", "maxCount": "max_choices"})
        elif kind == "text" and _is_count(given.get("maxLength")) and "max_length" not in question:
            question["max_length"] = given["maxLength"]
        elif kind == "email" and question["type"] == "short":
            question["pattern"] = r"[^@\s]+@[^@\s]+\.[^@\s]+"
        else:
            self.tell(place, _("“%(name)s”没有带过来。", name="validator " + kind))

    def typed(self, given: Thing, kind: str, key: str, place: str) -> list[Thing] | None:
        make = _MAKERS.get(kind)
        if make is None:
            return None
        made = make(self, given, key, place)
        return [{"key": key, **one} if "key" not in one else one for one in made]

    def text(self, given: Thing, _key: str, place: str) -> list[Thing]:
        kind = str(given.get("inputType", "text"))
        if kind in ("number", "range"):
            step = given.get("step")
            bounds = _numbers(given, {"min": "min", "max": "max"})
            places = {"decimals": 2} if isinstance(step, float) or step == "any" else {}
            return [{"type": "number", **bounds, **places}]
        if kind in ("date", "time"):
            bounds = {
                name: given[name] for name in ("min", "max") if isinstance(given.get(name), str)
            }
            return [{"type": kind, **bounds}]
        if kind not in _WORDS_KINDS:
            self.tell(place, _("“%(kind)s”在这里用文字回答。", kind=kind))
        return [{"type": "short", **_length(given, 200)}]

    def comment(self, given: Thing, _key: str, _place: str) -> list[Thing]:
        return [{"type": "long", **_length(given, 5000)}]

    def single(self, given: Thing, key: str, place: str) -> list[Thing]:
        return [{"type": "single", "options": self.choices(given, key, place), **_order(given)}]

    def multiple(self, given: Thing, key: str, place: str) -> list[Thing]:
        options = self.choices(given, key, place)
        if given.get("hasNone") or given.get("showNoneItem"):
            label = self.texts(given.get("noneText"), place) or NO_ANSWER
            options.append({"key": self.option(key, "none"), "label": label, "exclusive": True})
        limits = _numbers(
            given, {"minSelectedChoices": "min_choices", "maxSelectedChoices": "max_choices"}
        )
        limits = {name: one for name, one in limits.items() if 0 < one <= len(options)}
        return [{"type": "multiple", "options": options, **limits, **_order(given)}]

    def picture(self, given: Thing, key: str, place: str) -> list[Thing]:
        self.tell(place, _("选项的图片没有带过来，只留文字。"))
        make = self.multiple if given.get("multiSelect") else self.single
        return make(given, key, place)

    def boolean(self, given: Thing, key: str, place: str) -> list[Thing]:
        options = [
            {
                "key": self.option(key, value),
                "label": self.texts(given.get(f"label{value.title()}"), place) or label,
            }
            for value, label in YES_NO
        ]
        return [{"type": "single", "options": options}]

    def rating(self, given: Thing, key: str, place: str) -> list[Thing]:
        if _things(given.get("rateValues")) or given.get("rateType") in ("smileys",):
            self.tell(place, _("评分的样子没有带过来，改成数字。"))
        low, high = given.get("rateMin", 1), given.get("rateMax", given.get("rateCount", 5))
        step = given.get("rateStep", 1)
        ends = {
            name: said
            for name, theirs in (
                ("low_label", "minRateDescription"),
                ("high_label", "maxRateDescription"),
            )
            if (said := self.texts(given.get(theirs), place, 40))
        }
        if not (_is_whole(low) and _is_whole(high) and 1 <= high - low <= 10) or step != 1:
            self.tell(place, _("步长没有带过来：填范围里的任何数都行。"))
            return [{"type": "number", **_numbers(given, {"rateMin": "min", "rateMax": "max"})}]
        return [{"type": "rating", "min": low, "max": high, **ends}]

    def ranking(self, given: Thing, key: str, place: str) -> list[Thing]:
        options = [
            {name: one for name, one in option.items() if name in ("key", "label")}
            for option in self.choices(given, key, place)
        ]
        limits = _numbers(given, {"maxSelectedChoices": "max_choices"})
        return [{"type": "ranking", "options": options, **limits, **_order(given)}]

    def matrix(self, given: Thing, key: str, place: str) -> list[Thing]:
        options = self.items(given.get("columns"), key, place)
        taken: set[str] = set()
        rows = [
            {"key": row["key"], "label": row["label"]}
            for row in self.items(given.get("rows"), f"{key} rows", place)
            if not (row["key"] in taken or taken.add(row["key"]))  # type: ignore[func-returns-value]
        ]
        required = {"required": True} if given.get("isAllRowRequired") else {}
        order = (
            {"shuffle": True} if given.get("rowsOrder", given.get("rowOrder")) == "random" else {}
        )
        return [{"type": "matrix", "options": options, "rows": rows, **required, **order}]

    def several_texts(self, given: Thing, _key: str, place: str) -> list[Thing]:
        found = []
        for item in _things(given.get("items")):
            name = str(item.get("name", ""))
            key = self.key(f"{given.get('name')}_{name}", place)
            self.keys[f"{given.get('name')}.{name}"] = key
            label = self.texts(item.get("title"), place) or name or key
            found.append({**self.text(item, key, place)[0], "key": key, "label": label})
        return found

    def file(self, given: Thing, _key: str, _place: str) -> list[Thing]:
        image = (
            {"accept": "image"} if str(given.get("acceptedTypes", "")).startswith("image") else {}
        )
        several = {"max_files": MOST_FILES} if given.get("allowMultiple") else {}
        return [{"type": "file", **image, **several}]

    def signature(self, _given: Thing, _key: str, _place: str) -> list[Thing]:
        return [{"type": "signature"}]

    def note(self, given: Thing, _key: str, place: str) -> list[Thing]:
        said = given.get("html")
        words = self.words(self.by_language(said), place, 2000, is_html=True)
        return [{"type": "note", "label": words or str(given.get("name", "-"))}]

    def expression(self, given: Thing, _key: str, place: str) -> list[Thing]:
        made: Thing = {"type": "calculated"}
        self.rule(given, "expression", made, "calculation", place)
        return [made] if "calculation" in made else []

    def calculated(self, given: Thing) -> None:
        name = str(given.get("name", ""))
        made: Thing = {"key": self.key(name, name), "type": "calculated", "label": name or "-"}
        self.rule(given, "expression", made, "calculation", name)
        if "calculation" in made:
            self.sections[-1]["questions"].append(made)

    # --- Pieces -----------------------------------------------------------------------------

    def choices(self, given: Thing, key: str, place: str) -> list[Thing]:
        options = self.items(given.get("choices"), key, place)
        if given.get("hasOther") or given.get("showOtherItem"):
            label = self.texts(given.get("otherText"), place) or OTHER["label"]
            options.append({"key": self.option(key, "other"), "label": label, "other": True})
        return options

    def items(self, given: Any, key: str, place: str) -> list[Thing]:
        """Choices, columns or rows: values, or objects with a value and a text."""
        found: dict[str, Thing] = {}
        for one in (given if isinstance(given, list) else [])[: MAX_OPTIONS + 1]:
            value = one.get("value", one.get("name")) if isinstance(one, dict) else one
            value = _said(value)
            label = (
                self.texts(one.get("text", one.get("title")), place)
                if isinstance(one, dict)
                else ""
            )
            if isinstance(one, dict) and one.get("visibleIf"):
                self.tell(place, _("选项不会跟着前面的回答变：全部列出。"))
            own = self.option(key, value)
            if own in found:
                self.tell(place, _("选项“%(name)s”重复了，只留第一个。", name=value))
            found.setdefault(own, {"key": own, "label": label or self.words(value, place) or own})
        return list(found.values())

    def by_language(self, given: Any) -> Any:
        """Texts by our codes; "default" is the form's own language."""
        if not isinstance(given, dict):
            return given if self.own_language == "zh" or not given else {self.own_language: given}
        found: dict[str, Any] = {}
        for code, said in given.items():
            ours = self.own_language if code == "default" else _code(code)
            if LANGUAGE.fullmatch(ours):
                found[ours] = said
        return found

    def texts(self, given: Any, place: str, limit: int = 400) -> Any:
        return self.words(self.by_language(given), place, limit)

    def rule(self, given: Thing, name: str, into: Thing, ours: str, place: str) -> None:
        """A condition in our words, or a word on its loss."""
        rule = given.get(name)
        if not rule:
            return
        try:
            if not isinstance(rule, str):
                raise Untranslatable(name)
            into[ours] = translated(rule, self.term)
        except Untranslatable as fault:
            sentence = _(
                "规则“%(rule)s”没有带过来：看不懂“%(part)s”。", rule=str(rule)[:80], part=fault
            )
            self.tell(place, sentence)

    def term(self, name: str) -> Term:
        """What a name in braces stands for: a question, a row of a table, a part of one."""
        if name in self.keys:
            key = self.keys[name]
            kind = self.kinds.get(key, "")
            if kind == "lost":
                raise Untranslatable(name)
            values = self.values(key)
            return Term(f"${{{key}}}", "several" if kind == "multiple" else "ref", values)
        whole, _dot, row = name.rpartition(".")
        if self.kinds.get(self.keys.get(whole, "")) == "matrix":
            key = self.keys[whole]
            return Term(f"${{{key}.{self.option(f'{key} rows', row)}}}", "ref", self.values(key))
        raise Untranslatable(name)

    def values(self, key: str) -> _Values:
        return _Values(lambda value: self.option(key, value), self.kinds.get(key, "") in _CHOOSING)


class _Values(dict[str, str]):
    """Our options by the values of another program, made when a rule names them first."""

    def __init__(self, option: Callable[[str], str], is_choice: bool) -> None:
        super().__init__({"": ""} if is_choice else {})
        self.option, self.is_choice = option, is_choice

    def get(self, value: str, default: Any = None) -> Any:
        return self.option(value) if self.is_choice and value else default


def _code(locale: str) -> str:
    plain = locale.strip().lower().replace("_", "-")
    return "zh" if plain in ("zh", "zh-cn", "zh-hans") else plain


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        return str(int(value))
    return str(value) if isinstance(value, str | int | float) else ""


def _things(given: Any) -> list[Thing]:
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []


def _elements(thing: Thing) -> list[Thing]:
    return _things(thing.get("elements")) or _things(thing.get("questions"))


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return _is_whole(value) and value > 0


def _numbers(given: Thing, names: dict[str, str]) -> Thing:
    return {
        ours: given[theirs]
        for theirs, ours in names.items()
        if isinstance(given.get(theirs), int | float) and not isinstance(given[theirs], bool)
    }


def _length(given: Thing, most: int) -> Thing:
    length = given.get("maxLength")
    return {"max_length": min(length, most)} if _is_count(length) and length else {}


def _order(given: Thing) -> Thing:
    return {"shuffle": True} if given.get("choicesOrder") == "random" else {}


_CHOOSING = frozenset({"single", "multiple", "matrix", "ranking"})
_MAKERS: dict[str, Callable[[_Reader, Thing, str, str], list[Thing]]] = {
    "text": _Reader.text,
    "comment": _Reader.comment,
    "radiogroup": _Reader.single,
    "dropdown": _Reader.single,
    "buttongroup": _Reader.single,
    "checkbox": _Reader.multiple,
    "tagbox": _Reader.multiple,
    "imagepicker": _Reader.picture,
    "boolean": _Reader.boolean,
    "rating": _Reader.rating,
    "ranking": _Reader.ranking,
    "matrix": _Reader.matrix,
    "multipletext": _Reader.several_texts,
    "file": _Reader.file,
    "signaturepad": _Reader.signature,
    "html": _Reader.note,
    "expression": _Reader.expression,
}
# Which of ours a type becomes, for the rules that look at it; "" for words and numbers.
_KINDS = {
    **dict.fromkeys(("radiogroup", "dropdown", "buttongroup", "imagepicker", "boolean"), "single"),
    **dict.fromkeys(("checkbox", "tagbox"), "multiple"),
    **{"matrix": "matrix", "ranking": "ranking"},
    **dict.fromkeys(
        ("matrixdropdown", "matrixdynamic", "paneldynamic", "image"),
        "lost",
    ),
    **dict.fromkeys(("html", "multipletext"), "lost"),
}
