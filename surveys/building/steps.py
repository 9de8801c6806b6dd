"""The draft of a form, step by step: who did what and when, one step back and forward.

A step is a row with the whole document. `back` names the step that an undo returns to and
`forward` the one that an undone undo returns to; both are steps of their own, so that numbers
only rise, and a page that shows an older number is told what came after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, defer, mapped_column

from core import clock
from core.db import Base, db
from core.i18n import _l
from core.policy import Actor

from ..models import Survey
from .acts import Document

KEPT = 60  # steps of a form; older ones go, and with them the way back to them
ABOUT_LIMIT = 120
# What was done, as people read it; %(about)s is the question or section.
ACTS = {
    "begin": _l("开始修改"),
    "add": _l("加了“%(about)s”"),
    "edit": _l("改了“%(about)s”"),
    "retype": _l("给“%(about)s”换了题型"),
    "move": _l("移动了“%(about)s”"),
    "duplicate": _l("复制了“%(about)s”"),
    "delete": _l("删去了“%(about)s”"),
    "add_section": _l("加了一个部分"),
    "edit_section": _l("改了部分“%(about)s”"),
    "move_section": _l("移动了部分“%(about)s”"),
    "delete_section": _l("删去了部分“%(about)s”"),
    "edit_form": _l("改了标题、对象或者时间"),
    "paste": _l("从文字加了“%(about)s”等题"),
    "file": _l("交进来一份文件"),
    "undo": _l("撤销了一步"),
    "redo": _l("重做了一步"),
    "publish": _l("发布了"),
    "discard": _l("放弃了改动"),
}
# After these there is no draft: what people answer is what stands there.
ENDS = ("publish", "discard")


class DraftStep(Base):
    """The form after one act."""

    __tablename__ = "survey_draft_steps"

    survey_id: Mapped[int] = mapped_column(
        ForeignKey("surveys.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    act: Mapped[str] = mapped_column(String(20))
    about: Mapped[str] = mapped_column(String(ABOUT_LIMIT))
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    back: Mapped[int | None]
    forward: Mapped[int | None]

    @property
    def is_draft(self) -> bool:
        """Whether something stands here that is not yet published."""
        return self.act not in ENDS

    @property
    def said(self) -> str:
        return str(ACTS[self.act]) % {"about": self.about}


def latest(survey: Survey) -> DraftStep | None:
    return db.session.scalar(_newest(survey).limit(1))


def since(survey: Survey, number: int) -> Sequence[DraftStep]:
    """The steps after one, the newest first, without their documents."""
    found = _newest(survey).where(DraftStep.number > number).options(defer(DraftStep.document))
    return db.session.scalars(found).all()


def add(survey: Survey, act: str, about: str, document: Document, actor: Actor) -> DraftStep:
    """One step more, from which an undo leads to the one before it."""
    before = latest(survey)
    back = before.number if before is not None and before.is_draft else None
    return _put(survey, before, act, about, document, actor, back, None)


def follow(survey: Survey, act: str, document: Document, actor: Actor) -> None:
    """Note what came from elsewhere into a form that has steps."""
    before = latest(survey)
    if before is not None and (act in ENDS or before.document != document):
        add(survey, act, "", document, actor)


def undo(survey: Survey, actor: Actor) -> DraftStep | None:
    """One step back; None where there is none."""
    return _return(survey, actor, "undo")


def redo(survey: Survey, actor: Actor) -> DraftStep | None:
    """One undone step forward; None where there is none."""
    return _return(survey, actor, "redo")


def _return(survey: Survey, actor: Actor, act: str) -> DraftStep | None:
    now = latest(survey)
    number = None if now is None else now.back if act == "undo" else now.forward
    there = db.session.get(DraftStep, (survey.id, number)) if number is not None else None
    if there is None or now is None:
        return None
    back = there.back
    forward = now.number if act == "undo" else there.forward
    return _put(survey, now, act, there.about, there.document, actor, back, forward)


def _put(
    survey: Survey,
    before: DraftStep | None,
    act: str,
    about: str,
    document: Document,
    actor: Actor,
    back: int | None,
    forward: int | None,
) -> DraftStep:
    step = DraftStep(
        survey_id=survey.id,
        number=before.number + 1 if before is not None else 1,
        act=act,
        about=about[:ABOUT_LIMIT],
        document=document,
        author_id=actor.id,
        back=back,
        forward=forward,
    )
    db.session.add(step)
    db.session.flush()
    old = (DraftStep.survey_id == survey.id, DraftStep.number <= step.number - KEPT)
    db.session.execute(delete(DraftStep).where(*old))
    return step


def _newest(survey: Survey) -> Any:
    return (
        select(DraftStep).where(DraftStep.survey_id == survey.id).order_by(DraftStep.number.desc())
    )
