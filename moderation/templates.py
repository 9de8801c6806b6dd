"""Ready-made explanations: what reviewers say often, kept by the chief moderators.

Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Enum, Select, String, Text, false, or_, select, true
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, i18n, journal
from core.db import Base, db
from core.errors import Conflict
from core.i18n import _
from core.policy import Actor

from .models import VERBS
from .scope import is_reviewer

TITLE, WORDS = 60, 1_000


class ExplanationTemplate(Base):
    """An explanation in both languages, for one verb and one reason, or for any."""

    __tablename__ = "explanation_templates"

    kind = "moderation:template"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(TITLE))
    title_en: Mapped[str] = mapped_column(String(TITLE), default="")
    words: Mapped[str] = mapped_column(Text)
    words_en: Mapped[str] = mapped_column(Text, default="")
    verb: Mapped[str | None] = mapped_column(
        Enum(*VERBS, native_enum=False, create_constraint=True, name="template_verb")
    )
    reason_code: Mapped[str | None] = mapped_column(String(30))
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def name(self) -> str:
        """The title in the reader's language."""
        return i18n.pick({"zh": self.title, "en": self.title_en})

    @property
    def said(self) -> str:
        """The explanation in the reader's language."""
        return i18n.pick({"zh": self.words, "en": self.words_en})

    def fits(self, verb: str) -> bool:
        return self.verb in (None, verb)

    @staticmethod
    def visible_to(actor: Actor) -> Select[ExplanationTemplate]:
        """Reviewers read them all."""
        return select(ExplanationTemplate).where(true() if is_reviewer(actor) else false())


def offered(verbs: Sequence[str]) -> Sequence[ExplanationTemplate]:
    """Those that fit one of the verbs; one statement."""
    fitting = or_(ExplanationTemplate.verb.is_(None), ExplanationTemplate.verb.in_(verbs))
    return db.session.scalars(
        select(ExplanationTemplate)
        .where(ExplanationTemplate.retired_at.is_(None), fitting)
        .order_by(ExplanationTemplate.title, ExplanationTemplate.id)
    ).all()


def write(template: ExplanationTemplate, actor: Actor) -> None:
    """Add one, or keep what was changed in it."""
    is_new = template.id is None
    db.session.add(template)
    db.session.flush()
    journal.append(template.kind, template.id, "create" if is_new else "edit", actor.id)


def retire(template: ExplanationTemplate, actor: Actor) -> None:
    """Offer it no more. Raises Conflict when it is so already."""
    if template.retired_at is not None:
        raise Conflict(template, _("这份模板已经停用。"))
    template.retired_at = clock.now()
    journal.append(template.kind, template.id, "retire", actor.id)


def joined(typed: str, template: ExplanationTemplate) -> str:
    """What was typed, and the template's words after it unless they stand there already."""
    if template.said in typed:
        return typed
    return f"{typed.rstrip()}\n{template.said}" if typed.strip() else template.said
