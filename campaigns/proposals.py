"""Proposals in a campaign: reviewed like every text, then answered in public by a leader of the unit
that they are put to, always with a reason."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, cast

from flask import current_app
from sqlalchemy import (
    CheckConstraint,
    Enum,
    ForeignKey,
    Index,
    Select,
    Text,
    and_,
    false,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, aliased, contains_eager, joinedload, mapped_column, relationship

from accounts.models import Person, Unit
from core import clock, i18n, notices, refilling, search, workdays
from core.db import Base, db
from core.errors import Conflict
from core.i18n import _, _l
from core.policy import Actor
from core.states import Machine, Stateful
from core.text import plain
from moderation import (
    NOTHING,
    UNDER_REVIEW,
    Context,
    Named,
    Reviewable,
    Revision,
    Wording,
    Words,
    covers,
    latest_revisions,
    only_place,
    retract,
    submit,
)

from .models import Campaign
from .outcomes import OUTCOMES, moves

PLACE = "campaigns:proposals"  # where they are reviewed, each by its unit


class Proposal(Reviewable, Stateful, Base):
    """`unit` reviews the words, `owning_unit` answers; `state` tells of the answer alone."""

    __tablename__ = "proposals"
    __table_args__ = (
        Index(None, "campaign_id", "published_at", "id"),
        Index(
            "ix_proposals_waiting",
            "owning_unit_id",
            "due_on",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )
    kind = "campaigns:proposal"
    kind_name = _l("合理化建议")
    seal_reach = _l("单位对它的答复同时封存。")
    machine = Machine(
        "open", **moves(), withdraw=("open", "withdrawn"), reopen=("withdrawn", "open")
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    owning_unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    due_on: Mapped[date | None]  # by when an answer is promised; counted from publication

    campaign: Mapped[Campaign] = relationship(lazy="raise_on_sql")
    unit: Mapped[Unit] = cast(
        "Mapped[Unit]", relationship(foreign_keys=[unit_id], lazy="raise_on_sql")
    )
    owning_unit: Mapped[Unit] = relationship(foreign_keys=[owning_unit_id], lazy="raise_on_sql")

    @property
    def url(self) -> str:
        return self.review_url(self.id)

    @property
    def is_open(self) -> bool:
        """Whether its author may still change or withdraw it."""
        return self.state in ("open", "withdrawn")

    @property
    def awaits(self) -> bool:
        """Whether an answer, or the final one, is owed."""
        return self.is_public and self.state in ("open", "research")

    @property
    def is_overdue(self) -> bool:
        return self.state == "open" and self.due_on is not None and clock.today() > self.due_on

    @staticmethod
    def visible_to(actor: Actor) -> Select[Proposal]:
        """The public ones for whoever is signed in, the own ones, those under review."""
        latest = latest_revisions()
        owner = aliased(Unit)
        reviewed = and_(covers(actor, Proposal.unit_id), latest.state.in_(UNDER_REVIEW))
        own = Proposal.author_id == actor.id if actor.id is not None else false()
        seen = or_(Proposal.public_revision_id.is_not(None), own, reviewed)
        return (
            select(Proposal)
            .join(Proposal.campaign)
            .join(Proposal.unit)
            .join(Proposal.owning_unit.of_type(owner))
            .outerjoin(Proposal.latest_revision.of_type(latest))
            .options(
                contains_eager(Proposal.campaign),
                contains_eager(Proposal.unit),
                contains_eager(Proposal.owning_unit.of_type(owner)),
                contains_eager(Proposal.latest_revision.of_type(latest)),
            )
            .where(seen if actor.is_authenticated else false())
        )

    # --- As a kind of content under review ------------------------------------------------

    @classmethod
    def in_place(cls) -> Select[Any]:
        place = (joinedload(Proposal.campaign), joinedload(Proposal.owning_unit))
        return super().in_place().options(*place)

    @classmethod
    def in_context(cls, subject_id: int) -> tuple[Proposal, Context]:
        found = cls.for_review(subject_id)
        return found, Context(found.campaign.name, found.url if found.is_public else None)

    @classmethod
    def named(cls, ids: Collection[int] | Select[Any]) -> dict[int, Named]:
        public, latest = aliased(Revision), aliased(Revision)
        rows = db.session.execute(
            select(Proposal.id, func.coalesce(public.title, latest.title).label("title"))
            .add_columns(Campaign.title.label("zh"), Campaign.title_en.label("en"))
            .join(Proposal.campaign)
            .join(Proposal.latest_revision.of_type(latest))
            .outerjoin(Proposal.public_revision.of_type(public))
            .where(Proposal.id.in_(ids))
        )
        return {
            row.id: Named(
                row.title or NOTHING,
                i18n.pick({"zh": row.zh, "en": row.en}),
                cls.review_url(row.id),
            )
            for row in rows
        }

    @classmethod
    def review_places(cls, actor: Actor | None = None) -> Select[Any]:
        return only_place(PLACE, _("合理化建议"))

    @property
    def review_place(self) -> str:
        return PLACE

    @property
    def review_place_name(self) -> str:
        return self.campaign.name

    def published(self, revision: Revision) -> None:
        if self.due_on is None:
            self.due_on = _promised()
        at = self.published_at or clock.now()
        search.put(*said(self, revision, at), is_new=not self.is_public, marks=self._marks())

    def unpublished(self) -> None:
        search.drop(self.kind, self.id)

    def copied(self) -> list[Words]:
        """Answers repeat what they answer."""
        its = ProposalDecision.proposal_id == self.id
        return [Words(ProposalDecision, its, reason=NOTHING)]

    def has_moved_on(self, since: datetime) -> bool:
        """It was answered meanwhile, or withdrawn."""
        its = ProposalDecision.proposal_id == self.id
        newer = select(ProposalDecision.id).where(its, ProposalDecision.decided_at >= since)
        return self.state == "withdrawn" or bool(db.session.scalar(select(newer.exists())))

    def _marks(self) -> list[str]:
        path = db.session.scalar(
            select(Unit.path)
            .join(Person, Person.unit_id == Unit.id)
            .where(Person.id == self.author_id)
        )
        return marks_of(self.author_id, path or "")

    # --- What becomes of it ---------------------------------------------------------------

    @property
    def has_waiting_edit(self) -> bool:
        """Whether a version waits beside the public one: it is not known yet what to answer."""
        latest = self.latest_revision
        return self.is_public and latest is not None and latest.state == "pending"

    def decide(self, outcome: str, reason: str, actor: Actor) -> None:
        """Answer it, with a reason. Raises Conflict, IllegalMove, Forbidden."""
        shown = self.public_revision
        if shown is None or self.has_waiting_edit:
            raise Conflict(self.latest_revision, _("作者改过的一版还在审核，审完再答复。"))
        assert actor.id is not None
        answer = ProposalDecision(
            proposal_id=self.id,
            revision_id=shown.id,
            outcome=outcome,
            reason=reason,
            decided_by_id=actor.id,
        )
        self.advance(OUTCOMES[outcome].verb, actor, note=reason, revision=shown.id)
        db.session.add(answer)
        notices.tell(self.author_id, "campaigns:decide", self.url, about=f"{self.kind}:{self.id}")

    def take_back(self, actor: Actor) -> None:
        """Its author withdraws it, public or not. Raises Conflict, IllegalMove, Forbidden."""
        if self.is_sealed:
            raise Conflict(self.latest_revision, _("这一条已被紧急封存，现在不能撤回。"))
        self.advance("withdraw", actor)
        retract(self, actor)

    def revise(self, wording: Wording, owning_unit_id: int, actor: Actor) -> None:
        """Another version; one that was withdrawn comes back with it. Raises Conflict."""
        if not self.is_open:
            raise Conflict(self, _("这条建议已经有了答复，不能再改。"))
        if self.state == "withdrawn":
            self.advance("reopen", actor)
        self.owning_unit_id = owning_unit_id
        latest = self.latest_revision
        if latest is None or wording.digest != latest.digest or latest.state == "withdrawn":
            submit(self, wording, actor)


class ProposalDecision(Base):
    """An answer to a proposal: what comes of it, why, who said so, and to which version."""

    __tablename__ = "proposal_decisions"
    __table_args__ = (CheckConstraint("length(reason) > 0", name="reasoned"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"), index=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"))
    outcome: Mapped[str] = mapped_column(
        Enum(*OUTCOMES, native_enum=False, create_constraint=True, name="outcome", length=24)
    )
    reason: Mapped[str] = mapped_column(Text)
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime] = mapped_column(default=clock.now)

    decided_by: Mapped[Person] = relationship(lazy="raise_on_sql")


def propose(campaign: Campaign, wording: Wording, owning_unit_id: int, actor: Any) -> Proposal:
    """Hand in a proposal; whoever called the campaign reviews it, else the author's own unit."""
    made = Proposal(
        campaign=campaign,
        author_id=actor.id,
        unit_id=campaign.unit_id or actor.unit_id,
        owning_unit_id=owning_unit_id,
        # Said, so that reading them asks no database for what cannot be there yet.
        public_revision=None,
        latest_revision=None,
        taken_revision=None,
    )
    submit(made, wording, actor)
    return made


