"""A form's head and its sections as pages have them; see question_form.py for questions."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask import request
from sqlalchemy import select

from accounts.models import Unit
from accounts.pages import SUGGESTED
from accounts.roles import ROLES
from accounts.units import Directory
from core.db import db
from core.i18n import _, _l, iso

from ..definition import ANONYMITY, ENTRY, EVERYONE, RESULTS_WHEN, WEEK, DefinitionFault, Fault
from ..models import Survey
from . import drafting, quota_form
from .acts import Document
from .question_form import as_number, in_language, note, put, with_texts

FREE = 3  # boxes for units that are still empty
AUDIENCE = {EVERYONE: _l("所有人"), **ROLES}
LEVELS = {"named": _l("实名"), "confidential": _l("保密"), "anonymous": _l("匿名")}
ENTRIES = {
    "account": _l("登录以后答"),
    "link": _l("知道网址就能答，不登录"),
    "codes": _l("凭答题码，不登录"),
}
WHEN = {"closed": _l("截止以后"), "always": _l("随时，分批更新")}


@dataclass
class _Form:
    """What stands in the boxes: what was sent, before that what the document says."""

    document: dict[str, Any]
    sent: Mapping[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def said(self, name: str, language: str) -> str:
        if f"{name}-{language}" in self.sent:
            return str(self.sent[f"{name}-{language}"])
        return in_language(self.document.get(name), language)

    def value(self, name: str) -> str:
        if name in self.sent:
            return str(self.sent[name])
        value = self.document.get(name)
        return "" if value is None else str(value)

    def has(self, name: str) -> bool:
        """Whether a box is ticked."""
        return name in self.sent if self.sent else self.document.get(name) is True

    def _refuse(self, faults: list[Fault]) -> bool:
        for one in faults:
            note(self.errors, self.beside(one), one.sentence)
        return not self.errors

    def beside(self, fault: Fault) -> str:
        """The box beside which a fault stands."""
        return fault.name or (fault.place if fault.place in self.names else "")

    names: tuple[str, ...] = ()


@dataclass
class SectionForm(_Form):
    @classmethod
    def of(cls, section: dict[str, Any]) -> SectionForm:
        return cls(section, request.form if request.method == "POST" else {})

    def takes(self, changed: Document) -> bool:
        """Whether the document holds with what was typed, as far as the section is concerned."""
        before = {one.sentence for one in _faults(changed, without=self.value("relevant"))}
        return self._refuse(
            [
                one
                for one in _faults(changed)
                if not one.key or (one.name == "relevant" and one.sentence not in before)
            ]
        )


@dataclass
class HeadForm(_Form):
    survey: Survey | None = None
    names: tuple[str, ...] = (
        *(
            "title",
            "intro",
            "audience",
            "units",
            "roster",
            "minutes",
            "opens_on",
            "closes_on",
            "entry",
            "compare_by",
            "repeats",
        ),
    )

    @classmethod
    def of(cls, document: Document, survey: Survey) -> HeadForm:
        sent = request.form if request.method == "POST" else {}
        return cls({**document, **quota_form.boxes(document)}, sent, survey=survey)

    def takes(self, changed: Document) -> bool:
        return self._refuse([one for one in _faults(changed) if not one.key])

    def beside(self, fault: Fault) -> str:
        return quota_form.place_of(fault, self.value(quota_form.QUESTION)) or super().beside(fault)

    @property
    def is_fixed(self) -> bool:
        """Whether people may have answered, so that some things stay."""
        return self.survey is not None and self.survey.state != "draft"

    @property
    def levels(self) -> list[tuple[str, Any]]:
        return [(name, LEVELS[name]) for name in ANONYMITY]

    @property
    def entries(self) -> list[tuple[str, Any]]:
        return [(name, ENTRIES[name]) for name in ENTRY]

    @property
    def singles(self) -> list[tuple[str, str]]:
        return quota_form.singles(self.document)

    @property
    def groups(self) -> list[tuple[str, Any]]:
        """By what results can be compared."""
        weeks = [(WEEK, _l("交卷的那一周"))] if self.value("anonymity") == "named" else []
        return [*self.singles, *weeks]

    @property
    def places(self) -> list[tuple[str, str]]:
        """A box for each option of the question by which the quota goes."""
        return quota_form.options(self.document, self.value(quota_form.QUESTION))

    @property
    def audiences(self) -> list[tuple[str, Any]]:
        return list(AUDIENCE.items())

    @cached_property
    def directory(self) -> Directory:
        return Directory(db.session.scalars(select(Unit).order_by(Unit.path)))

    @property
    def units(self) -> list[str]:
        """What stands in the boxes for units, with some that are free."""
        if self.sent:
            written = [one.strip()[:120] for one in request.form.getlist("units")]
        else:
            written = [self.directory.called(key) for key in self.document.get("units", [])]
        return [*(one for one in written if one), *[""] * FREE]

    @property
    def suggested(self) -> list[tuple[str, str]]:
        """The units from which one may choose, with their keys; none when they are too many."""
        units = [one for one in self.directory.by_key.values() if one.path]
        if len(units) > SUGGESTED:
            return []
        return [(self.directory.called(one.key), one.key) for one in units]

    def unit_keys(self) -> list[str]:
        """The keys of the units that were typed by name or key; what is none is told."""
        found = []
        for written in filter(None, self.units):
            try:
                unit = self.directory.find(written)
            except LookupError as fault:
                note(self.errors, "units", str(fault.args[0]))
                continue
            found.append(unit.key)
            if not unit.path:
                sentence = _("“%(key)s”今天不在组织架构里，那里没有人能答。", key=unit.name)
                note(self.errors, "units", sentence)
        return list(dict.fromkeys(found))

    @property
    def times(self) -> list[tuple[str, Any]]:
        return [(name, WHEN[name]) for name in RESULTS_WHEN]

    @property
    def chosen(self) -> list[str]:
        if self.sent:
            return list(request.form.getlist("audience"))
        found: list[str] = self.document.get("audience", [])
        return found

    def day(self, name: str) -> str:
        """The first or last day: what was sent, what the document says, or what follows from days
        that count from the import."""
        if name in self.sent:
            return str(self.sent[name])
        if self.document.get(name):
            return str(self.document[name])
        if self.survey is None or "days" not in self.document:
            return ""
        day = self.survey.first_day if name == "opens_on" else self.survey.last_day
        return iso(day) if day else ""


def with_section(document: Document, at: int, form: SectionForm) -> Document:
    changed: Document = deepcopy(document)
    section = changed["sections"][at]
    section["title"] = with_texts(section.get("title"), form.sent, "title")
    put(section, "intro", with_texts(section.get("intro"), form.sent, "intro"))
    put(section, "relevant", form.value("relevant").strip())
    put(section, "shuffle", "shuffle" in form.sent)
    return changed


def with_head(document: Document, form: HeadForm) -> Document:
    changed: Document = deepcopy(document)
    for name in ("title", "intro"):
        put(changed, name, with_texts(changed.get(name), form.sent, name))
    changed["audience"] = form.chosen
    put(changed, "units", form.unit_keys())
    changed["minutes"] = as_number(form.value("minutes"))
    when = form.value("results_when")
    if "results_when" in changed or when != "closed":
        changed["results_when"] = when
    put(changed, "compare_by", form.value("compare_by"))
    put(changed, "repeats", form.value("repeats").strip())
    if not form.is_fixed:
        changed["anonymity"] = form.value("anonymity")
        put(changed, "publish_words", form.has("publish_words"))
        put(changed, "roster", form.has("roster"))
        entry = form.value("entry") or "account"
        put(changed, "entry", "" if entry == "account" else entry)
    quota_form.set_quota(changed, form.sent)
    put(changed, "pages", form.has("pages"))
    _set_days(changed, form)
    return changed


def _set_days(changed: Document, form: HeadForm) -> None:
    """Days that were not touched stay as they were, also those that count from the import."""
    shown = HeadForm(form.document, survey=form.survey)
    names = ("opens_on", "closes_on")
    if all(form.day(name) == shown.day(name) for name in names):
        return
    changed.pop("days", None)
    for name in names:
        put(changed, name, form.day(name).strip())


def _faults(document: Document, without: str = "") -> list[Fault]:
    """What is wrong with a document; `without` leaves out the sections that hang on this rule."""
    if without:
        document = deepcopy(document)
        for section in document["sections"]:
            if section.get("relevant") == without.strip():
                del section["relevant"]
    try:
        return drafting.check(document).faults
    except DefinitionFault as fault:
        return fault.faults
