"""Files of responses that somebody asked for: made as background work, kept for a week."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Select, String, false, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import clock
from core.db import Base
from core.policy import Actor

from ..models import Survey

KEPT = timedelta(days=7)
KINDS = ("xlsx", "csv", "sav")


class SurveyExport(Base):
    """Rows of a survey that one person of the office asked for, in one form.

    `file` names what lies in the storage once it is made; `refusal` is why it is not (see rule.py).
    `notes` are sentences about the file: what had to be cut short.
    """

    __tablename__ = "survey_exports"
    __table_args__ = (CheckConstraint("kind IN ('xlsx', 'csv', 'sav')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id", ondelete="CASCADE"), index=True)
    asker_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(8))
    asked_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    ended_at: Mapped[datetime | None]
    total_count: Mapped[int]
    done_count: Mapped[int] = mapped_column(default=0)
    file: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int | None]
    refusal: Mapped[str | None] = mapped_column(String(20))
    notes: Mapped[list[Any]] = mapped_column(JSON, default=list)

    survey: Mapped[Survey] = relationship(lazy="joined")

    @property
    def state(self) -> str:
        """waiting, making, done or refused; no more than what the columns say."""
        if self.ended_at is not None:
            return "refused" if self.refusal else "done"
        return "making" if self.done_count else "waiting"

    @property
    def goes_at(self) -> datetime:
        return self.asked_at + KEPT

    @staticmethod
    def visible_to(actor: Actor) -> Select[SurveyExport]:
        """Whoever asked, and as long as the week lasts."""
        own = SurveyExport.asker_id == actor.id if actor.is_authenticated else false()
        return select(SurveyExport).where(own, SurveyExport.asked_at > clock.now() - KEPT)
