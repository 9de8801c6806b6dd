"""A question, a section or a form's head as a page has them: what is shown, and what was sent.

The parts of a question follow from its kind's keys. What a page does not show stays as it was.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.i18n import _, _l

from ..definition import Fault
from ..kinds import KINDS
from .acts import fresh_option

LANGUAGES = ("zh", "en")
Texts = str | dict[str, str]


@dataclass(frozen=True)
class Part:
    """Something that a question may have: what it is called, how it is typed, what to say of it.

    `how` is texts (in each language), list, flag, whole, bound, rule, or choice among `choices`.
    """

    name: str
    label: Any
    how: str
    hint: Any = ""
    choices: tuple[tuple[str, Any], ...] = ()

    @property
    def is_rule(self) -> bool:
        """Whether few need it, so that it stands in a fold."""
        return (
            self.how == "rule" and self.name != "calculation"
        ) or self.name == "constraint_message"


_ACCEPTED = (("any", _l("图片和文件")), ("image", _l("只收图片")))
PARTS = (
    Part("label", _l("题目文字"), "texts"),
    Part("hint", _l("题目下的提示"), "texts"),
    Part("required", _l("必须回答"), "flag"),
    Part("rows", _l("各行"), "list"),
    Part("options", _l("选项"), "list"),
    Part("min_choices", _l("最少选几项"), "whole"),
    Part("max_choices", _l("最多选几项"), "whole"),
    Part("min", _l("最小"), "bound"),
    Part("max", _l("最大"), "bound"),
    Part("accept", _l("收什么文件"), "choice", choices=_ACCEPTED),
    Part("max_files", _l("最多几个文件"), "whole"),
    Part("decimals", _l("小数位数"), "whole"),
    Part("max_length", _l("最多几个字"), "whole"),
    Part("low_label", _l("最小的那一端叫什么"), "texts"),
    Part("high_label", _l("最大的那一端叫什么"), "texts"),
    Part("shuffle", _l("次序随机"), "flag"),
    Part("calculation", _l("怎样算出"), "rule", _l("例如 ${q1} + ${q2}。")),
    Part(
        "relevant",
        _l("什么时候问"),
        "rule",
        _l("空着就总是问。例如 ${q1} = 'a'：第一题选了 a 才问。"),
    ),
    Part("pattern", _l("写法"), "rule", _l("正则表达式，例如 [0-9]{6}：六位数字。")),
    Part("pattern_message", _l("写法不对时说的话"), "texts"),
    Part("constraint", _l("怎样算合格"), "rule", _l("例如 . >= ${q1}；“.”是这一题的回答。")),
    Part("constraint_message", _l("不合格时说的话"), "texts"),
)
LISTS = frozenset(one.name for one in PARTS if one.how == "list")
_STEPS = {"first": -1, "then": 1}
FLAGS = {"other": _l("旁边有空格可填"), "exclusive": _l("选了它就不能选别的")}


@dataclass
class Typed:
    """A question on its page: `document` is what was typed, as far as it could be read."""

    document: dict[str, Any]
    sent: Mapping[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    fresh: set[tuple[str, str]] = field(default_factory=set)  # options and rows not yet kept

    @property
    def parts(self) -> list[Part]:
        allowed = KINDS[self.document["type"]].keys
        return [one for one in PARTS if one.name in allowed]

    @property
    def has_rules(self) -> bool:
        rules = [one.name for one in self.parts if one.is_rule]
        return any(one in self.document or one in self.errors for one in rules)

    @property
    def flags(self) -> list[tuple[str, Any]]:
        known = KINDS[self.document["type"]].option_keys
        return [(name, word) for name, word in FLAGS.items() if name in known]

    def value(self, name: str) -> str:
        """What stands in a box."""
        if name in self.sent:
            return self.sent[name]
        value = self.document.get(name)
        return "" if value is None else str(value)

    def said(self, name: str, language: str) -> str:
        """A text in one language."""
        if f"{name}-{language}" in self.sent:
            return self.sent[f"{name}-{language}"]
        return in_language(self.document.get(name), language)

    def listed(self, name: str) -> list[dict[str, Any]]:
        """The options or rows that have boxes; fresh ones stand as lines below them."""
        return [one for one in self.document[name] if (name, one["key"]) not in self.fresh]

    def pressed(self, do: str) -> dict[str, Any]:
        """The question after the button beside an option or a row: "without options b"."""
        verb, _sep, on = do.partition(" ")
        part, _sep, key = on.partition(" ")
        if part not in LISTS or part not in self.document:
            return self.document
        listed = self.document[part]
        if verb == "without":
            self.errors.pop(f"{part}-{key}", None)
            listed = [one for one in listed if one["key"] != key] or listed
        elif verb in _STEPS:
            listed = moved(listed, key, _STEPS[verb])
        return {**self.document, part: listed}

    def take(self, faults: Collection[Fault]) -> None:
        """Let each fault stand beside its part, and those of no part at the top."""
        for one in faults:
            note(self.errors, one.name, one.sentence)


def note(errors: dict[str, str], name: str, sentence: str) -> None:
    """Several sentences beside one part stand one behind the other."""
    if sentence not in errors.get(name, ""):
        errors[name] = f"{errors.get(name, '')}{sentence}"


def in_language(text: Any, language: str) -> str:
    if isinstance(text, str):
        return text if language == "zh" else ""
    return str((text or {}).get(language, ""))


def with_texts(before: Any, sent: Mapping[str, str], name: str) -> Texts:
    """A text with what was typed in the languages of the page; its other languages stay."""
    kept = dict(before) if isinstance(before, dict) else {"zh": before or ""}
    for language in LANGUAGES:
        kept[language] = sent.get(f"{name}-{language}", kept.get(language, "")).strip()
    kept = {language: words for language, words in kept.items() if words}
    if isinstance(before, dict) and kept:
        return kept
    return kept.get("zh", "") if set(kept) <= {"zh"} else kept


def typed(before: dict[str, Any], sent: Mapping[str, str], taken: Mapping[str, set[str]]) -> Typed:
    """The question as it was sent; `taken` names the keys that its options and rows ever had."""
    made = dict(before)
    form = Typed(made, sent)
    for part in form.parts:
        if part.how == "texts":
            put(made, part.name, with_texts(before.get(part.name), sent, part.name))
        elif part.how == "list":
            made[part.name] = _listed(form, part.name, taken.get(part.name, set()))
        elif part.how == "flag":
            put(made, part.name, part.name in sent)
        elif part.how == "choice":
            chosen = sent.get(part.name, "")
            put(made, part.name, "" if chosen == part.choices[0][0] else chosen)
        elif part.how == "rule":
            put(made, part.name, sent.get(part.name, "").strip())
        else:
            _number(form, part)
    return form


def put(made: dict[str, Any], name: str, value: Any) -> None:
    """Set a part; what is empty is left out, a label apart."""
    if value or name == "label":
        made[name] = value
    else:
        made.pop(name, None)


def _number(form: Typed, part: Part) -> None:
    given = form.sent.get(part.name, "").strip()
    form.document.pop(part.name, None)
    if not given:
        return
    number = as_number(given)
    if not isinstance(number, str) or part.how == "bound":
        form.document[part.name] = number  # a day or a time; what it is not, the reading says
    else:
        form.errors[part.name] = _("请填整数。")


def as_number(given: str) -> int | float | str:
    """What was typed as a number; as it came where it is none."""
    given = given.strip()
    try:
        number = float(given)
    except ValueError:
        return given
    if not math.isfinite(number):
        return given
    return int(number) if number == int(number) else number


def _listed(form: Typed, name: str, taken: set[str]) -> list[dict[str, Any]]:
    """Options or rows: those that stood there, as they were typed, then those of the lines below."""
    sent, found = form.sent, []
    before = {one["key"]: one for one in form.document.get(name, [])}
    for key, one in before.items():
        if f"{name}-{key}-zh" not in sent:
            found.append(one)  # the page did not have it
            continue
        label = with_texts(one["label"], sent, f"{name}-{key}")
        changed = {**one, "label": label}
        if name == "options":
            for flag, _word in form.flags:
                put(changed, flag, f"{name}-{key}-{flag}" in sent)
        if not label:
            form.errors[f"{name}-{key}"] = _("不能是空的；不要这一项，就用“删除”。")
        found.append(changed)
    used = taken | set(before)
    for line in sent.get(f"{name}-new", "").splitlines():
        if words := line.strip():
            key = fresh_option(used)
            used.add(key)
            form.fresh.add((name, key))
            found.append({"key": key, "label": words})
    return found


def moved(listed: list[dict[str, Any]], key: str, step: int) -> list[dict[str, Any]]:
    """An option or row one place up or down."""
    at = next((at for at, one in enumerate(listed) if one["key"] == key), None)
    if at is None or not 0 <= at + step < len(listed):
        return listed
    changed = list(listed)
    changed.insert(at + step, changed.pop(at))
    return changed
