"""What a changed form means: each difference as a sentence, and which answers stay comparable.

A key is what ties answers to a question. Whatever keeps its key keeps its answers, and both are
counted together; what must not be counted together gets another key (`apart`), and the old one
stays among the results as a question that is no longer asked. So it holds for anonymous answers
too, which carry no version.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.i18n import _, _l, pick

from .acts import Document, fresh_key, keys, questions, renamed
from .kinds import kind_name
from .question_form import PARTS

_PART_NAMES = {one.name: one.label for one in PARTS}
HEAD = {
    "title": _l("标题"),
    "intro": _l("填写说明"),
    "audience": _l("谁来填"),
    "units": _l("哪些单位"),
    "minutes": _l("大约几分钟"),
    "opens_on": _l("开始日"),
    "closes_on": _l("截止日"),
    "results_when": _l("什么时候看结果"),
    "compare_by": _l("结果按什么分组比较"),
    "repeats": _l("重做哪一份问卷"),
    "entry": _l("凭什么答"),
    "quota": _l("收几份"),
    "publish_words": _l("是否公布文字"),
    "roster": _l("是否有名单"),
    "pages": _l("是否一部分一页"),
}
# A change of these moves every number: old and new cannot be counted together.
_SCALE = {"rating": ("min", "max")}
_OTHERS = ("option_added", "option_removed")  # among which a place means something else


@dataclass(frozen=True)
class Change:
    """One difference. `sort` is added, removed, retyped, reworded, option_added, option_removed,
    option_renamed (and row_…), moved, rules, section or head; `key` the question's."""

    sort: str
    sentence: str
    key: str = ""


@dataclass(frozen=True)
class Compared:
    """A question of both forms. `verdict` says whether the answers before and after count
    together: "same", "decide" (the editor says) or "apart"."""

    key: str
    label: str
    verdict: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Difference:
    """All that changed from one form to another, in the order of the new one."""

    changes: tuple[Change, ...]
    compared: tuple[Compared, ...]

    def __bool__(self) -> bool:
        return bool(self.changes)

    @property
    def to_decide(self) -> list[Compared]:
        return [one for one in self.compared if one.verdict == "decide"]

    @property
    def apart(self) -> list[str]:
        return [one.key for one in self.compared if one.verdict == "apart"]

    @property
    def shows_in_answers(self) -> bool:
        """Whether an answer alone could tell if it was given before or after the change."""
        return any(one.sort in _SHOWING for one in self.changes) or bool(self.apart)


_SHOWING = frozenset(
    {"added", "removed", "retyped", "option_added", "option_removed", "row_added", "row_removed"}
)


def difference(old: Document, new: Document) -> Difference:
    """What changed from one document to another; both have been read."""
    before = {one["key"]: one for one in questions(old)}
    after = {one["key"]: one for one in questions(new)}
    changes = [*_head(old, new), *_sections(old, new)]
    compared = []
    moved = _moved(list(before), list(after))
    retyped = dict(_retyped(before, after))
    for key, asked in after.items():
        if key not in before:
            changes.append(_new(key, asked, before, retyped))
            continue
        found = tuple(_of_question(before[key], asked))
        changes += found
        if key in moved:
            changes.append(Change("moved", _("“%(label)s”换了位置。", label=_label(asked)), key))
        verdict = _verdict(before[key], asked, found)
        compared.append(Compared(key, _label(asked), verdict, found))
    changes += [
        Change("removed", _gone(one), key)
        for key, one in before.items()
        if key not in after and key not in retyped.values()
    ]
    return Difference(tuple(changes), tuple(compared))


def set_apart(document: Document, apart: Sequence[str], taken: set[str]) -> Document:
    """Give questions new keys, so that their answers begin anew."""
    new: dict[str, str] = {}
    for key in apart:
        new[key] = fresh_key(taken | keys(document) | set(new.values()))
    return renamed(document, new)


# --- The head and the sections --------------------------------------------------------------


def _head(old: Document, new: Document) -> Iterator[Change]:
    for name, word in HEAD.items():
        if _said(old.get(name)) != _said(new.get(name)):
            yield Change("head", _("问卷的%(part)s改了。", part=word))


def _sections(old: Document, new: Document) -> Iterator[Change]:
    before = [pick(one.get("title")) for one in old["sections"]]
    after = [pick(one.get("title")) for one in new["sections"]]
    for title in dict.fromkeys(after):
        if title and title not in before:
            yield Change("section", _("有了部分“%(title)s”。", title=title))
    for title in dict.fromkeys(before):
        if title and title not in after:
            yield Change("section", _("没有了部分“%(title)s”，题目见下。", title=title))
    if before == after and list(map(_rules, old["sections"])) != list(map(_rules, new["sections"])):
        yield Change("section", _("有的部分改了说明或者条件。"))


def _rules(section: dict[str, Any]) -> tuple[Any, ...]:
    return section.get("relevant"), section.get("shuffle", False), _said(section.get("intro"))


def _moved(before: list[str], after: list[str]) -> set[str]:
    """The keys that changed their place among those that both have: all but a longest run that
    kept its order."""
    places = {key: at for at, key in enumerate(before)}
    common = [key for key in after if key in places]
    best: list[tuple[int, int]] = []  # length of the longest run that ends here, where it came from
    for at, key in enumerate(common):
        ends = [(best[one][0], one) for one in range(at) if places[common[one]] < places[key]]
        length, came = max(ends, default=(0, -1))
        best.append((length + 1, came))
    kept: set[str] = set()
    at = max(range(len(best)), key=lambda one: best[one][0], default=-1)
    while at >= 0:
        kept.add(common[at])
        at = best[at][1]
    return set(common) - kept


