"""What every form of another program needs on its way to ours: keys, texts, what it leaves unsaid."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from core import text
from core.i18n import _

from ..definition import Definition, DefinitionFault, Fault, read
from ..kinds import KINDS
from ..reader import LABEL_LIMIT, OPTION_KEY
from ..rules import look

# What others do not say of a survey; a draft, so that it can be changed.
UNSAID = {
    "anonymity": "anonymous",
    "audience": ["everyone"],
    "minutes": 1,
    "results_when": "closed",
}
OTHER = {"key": "other", "label": {"zh": "其他", "en": "Other"}, "other": True}
RULES = ("relevant", "constraint", "calculation")
_BRACED = re.compile(r"\{\s*([^{}\s]+)\s*\}")
_REFERENCE = re.compile(r"\$\{\s*([^}]*?)\s*\}")


def key_like(name: str, taken: set[str]) -> str:
    """A key like the name that is not taken yet; it is from now on."""
    base = re.sub(r"\W", "_", name, flags=re.ASCII)[:32]
    base = base if re.match("[A-Za-z_]", base) else f"q_{base}"[:32]
    key, number = base, 2
    while key.lower() in taken:
        key, number = f"{base[:28]}_{number}", number + 1
    taken.add(key.lower())
    return key


def option_like(name: str, taken: set[str]) -> str:
    """The same for an option, which may be named in any script."""
    base = name if OPTION_KEY.fullmatch(name) else re.sub(r"[^\w.+-]+", "_", name)[:32].strip("_")
    key, number = base or "o", 2
    while key in taken:
        key, number = f"{base[:28]}_{number}", number + 1
    taken.add(key)
    return key


def slug_like(name: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60].strip("-")
    return slug or "form"


def looks_at_words(sections: list[dict[str, Any]]) -> bool:
    """Whether a rule looks at what somebody writes, which an anonymous form cannot do."""
    asked = [one for section in sections for one in section["questions"]]
    words = {one["key"] for one in asked if one["type"] in ("short", "long")}
    rules = [str(one.get(name, "")) for one in [*sections, *asked] for name in RULES]
    return any(name in words for rule in rules for name in _REFERENCE.findall(rule))


def has_files(sections: list[dict[str, Any]]) -> bool:
    return any(KINDS[one["type"]].is_filed for section in sections for one in section["questions"])


def named_for_files() -> str:
    return _("匿名问卷不能收文件和签名，所以先存成实名的。开放以前可以改。")


def named_instead() -> str:
    return _("有条件要看别人写的话，匿名问卷做不到，所以先存成实名的。开放以前可以改。")


class Draft:
    """A form under way: its document, where its questions came from, what was lost."""

    def __init__(self, name: str) -> None:
        self.told: list[Fault] = []
        self.taken: set[str] = set()
        self.keys: dict[str, str] = {}  # by the name that the other program knows
        self.places: dict[str, str] = {}  # by key
        self.options: dict[str, dict[str, str]] = {}  # by key: our options by their values
        stem = name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0]
        self.document: dict[str, Any] = {"slug": slug_like(stem), "title": stem[:120], **UNSAID}
        self.sections: list[dict[str, Any]] = []

    def tell(self, place: str, sentence: str) -> None:
        fault = Fault(place, sentence)
        if fault not in self.told:
            self.told.append(fault)

    def key(self, name: str, place: str) -> str:
        key = key_like(name or "q", self.taken)
        self.keys.setdefault(name, key)
        self.places[key] = place
        return key

    def option(self, question: str, value: str) -> str:
        """The key of an option, so that rules which name its value find it."""
        known = self.options.setdefault(question, {})
        if value not in known:
            known[value] = option_like(value, set(known.values()))
        return known[value]

    def words(self, given: Any, place: str, limit: int = LABEL_LIMIT, is_html: bool = False) -> Any:
        """A text, or texts by language, in one line; cut where it is too long. The names of
        questions in braces become ours."""
        if isinstance(given, dict):
            found = {code: self.words(one, place, limit, is_html) for code, one in given.items()}
            return {code: one for code, one in found.items() if one}
        said = given if isinstance(given, str | int | float) else ""
        flat = " ".join((_without_markup(str(said)) if is_html else str(said)).split())
        flat = _BRACED.sub(self._ours, flat)
        if len(flat) > limit:
            self.tell(place, _("太长了，只留前 %(limit)d 个字。", limit=limit))
            flat = flat[: limit - 1].rstrip() + "…"
        return flat

    def _ours(self, found: re.Match[str]) -> str:
        key = self.keys.get(found[1].partition(".")[0])
        return f"${{{key}}}" if key else found[0]

    def finished(self) -> tuple[Definition, list[Fault]]:
        """The form, and what did not come along. Raises DefinitionFault."""
        self.document["sections"] = [one for one in self.sections if one["questions"]]
        if has_files(self.document["sections"]):
            self.document["anonymity"] = "named"
            self.tell(_("整份问卷"), named_for_files())
        elif looks_at_words(self.document["sections"]):
            self.document["anonymity"] = "named"
            self.tell(_("整份问卷"), named_instead())
        try:
            definition = read(self.document)
        except DefinitionFault as fault:
            self._drop_rules(fault.faults)
            definition = read(self.document)
        self.document["minutes"] = min(180, look(definition).minutes)
        return read(self.document), self.told

    def _drop_rules(self, faults: Iterable[Fault]) -> None:
        """Leave out the rules that cannot be kept here, and say so."""
        for fault in faults:
            for thing in self._with_rule(fault):
                del thing[fault.name]
                self.tell(
                    self.places.get(fault.key, fault.place),
                    _("规则没有带过来：%(why)s", why=fault.sentence),
                )

    def _with_rule(self, fault: Fault) -> Iterator[dict[str, Any]]:
        for section in self.document["sections"]:
            for question in section["questions"]:
                if question["key"] == fault.key and fault.name in RULES[:2]:
                    if fault.name in question:
                        yield question
                    elif fault.name in section:
                        yield section


def _without_markup(html: str) -> str:
    try:
        return text.plain(text.cook(html, "html"))
    except text.TextFault:
        return text.plain(html)
