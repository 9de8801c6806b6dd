"""The files of named answers: bound to their survey, read by who gave them and by the office."""

from __future__ import annotations

from dataclasses import dataclass

from core import attachments
from core.attachments import Attachment
from core.policy import Actor

from .fields import AnswerForm
from .models import Survey

KIND = "surveys:answer"


@dataclass(frozen=True)
class Handed:
    """What somebody hands in with the answers to a survey, as attachments know a text."""

    id: int
    author_id: int
    kind: str = KIND


def keep(survey: Survey, form: AnswerForm, person_id: int) -> None:
    """The files among the answers belong to them from now on; those of earlier answers go."""
    forms = [form, form.outlived.form] if form.outlived else [form]
    filed = {one.question.key for each in forms for one in each.asked if one.question.kind.is_filed}
    if not filed:
        return
    ids = {
        int(one["option"]) for one in form.given if one["question"] in filed and one.get("option")
    }
    handed = Handed(survey.id, person_id)
    attachments.bind(ids, handed)
    attachments.drop_others(ids, handed)


def may_read(attachment: Attachment, actor: Actor) -> bool:
    if attachment.subject_kind != KIND:
        return False
    return attachment.owner_id == actor.id or actor.holds("office")