# --- A question -----------------------------------------------------------------------------


def _retyped(
    before: Mapping[str, dict[str, Any]], after: Mapping[str, dict[str, Any]]
) -> Iterator[tuple[str, str]]:
    """New key and old key of questions that ask the same in another way."""
    gone = {_label(one): key for key, one in before.items() if key not in after}
    for key, one in after.items():
        if key not in before and _label(one) in gone:
            yield key, gone.pop(_label(one))


def _new(
    key: str,
    asked: dict[str, Any],
    before: Mapping[str, dict[str, Any]],
    retyped: Mapping[str, str],
) -> Change:
    label = _label(asked)
    if key not in retyped:
        return Change("added", _("加了“%(label)s”，从现在起才有人答。", label=label), key)
    old = before[retyped[key]]
    if old["type"] == asked["type"]:
        return Change("retyped", _("“%(label)s”从零算起，以前的回答另外列出。", label=label), key)
    sentence = _(
        "“%(label)s”从%(old)s改成%(new)s：新的从零算起，以前的回答另外列出。",
        label=label,
        old=kind_name(old["type"]),
        new=kind_name(asked["type"]),
    )
    return Change("retyped", sentence, key)


def _gone(one: dict[str, Any]) -> str:
    return _("不再问“%(label)s”，已有的回答和结果都留着。", label=_label(one))


def _of_question(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    key, label = new["key"], _label(new)
    if _said(old["label"]) != _said(new["label"]):
        if _label(old) != label:
            sentence = _("“%(old)s”改成了“%(new)s”。", old=_label(old), new=label)
        else:
            sentence = _("“%(label)s”改了译文。", label=label)
        yield Change("reworded", sentence, key)
    yield from _choices(old, new, "options", "option")
    yield from _choices(old, new, "rows", "row")
    skipped = ("key", "type", "label", "options", "rows", "xlsform")
    parts = [
        _PART_NAMES.get(name, name)
        for name in dict.fromkeys([*old, *new])
        if name not in skipped and _said(old.get(name)) != _said(new.get(name))
    ]
    if parts:
        named = _("、").join(map(str, parts))
        yield Change("rules", _("“%(label)s”改了：%(parts)s。", label=label, parts=named), key)


def _choices(old: dict[str, Any], new: dict[str, Any], name: str, sort: str) -> Iterator[Change]:
    before = {one["key"]: one for one in old.get(name, [])}
    after = {one["key"]: one for one in new.get(name, [])}
    key, label = new["key"], _label(new)
    for one in after:
        if one not in before:
            yield Change(f"{sort}_added", _said_of(sort, "added", label, _label(after[one])), key)
        elif _said(before[one]["label"]) != _said(after[one]["label"]):
            was = _label(before[one])
            sentence = _said_of(sort, "renamed", label, _label(after[one]), was)
            yield Change(f"{sort}_renamed", sentence, key)
    for one in before:
        if one not in after:
            yield Change(
                f"{sort}_removed", _said_of(sort, "removed", label, _label(before[one])), key
            )
    if _moved(list(before), list(after)):
        yield Change("rules", _("“%(label)s”的选项换了次序。", label=label), key)


def _said_of(sort: str, what: str, label: str, one: str, was: str = "") -> str:
    sentences = {
        ("option", "added"): _l("“%(label)s”多了选项“%(one)s”：以前的人没有见过它。"),
        ("option", "removed"): _l("“%(label)s”少了选项“%(one)s”：选过它的回答留着，照样计入。"),
        ("option", "renamed"): _l("“%(label)s”的选项“%(was)s”改成了“%(one)s”。"),
        ("row", "added"): _l("“%(label)s”多了一行“%(one)s”。"),
        ("row", "removed"): _l("“%(label)s”少了一行“%(one)s”：已有的回答留着。"),
        ("row", "renamed"): _l("“%(label)s”的一行“%(was)s”改成了“%(one)s”。"),
    }
    return str(sentences[sort, what]) % {"label": label, "one": one, "was": was}


def _verdict(old: dict[str, Any], new: dict[str, Any], changes: Sequence[Change]) -> str:
    if old["type"] != new["type"]:
        return "apart"
    scale = _SCALE.get(new["type"], ())
    if any(old.get(name) != new.get(name) for name in scale):
        return "apart"
    if new["type"] == "ranking" and any(one.sort in _OTHERS for one in changes):
        return "apart"
    asks = ("reworded", "option_renamed", "row_renamed")
    return "decide" if any(one.sort in asks for one in changes) else "same"


def _label(one: dict[str, Any]) -> str:
    return pick(one.get("label"))


def _said(value: Any) -> Any:
    """As it is compared: a text in one language is the same as a table of one; nothing is nothing."""
    if isinstance(value, dict) and not value.get("zh") and not any(value.values()):
        return None
    if isinstance(value, str):
        return {"zh": value} if value else None
    if isinstance(value, dict):
        return {name: words for name, words in value.items() if words}
    return value if value is not False and value != [] else None