def decisions_on(proposal: Proposal) -> Sequence[ProposalDecision]:
    """The answers to it, the first one first, each with who gave it; one statement."""
    found = select(ProposalDecision).where(ProposalDecision.proposal_id == proposal.id)
    names = joinedload(ProposalDecision.decided_by).load_only(Person.name, Person.title)
    return db.session.scalars(found.order_by(ProposalDecision.id).options(names)).all()


def _promised() -> date:
    days = current_app.config["PROPOSAL_DAYS"]
    return workdays.due(clock.today(), days, current_app.config["REGION"]).date


def said(one: Any, revision: Any, at: datetime) -> tuple[str, int, str, str, datetime]:
    """What search takes of a proposal."""
    return Proposal.kind, one.id, revision.title or "", plain(revision.body_html), at


def marks_of(author_id: int, unit_path: str) -> list[str]:
    """What it may be narrowed by when it is sought."""
    above = [search.unit_mark(int(part)) for part in unit_path.split("/") if part]
    return [search.author_mark(author_id), *above]


def index_rows(ids: Sequence[int]) -> list[dict[str, Any]]:
    """The entries of some public proposals, as `published` puts them."""
    found = db.session.execute(
        select(Proposal.id, Proposal.author_id, Proposal.published_at, Revision.title)
        .add_columns(Revision.body_html, Unit.path)
        .join(Proposal.public_revision)
        .join(Person, Person.id == Proposal.author_id)
        .join(Unit, Unit.id == Person.unit_id)
        .where(Proposal.id.in_(ids))
    )
    return [
        row
        for one in found
        for row in search.rows(
            *said(one, one, one.published_at), marks=marks_of(one.author_id, one.path)
        )
    ]


SOURCE = refilling.Source(
    Proposal.id, select(Proposal.id).where(Proposal.public_revision_id.is_not(None)), index_rows
)
