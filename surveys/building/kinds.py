"""What the workshop adds to the table of kinds: how a new question of each begins."""

from __future__ import annotations

from typing import Any

from core.i18n import _, _l

from ..kinds import KINDS

# Words with which options and rows of a new question begin, where a kind has them.
_OPTIONS = (_l("选项一"), _l("选项二"))
_DEGREES = (_l("满意"), _l("一般"), _l("不满意"))
_ROWS = (_l("第一项"), _l("第二项"))
_BEGINS: dict[str, dict[str, Any]] = {
    "calculated": {"calculation": "0"},
    "rating": {"min": 0, "max": 10},
}


def kind_name(kind: str) -> str:
    return str(KINDS[kind].word) if kind in KINDS else kind


def begun(kind: str, key: str) -> dict[str, Any]:
    """A new question of a kind, whole enough to be asked."""
    allowed = KINDS[kind].keys
    question: dict[str, Any] = {
        "key": key,
        "type": kind,
        "label": _("新的%(kind)s", kind=kind_name(kind)),
    }
    if "rows" in allowed:
        question["rows"] = listed(_ROWS)
    if "options" in allowed:
        question["options"] = listed(_DEGREES if "rows" in allowed else _OPTIONS)
    return {**question, **_BEGINS.get(kind, {})}


def listed(words: Any) -> list[dict[str, str]]:
    """Options or rows of some words, under the keys a, b, c …; after z follow o1, o2 …"""
    return [
        {"key": chr(ord("a") + at) if at < 26 else f"o{at - 25}", "label": str(word)}
        for at, word in enumerate(words)
    ]


def retyped(question: dict[str, Any], kind: str, key: str) -> dict[str, Any]:
    """A question as another kind, with all that the new kind can have of it."""
    fresh = begun(kind, key)
    allowed = KINDS[kind].keys
    kept = {name: value for name, value in question.items() if name in allowed}
    if "options" in kept:
        known = KINDS[kind].option_keys
        kept["options"] = [
            {name: value for name, value in one.items() if name in known} for one in kept["options"]
        ]
    for name in ("min", "max"):  # a bound of one kind is no bound of another
        kept.pop(name, None)
    return {**fresh, **kept, "key": key, "type": kind}
