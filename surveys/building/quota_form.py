"""The quota on the page of a form's head: so many responses in all, or for the options of one
question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.i18n import pick

from ..definition import Fault
from ..quota import OPTIONS_PLACE, PLACE
from . import acts
from .acts import Document
from .question_form import as_number, put

MOST, QUESTION = "quota-most", "quota-question"


def box(question: str, option: str) -> str:
    """The name of the box for an option's places."""
    return f"quota-{question}-{option}"


def boxes(document: Document) -> dict[str, Any]:
    """What a document's quota puts into the boxes."""
    quota = document.get("quota") or {}
    question = quota.get("question") or ""
    places = {box(question, key): count for key, count in (quota.get("options") or {}).items()}
    return {MOST: quota.get("most"), QUESTION: question, **places}


def singles(document: Document) -> list[tuple[str, str]]:
    """The questions whose options may have places, by key and words."""
    return [
        (one["key"], pick(one["label"]))
        for one in acts.questions(document)
        if one["type"] == "single"
    ]


def options(document: Document, question: str) -> list[tuple[str, str]]:
    """The boxes of a question's options, by name and words."""
    return [
        (box(question, option["key"]), pick(option["label"]))
        for one in acts.questions(document)
        if one["key"] == question and one["type"] == "single"
        for option in one["options"]
    ]


def set_quota(changed: Document, sent: Mapping[str, str]) -> None:
    """Let a document's quota be what was sent; faults are for its reading to find."""
    if MOST not in sent:
        return  # the page did not have it
    quota: dict[str, Any] = {}
    if most := sent[MOST].strip():
        quota["most"] = as_number(most)
    if question := sent.get(QUESTION, ""):
        start = box(question, "")
        given = {name: sent.get(name, "").strip() for name, _label in options(changed, question)}
        places = {name.removeprefix(start): as_number(one) for name, one in given.items() if one}
        quota |= {"question": question, "options": places}
    put(changed, "quota", quota)


def place_of(fault: Fault, question: str) -> str:
    """The box beside which a fault of a quota stands; "" for another fault."""
    if fault.place == OPTIONS_PLACE:
        return box(question, fault.name)
    if fault.place == PLACE:
        return MOST if fault.name == "most" else QUESTION
    return ""
