"""Ready-made explanations: what reviewers say often, kept by the chief moderators.

Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Enum, Select, String, Text, false, select, true
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, figures, i18n, journal
from core.db import Base, db
from core.errors import Conflict
from core.i18n import _
from core.policy import Actor

from .models import VERBS
from .scope import is_reviewer

TITLE, WORDS = 60, 1_000
KEPT = "moderation:templates"


class Worded:
    """An explanation as its reader meets it."""

    title: Any
    title_en: Any
    words: Any
    words_en: Any
    verb: Any

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


@dataclass(frozen=True)
class Offered(Worded):
    """A template as the forms of decisions offer it."""

    id: int
    title: str
    title_en: str
    words: str
    words_en: str
    verb: str | None
    reason_code: str | None


class ExplanationTemplate(Worded, Base):
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

    @staticmethod
    def visible_to(actor: Actor) -> Select[ExplanationTemplate]:
        """Reviewers read them all."""
        return select(ExplanationTemplate).where(true() if is_reviewer(actor) else false())


def offered(verbs: Sequence[str]) -> list[Offered]:
    """Those that fit one of the verbs, as they were at most a minute ago."""
    return [one for one in figures.kept(KEPT, _offered) if any(map(one.fits, verbs))]


def _offered() -> list[Offered]:
    rows = db.session.execute(
        select(*(getattr(ExplanationTemplate, one.name) for one in fields(Offered)))
        .where(ExplanationTemplate.retired_at.is_(None))
        .order_by(ExplanationTemplate.title, ExplanationTemplate.id)
    )
    return [Offered(**row._mapping) for row in rows]


def chosen(typed: str, verb: str) -> ExplanationTemplate | None:
    """The one that a button of a form named, as it is now; None: it is offered no more."""
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
    found = db.session.get(ExplanationTemplate, number)
    return found if found and found.retired_at is None and found.fits(verb) else None


def write(template: ExplanationTemplate, actor: Actor) -> None:
    """Add one, or keep what was changed in it."""
    is_new = template.id is None
    db.session.add(template)
    db.session.flush()
    journal.append(template.kind, template.id, "create" if is_new else "edit", actor.id)
    figures.changed(KEPT)


def retire(template: ExplanationTemplate, actor: Actor) -> None:
    """Offer it no more. Raises Conflict when it is so already."""
    if template.retired_at is not None:
        raise Conflict(template, _("这份模板已经停用。"))
    template.retired_at = clock.now()
    journal.append(template.kind, template.id, "retire", actor.id)
    figures.changed(KEPT)


def joined(typed: str, template: ExplanationTemplate) -> str:
    """What was typed, and the template's words after it unless they stand there already."""
    if template.said in typed:
        return typed
    return f"{typed.rstrip()}\n{template.said}" if typed.strip() else template.said
