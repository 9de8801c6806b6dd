"""What can be done to a form: each act takes a document and gives a new one; the old stays.

A key, once given, is never given to anything else: `taken` names those that other versions use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from copy import deepcopy
from typing import Any

from core.i18n import _

Document = dict[str, Any]
# Where an expression or a sentence may name a question.
_RULES = ("relevant", "constraint", "calculation")


class Refused(ValueError):
    """An act that does not fit; the sentence says what to do instead."""


def questions(document: Document) -> Iterator[dict[str, Any]]:
    for section in document["sections"]:
        yield from section["questions"]


def keys(document: Document) -> set[str]:
    return {one["key"] for one in questions(document)}


def question(document: Document, key: str) -> dict[str, Any]:
    """The question with a key. Raises Refused."""
    section, at = _place(document, key)
    found: dict[str, Any] = document["sections"][section]["questions"][at]
    return found


def section_of(document: Document, key: str) -> int:
    """The place of the section in which a question stands."""
    return _place(document, key)[0]


def fresh_key(taken: Collection[str]) -> str:
    """The next "q7": greater than any that is or was."""
    numbers = [int(one[1:]) for one in taken if re.fullmatch(r"q[0-9]{1,6}", one)]
    return f"q{max(numbers, default=0) + 1}"


def fresh_option(taken: Collection[str]) -> str:
    """The next option's key: the letter after the last where letters do, else a number."""
    for letter in map(chr, range(ord("a"), ord("z") + 1)):
        if not any(len(one) == 1 and one >= letter for one in taken if one.isalpha()):
            return letter
    numbers = [int(one[1:]) for one in taken if re.fullmatch(r"o[0-9]{1,6}", one)]
    return f"o{max(numbers, default=0) + 1}"


# --- Questions ------------------------------------------------------------------------------


def add(document: Document, new: list[dict[str, Any]], section: int, after: str = "") -> Document:
    """Put questions into a section: behind one of its questions, else at its end."""
    changed = deepcopy(document)
    if after:
        section, at = _place(changed, after)
        at += 1
    else:
        at = len(_section(changed, section)["questions"])
    changed["sections"][section]["questions"][at:at] = deepcopy(new)
    return changed


def replace(document: Document, key: str, new: dict[str, Any]) -> Document:
    """Put a question in another's place; a new key goes into what names the question."""
    changed = deepcopy(document)
    section, at = _place(changed, key)
    changed["sections"][section]["questions"][at] = deepcopy(new)
    return renamed(changed, {key: new["key"]}) if new["key"] != key else changed


def move(document: Document, key: str, step: int) -> Document:
    """One place up (-1) or down (1), over the edge of a section into the next."""
    changed = deepcopy(document)
    section, at = _place(changed, key)
    asked = changed["sections"][section]["questions"]
    if 0 <= at + step < len(asked):
        asked.insert(at + step, asked.pop(at))
        return changed
    other = section + step
    if not 0 <= other < len(changed["sections"]):
        raise Refused(_("已经在最前面了。") if step < 0 else _("已经在最后面了。"))
    _not_the_last(asked)
    into = changed["sections"][other]["questions"]
    into.insert(len(into) if step < 0 else 0, asked.pop(at))
    return changed


def put(document: Document, key: str, before: str, section: int) -> Document:
    """Put a question before another one, or at the end of a section."""
    changed = deepcopy(document)
    old, at = _place(changed, key)
    asked = changed["sections"][old]["questions"]
    if before == key:
        return changed
    target = section_of(changed, before) if before else section
    _section(changed, target)
    if target != old:
        _not_the_last(asked)
    moved = asked.pop(at)
    place = _place(changed, before)[1] if before else len(changed["sections"][target]["questions"])
    changed["sections"][target]["questions"].insert(place, moved)
    return changed


def duplicate(document: Document, key: str, new: str) -> Document:
    """A copy behind the question, under a key of its own."""
    return add(document, [{**deepcopy(question(document, key)), "key": new}], 0, after=key)


def delete(document: Document, key: str) -> Document:
    changed = deepcopy(document)
    section, at = _place(changed, key)
    asked = changed["sections"][section]["questions"]
    _not_the_last(asked)
    del asked[at]
    return changed


def renamed(document: Document, new: Mapping[str, str]) -> Document:
    """Give questions other keys, and name them by these wherever a rule or a sentence does."""
    changed: Document = deepcopy(document)
    for one in questions(changed):
        one["key"] = new.get(one["key"], one["key"])
    reference = re.compile(r"\$\{\s*([A-Za-z_]\w*)(\.[\w.+-]+)?\s*\}", re.ASCII)

    def named(found: re.Match[str]) -> str:
        if found[1] not in new:
            return found[0]
        return f"${{{new[found[1]]}{found[2] or ''}}}"

    def said(text: Any) -> Any:
        if isinstance(text, dict):
            return {language: said(words) for language, words in text.items()}
        return reference.sub(named, text) if isinstance(text, str) else text

    for part in (*changed["sections"], *questions(changed)):
        for name in (*_RULES, "label", "hint", "constraint_message"):
            if name in part:
                part[name] = said(part[name])
    if changed.get("compare_by") in new:
        changed["compare_by"] = new[changed["compare_by"]]
    if (limited := changed.get("quota")) and limited.get("question") in new:
        changed["quota"] = {**limited, "question": new[limited["question"]]}
    return changed


# --- Sections -------------------------------------------------------------------------------


def add_section(document: Document, first: dict[str, Any], after: int) -> Document:
    """A new section behind another; it begins with a question."""
    changed = deepcopy(document)
    _section(changed, after)
    changed["sections"].insert(after + 1, {"title": "", "questions": [deepcopy(first)]})
    return changed


def move_section(document: Document, section: int, step: int) -> Document:
    changed = deepcopy(document)
    _section(changed, section)
    if not 0 <= section + step < len(changed["sections"]):
        raise Refused(_("已经在最前面了。") if step < 0 else _("已经在最后面了。"))
    changed["sections"].insert(section + step, changed["sections"].pop(section))
    return changed


def delete_section(document: Document, section: int) -> Document:
    """Without the section and its questions."""
    changed = deepcopy(document)
    _section(changed, section)
    if len(changed["sections"]) == 1:
        raise Refused(_("问卷至少要有一个部分。"))
    del changed["sections"][section]
    return changed


def _section(document: Document, section: int) -> dict[str, Any]:
    if not 0 <= section < len(document["sections"]):
        raise Refused(_("没有这一部分，可能刚被删去。"))
    found: dict[str, Any] = document["sections"][section]
    return found


def _place(document: Document, key: str) -> tuple[int, int]:
    for number, section in enumerate(document["sections"]):
        for at, one in enumerate(section["questions"]):
            if one["key"] == key:
                return number, at
    raise Refused(_("没有这一题，可能刚被删去。"))


def _not_the_last(asked: list[dict[str, Any]]) -> None:
    if len(asked) == 1:
        raise Refused(_("这一部分只有这一题。请先加一题，或者移动、删去整个部分。"))


Act = Callable[..., Document]
