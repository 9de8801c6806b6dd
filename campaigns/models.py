"""A campaign, its phases, its notice in numbered paragraphs, and the terms it uses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Row,
    Select,
    String,
    Text,
    UniqueConstraint,
    case,
    false,
    select,
    true,
)
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from accounts.models import Unit
from core import clock, i18n, journal
from core.db import Base, db
from core.i18n import _, pick
from core.policy import Actor
from core.states import Machine, Stateful


def _set(record: Any, values: dict[str, Any]) -> list[str]:
    """Set the attributes that differ; gives their names."""
    changed = [name for name, value in values.items() if getattr(record, name) != value]
    for name in changed:
        setattr(record, name, values[name])
    return changed


class Dated:
    """Mixin: a period of days; first and last belong to it. Either may be missing."""

    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]

    @property
    def course(self) -> str:
        """Where today stands: "ahead", "now", "done"; "undated" while days are missing."""
        if self.starts_on is None or self.ends_on is None:
            return "undated"
        today = clock.today()
        if today < self.starts_on:
            return "ahead"
        return "done" if today > self.ends_on else "now"

    @property
    def period(self) -> str:
        """The days as people write them: 4月15日 – 28日, 15–28 Apr; "" while any is missing."""
        return i18n.period(self.starts_on, self.ends_on)

    @property
    def days_left(self) -> int:
        """Days after today that still belong to it; 0 on its last day."""
        return (self.ends_on - clock.today()).days if self.ends_on else 0


class Campaign(Dated, Stateful, Base):
    """A great discussion: from its notice to its archive. `unit` is who called it."""

    __tablename__ = "campaigns"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="order"),
        CheckConstraint(
            "state = 'draft' OR (starts_on IS NOT NULL AND ends_on IS NOT NULL)", name="dated"
        ),
    )
    kind = "campaigns:campaign"
    machine = Machine(
        "draft",
        open=("draft", "open"),
        close=("open", "closed"),
        reopen=("closed", "open"),
        archive=("closed", "archived"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(200), default="")
    lead: Mapped[str] = mapped_column(Text, default="")
    lead_en: Mapped[str] = mapped_column(Text, default="")
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)

    unit: Mapped[Unit | None] = relationship(lazy="raise_on_sql")
    phases: Mapped[list[Phase]] = relationship(
        back_populates="campaign",
        cascade="all, delete-orphan",
        order_by="Phase.number",
        lazy="raise_on_sql",
    )

    @property
    def name(self) -> str:
        """The title in the reader's language."""
        return pick({"zh": self.title, "en": self.title_en})

    @property
    def opening(self) -> str:
        """The lead in the reader's language."""
        return pick({"zh": self.lead, "en": self.lead_en})

    @property
    def stations(self) -> list[dict[str, str]]:
        """The phases as stations on a way: name, when, place ("done", "now" or "")."""
        return [
            {
                "name": phase.name,
                "when": phase.period,
                "place": phase.course if phase.course in ("done", "now") else "",
            }
            for phase in self.phases
        ]

    @property
    def takes_proposals(self) -> bool:
        """Whether people may hand in proposals today."""
        return self.state == "open" and self.course == "now"

    @property
    def phases_now(self) -> list[Phase]:
        """The phases that today belongs to; they may overlap."""
        return [phase for phase in self.phases if phase.course == "now"]

    def revise(
        self, fields: dict[str, Any], phases: list[tuple[int, dict[str, Any]]], actor: Actor
    ) -> None:
        """Set the fields and the phases (each with the place it had before), and journal it."""
        before = list(self.phases)
        kept = [
            (before[place] if place < len(before) else Phase(), values) for place, values in phases
        ]
        changed = _set(self, fields)
        if {id(phase) for phase, _values in kept} != {id(phase) for phase in before}:
            changed.append("phases")
            self.phases = [phase for phase, _values in kept if phase.id is not None]
            db.session.flush()  # numbers are free again before they are given anew
            self.phases = [phase for phase, _values in kept]
        for number, (phase, values) in enumerate(kept, 1):
            changed += [f"phase-{number}.{name}" for name in _set(phase, values)]
            phase.number = number
        self._note_edit(changed, actor)

    def define(self, terms: dict[str, str], actor: Actor) -> None:
        """Let these be the campaign's terms, in this order, and journal it."""
        for old in glossary(self.id):
            db.session.delete(old)
        db.session.flush()
        db.session.add_all(
            GlossaryTerm(campaign_id=self.id, term=term, explanation=explanation)
            for term, explanation in terms.items()
        )
        self._note_edit(["terms"], actor)

    def _note_edit(self, changed: list[str], actor: Actor) -> None:
        if changed:
            self.changed_at = clock.now()  # raises the version even where only a phase changed
            facts: dict[str, int | str | None] = {"changed": ",".join(changed)}
            journal.append(self.kind, self.id, "edit", actor.id, facts=facts)

    @staticmethod
    def visible_to(actor: Actor) -> Select[Campaign]:
        """Everybody who is signed in, drafts apart: those are the office's."""
        if not actor.is_authenticated:
            return select(Campaign).where(false())
        return select(Campaign).where(
            true() if actor.holds("office") else Campaign.state != "draft"
        )


