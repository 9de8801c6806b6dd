"""The draft of a survey: what it says now, whether it holds, and how it becomes what is asked.

While nothing is published, every step that holds is what the survey's other pages show. Once it
is, a draft stands beside the published version until it is published itself, or discarded.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from core.i18n import _
from core.policy import Actor

from .. import publishing
from ..definition import Definition, DefinitionFault, Fault, read
from ..models import Survey, SurveyVersion
from ..results import THRESHOLD
from . import steps
from .acts import Document, keys, questions
from .difference import Difference, difference, set_apart


class Stale(RuntimeError):
    """Somebody else changed the draft since its page was made; `steps` are what they did."""

    def __init__(self, done: Sequence[steps.DraftStep]) -> None:
        super().__init__("the draft has changed")
        self.steps = done


@dataclass(frozen=True)
class Draft:
    """A form in the making. `seen` is the number of its newest step, 0 before the first."""

    survey: Survey
    versions: list[SurveyVersion]  # the newest first
    document: Document
    seen: int
    step: steps.DraftStep | None

    @property
    def base(self) -> SurveyVersion:
        return self.versions[0]

    @property
    def is_changed(self) -> bool:
        return self.step is not None and self.step.is_draft

    @property
    def taken(self) -> set[str]:
        """Every key that any version or the draft gives to a question."""
        return keys(self.document).union(*(keys(one.document) for one in self.versions))

    def taken_in(self, key: str, part: str) -> set[str]:
        """Every key that a question's options or rows have or had."""
        documents = [self.document, *(one.document for one in self.versions)]
        return {
            one["key"]
            for document in documents
            for asked in questions(document)
            if asked["key"] == key
            for one in asked.get(part, [])
        }

    @property
    def is_published(self) -> bool:
        return self.survey.state != "draft"

    def difference(self) -> Difference:
        return difference(self.base.document, self.document)


def draft_of(survey: Survey) -> Draft:
    """What the survey's draft says now: two statements."""
    found = publishing.versions(survey)
    step = steps.latest(survey)
    document = step.document if step is not None and step.is_draft else found[0].document
    return Draft(survey, found, document, step.number if step else 0, step)


def draft_seen(survey: Survey, seen: int | None) -> Draft:
    """The draft, if it is the one that a page was made of. Raises Stale."""
    draft = draft_of(survey)
    if seen != draft.seen:
        raise Stale(steps.since(survey, seen or 0))
    return draft


def write(draft: Draft, act: str, about: str, document: Document, actor: Actor) -> None:
    """Let the draft say something else, in the caller's transaction. Raises DefinitionFault where
    it could not even be shown."""
    check(document)
    if draft.step is None or not draft.step.is_draft:
        steps.add(draft.survey, "begin", "", draft.document, actor)
    step = steps.add(draft.survey, act, about, document, actor)
    _show(draft.survey, step, actor)


def hand_in(survey: Survey, definition: Definition, actor: Actor) -> bool:
    """Let a file be the draft; False where it says what the draft says. Raises DefinitionFault
    where it can never be asked in this survey's place."""
    draft = draft_of(survey)
    publishing.must_follow(survey, definition)
    if definition.document == draft.document:
        return False
    write(draft, "file", "", definition.document, actor)
    return True


def step_back(draft: Draft, act: str, actor: Actor) -> bool:
    """Undo or redo; False where there is nothing to."""
    step = steps.undo(draft.survey, actor) if act == "undo" else steps.redo(draft.survey, actor)
    if step is not None:
        _show(draft.survey, step, actor)
    return step is not None


def _show(survey: Survey, step: steps.DraftStep, actor: Actor) -> None:
    """An unpublished survey shows its draft, as soon as it holds."""
    if survey.state != "draft":
        return
    try:
        publishing.put_draft(survey, read(step.document), actor)
    except DefinitionFault:
        return


# --- Whether it holds -----------------------------------------------------------------------


@dataclass(frozen=True)
class Checked:
    """A form that can be shown, rules that do not hold left out, and why they do not."""

    definition: Definition
    faults: list[Fault]

    def of(self, key: str) -> list[Fault]:
        return [one for one in self.faults if one.key == key]


def check(document: Document) -> Checked:
    """Raises DefinitionFault where leaving rules out does not mend it."""
    try:
        return Checked(read(deepcopy(document)), [])
    except DefinitionFault as fault:
        faults = fault.faults
    named = {one.key for one in faults if one.key}
    for tried in (named, keys(document)):
        try:
            return Checked(read(_without_rules(document, tried)), faults)
        except DefinitionFault:
            continue
    raise DefinitionFault(faults)


def _without_rules(document: Document, named: set[str]) -> Document:
    """Without the rules of some questions, those that other questions ask for by name included."""
    bare: Document = deepcopy(document)
    for section in bare["sections"]:
        if any(one["key"] in named for one in section["questions"]):
            section.pop("relevant", None)
        for one in section["questions"]:
            if one["key"] in named:
                for rule in ("relevant", "constraint"):
                    one.pop(rule, None)
                if "calculation" in one:
                    one["calculation"] = "0"
                for part in ("label", "hint"):
                    one[part] = _plain(one.get(part, ""))
    return bare


def _plain(text: Any) -> Any:
    if isinstance(text, dict):
        return {language: _plain(words) for language, words in text.items()}
    return text.replace("${", "{")


# --- Publishing -----------------------------------------------------------------------------


def publish(draft: Draft, apart: Sequence[str], actor: Actor) -> int:
    """Ask the draft from now on; questions `apart` begin anew. The number of the version.

    Raises DefinitionFault, and publishing.NotYet where a change would point at somebody.
    """
    found = draft.difference()
    allowed = {one.key for one in found.to_decide}
    chosen = [*found.apart, *(key for key in apart if key in allowed)]
    document = set_apart(draft.document, chosen, draft.taken)
    definition = read(document)
    if found.shows_in_answers or chosen:
        _many_enough(draft)
    number = publishing.revise(draft.survey, definition, actor).number
    return number


def discard(draft: Draft, actor: Actor) -> None:
    """Let go of what is not published; the step before it stays for an undo."""
    steps.add(draft.survey, "discard", "", draft.base.document, actor)


def _many_enough(draft: Draft) -> None:
    """Answers without names must not fall apart into a few from before and the rest: whoever
    answered so early would be one of a few."""
    if draft.survey.is_named:
        return
    answered = publishing.answered(draft.survey)
    if 0 < answered - _answered_before(draft.versions) < THRESHOLD:
        raise publishing.NotYet(
            _(
                "这份问卷不记名，而按现在的题目交来的答卷还不足 %(limit)d 份：题目一变，就能看出哪几份是早交的。"
                "请等到满 %(limit)d 份，或者只改说法、不加减题目和选项。",
                limit=THRESHOLD,
            )
        )


def _answered_before(versions: Sequence[SurveyVersion]) -> int:
    """How many had answered when the form took the shape that its answers have now."""
    first = versions[0]
    for older in versions[1:]:
        if difference(older.document, first.document).shows_in_answers:
            break
        first = older
    return first.answer_count or 0
