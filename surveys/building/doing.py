"""What a button of the workshop does: `do` is a verb and what it is done to, "up q3"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.i18n import _, pick

from ..kinds import KINDS
from . import acts
from .acts import Document, Refused
from .drafting import Draft
from .kinds import begun, retyped
from .library import shelf


@dataclass(frozen=True)
class Done:
    """An act on its way into the draft, and where one goes on: at a question, or at a section
    (from 1)."""

    act: str
    about: str
    document: Document
    key: str = ""
    section: int = 0


Sent = Mapping[str, str]


def do(draft: Draft, asked: str, sent: Sent) -> Done:
    """Raises acts.Refused, with a sentence."""
    verb, _sep, on = asked.partition(" ")
    if verb in ("undo", "redo"):
        return Done(verb, "", draft.document)
    if (act := _VERBS.get(verb)) is None:
        raise Refused(_("没有这个操作。"))
    return act(draft, on, sent)


def _label(document: Document, key: str) -> str:
    return pick(acts.question(document, key)["label"])


def _move(draft: Draft, key: str, step: int) -> Done:
    return Done("move", _label(draft.document, key), acts.move(draft.document, key, step), key)


def _put(draft: Draft, key: str, sent: Sent) -> Done:
    """Drag: before another question, or at the end of a section."""
    before, section = sent.get("before", ""), _number(sent.get("section", ""))
    changed = acts.put(draft.document, key, before, section)
    return Done("move", _label(draft.document, key), changed, key)


def _copy(draft: Draft, key: str, _sent: Sent) -> Done:
    new = acts.fresh_key(draft.taken)
    return Done(
        "duplicate", _label(draft.document, key), acts.duplicate(draft.document, key, new), new
    )


def _delete(draft: Draft, key: str, _sent: Sent) -> Done:
    section = acts.section_of(draft.document, key) + 1
    label = _label(draft.document, key)
    return Done("delete", label, acts.delete(draft.document, key), section=section)


def _add(draft: Draft, on: str, sent: Sent) -> Done:
    """A question of a kind: "single 2" at the end of the second section, "single q3" after q3."""
    kind, _sep, where = on.partition(" ")
    if kind not in KINDS:
        raise Refused(_("没有这种题型。"))
    key = acts.fresh_key(draft.taken)
    question = begun(kind, key)
    is_section = where.isdigit()
    changed = acts.add(
        draft.document,
        [question],
        _number(where) if is_section else 0,
        "" if is_section else where,
    )
    return Done("add", pick(question["label"]), changed, key)


def _retype(draft: Draft, on: str, sent: Sent) -> Done:
    """Another kind. Once people may have answered, the question begins anew under a new key."""
    key, kind = on, sent.get("kind", "")
    question = acts.question(draft.document, key)
    if kind not in KINDS:
        raise Refused(_("没有这种题型。"))
    was_asked = any(key in acts.keys(one.document) for one in draft.versions)
    new = acts.fresh_key(draft.taken) if draft.is_published and was_asked else key
    changed = acts.replace(draft.document, key, retyped(question, kind, new))
    return Done("retype", pick(question["label"]), changed, new)


def _take(draft: Draft, on: str, _sent: Sent) -> Done:
    """A question from the library: "agree 2" at the end of the second section."""
    name, _sep, where = on.partition(" ")
    if name not in shelf():
        raise Refused(_("题库里没有这一题。"))
    key = acts.fresh_key(draft.taken)
    question = {**shelf()[name], "key": key}
    changed = acts.add(draft.document, [question], _number(where))
    return Done("add", pick(question["label"]), changed, key)


def _add_section(draft: Draft, where: str, _sent: Sent) -> Done:
    first = begun("single", acts.fresh_key(draft.taken))
    at = _number(where)
    changed = acts.add_section(draft.document, first, at)
    return Done("add_section", "", changed, section=at + 2)


def _move_section(draft: Draft, where: str, step: int) -> Done:
    at = _number(where)
    changed = acts.move_section(draft.document, at, step)
    return Done("move_section", _title(draft, at), changed, section=at + 1 + step)


def _delete_section(draft: Draft, where: str, _sent: Sent) -> Done:
    at = _number(where)
    changed = acts.delete_section(draft.document, at)
    return Done("delete_section", _title(draft, at), changed, section=max(1, at))


def _title(draft: Draft, at: int) -> str:
    title = pick(draft.document["sections"][at].get("title"))
    return title or _("第 %(number)d 部分", number=at + 1)


def _number(text: str) -> int:
    """The place of a section that a page calls by its number, from 1; -1 for none."""
    return int(text) - 1 if text.isdecimal() and len(text) < 5 else -1


_VERBS: dict[str, Callable[[Draft, str, Sent], Done]] = {
    "up": lambda draft, on, _sent: _move(draft, on, -1),
    "down": lambda draft, on, _sent: _move(draft, on, 1),
    "put": _put,
    "copy": _copy,
    "delete": _delete,
    "add": _add,
    "retype": _retype,
    "take": _take,
    "add-section": _add_section,
    "section-up": lambda draft, on, _sent: _move_section(draft, on, -1),
    "section-down": lambda draft, on, _sent: _move_section(draft, on, 1),
    "delete-section": _delete_section,
}