class Phase(Dated, Base):
    """A stretch of the campaign with an aim; today says which one is on."""

    __tablename__ = "campaign_phases"
    __table_args__ = (
        UniqueConstraint("campaign_id", "number"),
        CheckConstraint("ends_on >= starts_on", name="order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(200), default="")
    aim: Mapped[str] = mapped_column(Text, default="")
    aim_en: Mapped[str] = mapped_column(Text, default="")

    @property
    def name(self) -> str:
        """The title in the reader's language."""
        return pick({"zh": self.title, "en": self.title_en})

    @property
    def task(self) -> str:
        """The aim in the reader's language."""
        return pick({"zh": self.aim, "en": self.aim_en})

    @property
    def ordinal(self) -> str:
        """第二阶段, Phase 2."""
        return _("第%(n)s阶段", n=i18n.numeral(self.number))

    campaign: Mapped[Campaign] = relationship(back_populates="phases", lazy="raise_on_sql")


class CampaignNotice(Base):
    """A version of the notice by which the campaign was called."""

    __tablename__ = "campaign_notices"
    __table_args__ = (UniqueConstraint("campaign_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    reference: Mapped[str] = mapped_column(String(60), default="")
    addressees: Mapped[str] = mapped_column(Text, default="")
    signature: Mapped[str] = mapped_column(Text, default="")
    digest: Mapped[str] = mapped_column(String(64))
    imported_at: Mapped[datetime] = mapped_column(default=clock.now)

    paragraphs: Mapped[list[NoticeParagraph]] = relationship(
        cascade="all, delete-orphan", order_by="NoticeParagraph.position", lazy="raise_on_sql"
    )


class NoticeParagraph(Base):
    """A paragraph with its number path ("3-2-1"), which duties link to as #p-3-2-1."""

    __tablename__ = "campaign_notice_paragraphs"
    __table_args__ = (UniqueConstraint("notice_id", "path"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(
        ForeignKey("campaign_notices.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int]
    path: Mapped[str] = mapped_column(String(40))
    level: Mapped[int]
    label: Mapped[str] = mapped_column(String(20), default="")
    heading: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(Text, default="")


class GlossaryTerm(Base):
    """A term of the campaign, such as “双满意”, and what it means."""

    __tablename__ = "campaign_glossary_terms"
    __table_args__ = (UniqueConstraint("campaign_id", "term"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    term: Mapped[str] = mapped_column(String(40))
    explanation: Mapped[str] = mapped_column(Text, default="")


PHASES = joinedload(Campaign.phases)


def current(actor: Actor) -> Campaign | None:
    """The campaign to show first: one that is on today, else the next, else the last. One query."""
    today = clock.today()
    nearness = case((Campaign.starts_on > today, 1), (Campaign.ends_on < today, 2), else_=0)
    chosen = (
        Campaign.visible_to(actor)
        .where(Campaign.state == "open")
        .order_by(
            nearness,
            case((Campaign.starts_on > today, Campaign.starts_on)),
            Campaign.starts_on.desc(),
            Campaign.id,
        )
        .limit(1)
        .options(PHASES)
    )
    return db.session.scalars(chosen).unique().one_or_none()


def latest_notice(campaign_id: int, number: int | None = None) -> CampaignNotice | None:
    """A version of the notice with its paragraphs; the newest when no number is given."""
    wanted = select(CampaignNotice).where(CampaignNotice.campaign_id == campaign_id)
    if number is not None:
        wanted = wanted.where(CampaignNotice.number == number)
    wanted = wanted.order_by(CampaignNotice.number.desc()).limit(1)
    return (
        db.session.scalars(wanted.options(joinedload(CampaignNotice.paragraphs)))
        .unique()
        .one_or_none()
    )


def notice_versions(campaign_id: int) -> Sequence[CampaignNotice]:
    """Every version of a campaign's notice, newest first, without paragraphs."""
    return db.session.scalars(
        select(CampaignNotice)
        .where(CampaignNotice.campaign_id == campaign_id)
        .order_by(CampaignNotice.number.desc())
    ).all()


def glossary(campaign_id: int) -> Sequence[GlossaryTerm]:
    """The campaign's terms in the order in which they were met."""
    return db.session.scalars(
        select(GlossaryTerm)
        .where(GlossaryTerm.campaign_id == campaign_id)
        .order_by(GlossaryTerm.id)
    ).all()


def notice_headings(campaign_id: int) -> Sequence[Row[str, int, str, str]]:
    """Path, level, label and heading of each heading of the newest version, in one statement."""
    newest = (
        select(CampaignNotice.id)
        .where(CampaignNotice.campaign_id == campaign_id)
        .order_by(CampaignNotice.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    return db.session.execute(
        select(
            NoticeParagraph.path,
            NoticeParagraph.level,
            NoticeParagraph.label,
            NoticeParagraph.heading,
        )
        .where(NoticeParagraph.notice_id == newest, NoticeParagraph.heading != "")
        .order_by(NoticeParagraph.position)
    ).all()
