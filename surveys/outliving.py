"""A form that was opened before it changed, and comes back afterwards.

What was answered is taken as it was asked: where it still holds it is accepted, answers to
questions that are gone included. Else the page says what changed, and everything typed stays.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from core.db import db

from . import fields
from .begun import BegunResponse
from .building.difference import difference
from .definition import Definition
from .models import SurveyVersion

# Differences that whoever fills in a form can see.
_SEEN = frozenset(
    {"added", "removed", "retyped", "reworded", "rules"}
    | {f"{part}_{what}" for part in ("option", "row") for what in ("added", "removed", "renamed")}
)


class Outlived:
    """The version that somebody saw, beside the one that is asked now."""

    def __init__(
        self, seen: SurveyVersion, now: SurveyVersion, begun: MultiDict[str, str] | None = None
    ) -> None:
        self.number = seen.number
        self.form = fields.form_for(seen.definition, begun=begun)
        self._sent = request.form if begun is None else begun
        self.gone = {one.key for one in self.form.flow.questions} - keys_of(now.definition)
        self._documents = seen.document, now.document

    @property
    def names(self) -> set[str]:
        """Every control that the page had."""
        return {name for one in self.form.asked for name in one.names}

    @cached_property
    def given(self) -> list[dict[str, Any]]:
        """What was answered to questions that are gone, where it held."""
        self.form.validate()
        return [
            row
            for one in self.form.asked
            if one.question.key in self.gone and not one.errors
            for row in one.given
        ]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What was sent to those questions, to be sent again."""
        return [
            (name, value)
            for one in self.form.asked
            if one.question.key in self.gone
            for name in one.names
            for value in self._sent.getlist(name)
            if value
        ]

    @property
    def told(self) -> list[str]:
        """What changed since, in sentences."""
        return [one.sentence for one in difference(*self._documents).changes if one.sort in _SEEN]


def form_sent(version: SurveyVersion, *, is_tried: bool = False) -> fields.AnswerForm:
    """The form that was sent, in its newest version, with the one that was seen where that is an
    older."""
    form = fields.form_for(version.definition, is_tried=is_tried)
    number = request.form.get("number", version.number, type=int)
    return _outlived(form, version, number)


def form_begun(
    version: SurveyVersion, given: list[dict[str, Any]] | None, begun: BegunResponse | None
) -> fields.AnswerForm:
    """The form as somebody comes back to it: with what was answered, and over that what was begun,
    carried over from the version that it was begun in."""
    if begun is None:
        return fields.form_for(version.definition, given)
    form = fields.form_for(version.definition, given, begun=begun.sent)
    form.at = begun.section
    return _outlived(form, version, begun.version_number, begun.sent)


def _outlived(
    form: fields.AnswerForm,
    version: SurveyVersion,
    number: int,
    begun: MultiDict[str, str] | None = None,
) -> fields.AnswerForm:
    if 0 < number < version.number:
        seen = db.session.get(SurveyVersion, (version.survey_id, number))
        form.outlived = Outlived(seen, version, begun) if seen is not None else None
    return form


def with_gone(
    version: SurveyVersion, given: list[dict[str, Any]], before: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """A changed answer, and what was answered before to questions that the version no longer asks."""
    anew = keys_of(version.definition) | {one["question"] for one in given}
    return [*given, *(one for one in before if one["question"] not in anew)]


def keys_of(definition: Definition) -> set[str]:
    return {one.key for one in definition.questions}
