"""Items (归并后的意见): assigned to a unit, answered by it with a reason, then published through
moderation's door: wording, quotes and reply together, so that what is read is what was reviewed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, cast

from flask import current_app, url_for
from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Select,
    String,
    UniqueConstraint,
    and_,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, aliased, contains_eager, joinedload, mapped_column, relationship

from accounts.models import Unit
from core import clock, journal, refilling, search, workdays
from core.db import Base, db
from core.errors import Conflict
from core.i18n import _, _l
from core.policy import SYSTEM, Actor
from core.states import Machine, Stateful
from core.text import cook, plain
from moderation import (
    NOTHING,
    UNDER_REVIEW,
    Context,
    Named,
    Passage,
    Reviewable,
    Revision,
    Wording,
    Words,
    covers,
    latest_revisions,
    only_place,
    submit,
)

from ..models import OpenAnswer
from .coded import OUTCOMES
from .models import BODY, NAME, Ledger, LedgerCorrection, LedgerEntry, LedgerReply

PLACE = "surveys:ledgers"  # where they are reviewed, each by its unit
ANSWERERS = ("leader", "minister")
WORDING = 200


class LedgerItem(Reviewable, Stateful, Base):
    """What several entries say in common. `unit` reviews the words, `owning_unit` answers."""

    __tablename__ = "ledger_items"
    __table_args__ = (
        UniqueConstraint("ledger_id", "number"),
        UniqueConstraint("id", "ledger_id", "about"),
        # What is said about a person goes to that person, not to everybody.
        CheckConstraint("about = '' OR public_revision_id IS NULL", name="of_members_unpublished"),
        CheckConstraint(
            "(state = 'open') = (owning_unit_id IS NULL) AND (state = 'open') = (due_on IS NULL)",
            name="assigned",
        ),
        Index(None, "owning_unit_id", "state", "due_on"),
    )
    kind = "surveys:ledger_item"
    kind_name = _l("意见台账的答复")
    seal_reach = _l("台账里引用的原话和单位的答复同时封存。")
    machine = Machine(
        "open",
        assign=(("open", "assigned"), "assigned"),
        answer=(("assigned", "published"), "answered"),
        **{"return": ("answered", "assigned")},
        publish=("answered", "published"),
        unpublish=("published", "answered"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ledger_id: Mapped[int] = mapped_column(ForeignKey("ledgers.id"))
    number: Mapped[int]  # in its ledger, from 1
    about: Mapped[str] = mapped_column(String(NAME), default=BODY)
    wording: Mapped[str] = mapped_column(String(WORDING))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    owning_unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    due_on: Mapped[date | None]  # by when the unit answers
    public_reply_id: Mapped[int | None]  # the reply that its public version gives

    ledger: Mapped[Ledger] = relationship(lazy="raise_on_sql")
    unit: Mapped[Unit] = cast(
        "Mapped[Unit]", relationship(foreign_keys=[unit_id], lazy="raise_on_sql")
    )
    owning_unit: Mapped[Unit | None] = relationship(
        foreign_keys=[owning_unit_id], lazy="raise_on_sql"
    )

    @property
    def url(self) -> str:
        """Where everybody reads it."""
        return url_for("surveys.show_ledger", id=self.ledger_id, _anchor=f"item-{self.number}")

    @property
    def is_overdue(self) -> bool:
        return self.state == "assigned" and self.due_on is not None and clock.today() > self.due_on

    @property
    def is_waiting(self) -> bool:
        """Whether a version of it is with the reviewers, public or not."""
        return self.latest_revision is not None and self.latest_revision.state in (
            "pending",
            "appealed",
            "suspended",
        )

    @property
    def may_be_public(self) -> bool:
        """Whether it has an answer and is about nobody in particular."""
        return not self.about and self.state in ("answered", "published") and not self.is_sealed

    @staticmethod
    def visible_to(actor: Actor) -> Select[LedgerItem]:
        """All for the office, those of their unit for whoever answers, those under review for
        reviewers, the public ones for whoever is signed in."""
        latest, owner = latest_revisions(), aliased(Unit)
        reviewed = and_(covers(actor, LedgerItem.unit_id), latest.state.in_(UNDER_REVIEW))
        asked = covers(actor, LedgerItem.owning_unit_id, roles=ANSWERERS)
        seen = or_(LedgerItem.public_revision_id.is_not(None), reviewed, asked)
        found = (
            select(LedgerItem)
            .join(LedgerItem.ledger)
            .join(LedgerItem.unit)
            .outerjoin(LedgerItem.owning_unit.of_type(owner))
            .outerjoin(LedgerItem.latest_revision.of_type(latest))
            .options(
                contains_eager(LedgerItem.ledger),
                contains_eager(LedgerItem.unit),
                contains_eager(LedgerItem.owning_unit.of_type(owner)),
                contains_eager(LedgerItem.latest_revision.of_type(latest)),
            )
        )
        if actor.holds("office"):
            return found
        return found.where(seen if actor.is_authenticated else false())

    # --- As a kind of content under review ------------------------------------------------

    @classmethod
    def in_place(cls) -> Select[Any]:
        place = (joinedload(LedgerItem.ledger), joinedload(LedgerItem.owning_unit))
        return super().in_place().options(*place)

    @classmethod
    def in_context(cls, subject_id: int) -> tuple[LedgerItem, Context]:
        """The item, and which unit says what in it. The other entries are the office's alone."""
        found = cls.for_review(subject_id)
        there = found.url if found.is_public else None
        said = []
        if (reply := latest_reply(found)) is not None and found.owning_unit is not None:
            label = str(OUTCOMES[reply.outcome].label)
            said = [Passage(found.owning_unit.name, reply.replied_at, cook(label, "plain"))]
        return found, Context(found.ledger.title, there, said)

    @classmethod
    def named(cls, ids: Collection[int] | Select[Any]) -> dict[int, Named]:
        rows = db.session.execute(
            select(LedgerItem.id, LedgerItem.wording, Ledger.title)
            .join(LedgerItem.ledger)
            .where(LedgerItem.id.in_(ids))
        )
        return {row.id: Named(row.wording, row.title, cls.review_url(row.id)) for row in rows}

    @classmethod
    def review_places(cls, actor: Actor | None = None) -> Select[Any]:
        return only_place(PLACE, _("意见台账"))

    @property
    def review_place(self) -> str:
        return PLACE

    @property
    def review_place_name(self) -> str:
        return self.ledger.title

    def published(self, revision: Revision) -> None:
        if self.can("publish"):
            self.advance("publish", SYSTEM)
            reply = latest_reply(self)
            self.public_reply_id = reply.id if reply is not None else None
        at = self.published_at or clock.now()
        search.put(*said(self, revision, at), is_new=not self.is_public)

    def unpublished(self) -> None:
        if self.can("unpublish"):
            self.advance("unpublish", SYSTEM)
        search.drop(self.kind, self.id)

    def copied(self) -> list[Words]:
        return [
            Words(LedgerItem, LedgerItem.id == self.id, wording=NOTHING),
            Words(LedgerReply, LedgerReply.item_id == self.id, reason=NOTHING),
        ]

    def taken_from(self) -> list[Words]:
        """The entries that are quoted, what they said before, and the answers they are of."""
        quoted = and_(LedgerEntry.item_id == self.id, LedgerEntry.is_quoted)
        keys = select(LedgerEntry.id).where(quoted)
        answers = select(LedgerEntry.answer_id).where(quoted, LedgerEntry.answer_id.is_not(None))
        return [
            Words(LedgerEntry, quoted, words=NOTHING),
            Words(LedgerCorrection, LedgerCorrection.entry_id.in_(keys), words=NOTHING),
            Words(OpenAnswer, OpenAnswer.id.in_(answers), text=NOTHING),
        ]

    # --- What becomes of it ---------------------------------------------------------------

    def assign(self, unit_id: int, actor: Actor) -> None:
        """Ask a unit, within the promised days. Raises IllegalMove, Forbidden."""
        self.due_on, self.owning_unit_id = _promised(), unit_id
        self.advance("assign", actor, unit=unit_id)

    def answer(
        self, outcome: str, reason: str, promised_on: date | None, actor: Actor
    ) -> LedgerReply:
        """The unit answers. Raises Conflict, IllegalMove, Forbidden."""
        if self.is_waiting or self.is_sealed:
            raise Conflict(self.latest_revision, _("这一条正在审核，审完再答复。"))
        self.advance("answer", actor, note=reason)
        assert actor.id is not None
        assert self.owning_unit_id is not None
        reply = LedgerReply(
            item_id=self.id,
            unit_id=self.owning_unit_id,
            outcome=outcome,
            reason=reason,
            promised_on=promised_on if outcome == "promised" else None,
            replied_by_id=actor.id,
        )
        db.session.add(reply)
        return reply

    def send_back(self, why: str, actor: Actor) -> None:
        """The office returns the reply to its unit. Raises Conflict, IllegalMove, Forbidden."""
        if self.is_waiting or self.is_sealed:
            raise Conflict(self.latest_revision, _("这一条正在审核，审完再退回。"))
        self.advance("return", actor, note=why)
        reply = latest_reply(self)
        assert reply is not None
        reply.returned_why, self.due_on = why, _promised()

    def reword(self, wording: str, actor: Actor) -> None:
        """Say otherwise what its entries have in common; what is public stays as it is."""
        if self.is_waiting or self.is_sealed:
            raise Conflict(self.latest_revision, _("这一条正在审核，审完再改。"))
        self.wording = wording
        journal.append(self.kind, self.id, "reword", actor.id, note=wording)

    def hand_in(self, wording: Wording, quoted: Collection[LedgerEntry], actor: Actor) -> None:
        """Hand wording, quotes and reply to the reviewers. Raises Conflict."""
        if not self.may_be_public:
            raise Conflict(self.latest_revision, _("有了答复、又不是关于个人的，才能公布。"))
        for one in entries_of(self):
            one.is_quoted = one in quoted
        submit(self, wording, actor)


def _promised() -> date:
    days = current_app.config["LEDGER_DAYS"]
    return workdays.due(clock.today(), days, current_app.config["REGION"]).date


def latest_reply(item: LedgerItem) -> LedgerReply | None:
    """The reply that holds: the newest that was not sent back."""
    return db.session.scalar(
        select(LedgerReply)
        .where(LedgerReply.item_id == item.id, LedgerReply.returned_why.is_(None))
        .order_by(LedgerReply.id.desc())
        .limit(1)
    )


def entries_of(item: LedgerItem) -> Sequence[LedgerEntry]:
    """Its entries, in no order that tells anything."""
    found = select(LedgerEntry).where(LedgerEntry.item_id == item.id)
    return db.session.scalars(found.order_by(LedgerEntry.id)).all()


def add(ledger: Ledger, wording: str, about: str, actor: Any) -> LedgerItem:
    """A new item, with the next number of its ledger (whose row the caller has locked)."""
    last = select(func.max(LedgerItem.number)).where(LedgerItem.ledger_id == ledger.id)
    made = LedgerItem(
        ledger=ledger,
        number=(db.session.scalar(last) or 0) + 1,
        about=about,
        wording=wording,
        unit_id=ledger.unit_id,
        author_id=actor.id,
        public_revision=None,
        latest_revision=None,
        taken_revision=None,
    )
    db.session.add(made)
    db.session.flush()
    return made


# --- In search ------------------------------------------------------------------------------


def said(one: Any, revision: Any, at: datetime) -> tuple[str, int, str, str, datetime]:
    """What search takes of an item."""
    return LedgerItem.kind, one.id, revision.title or "", plain(revision.body_html), at


def index_rows(ids: Sequence[int]) -> list[dict[str, Any]]:
    """The entries of some public items, as `published` puts them."""
    found = db.session.execute(
        select(LedgerItem.id, LedgerItem.published_at, Revision.title, Revision.body_html)
        .join(LedgerItem.public_revision)
        .where(LedgerItem.id.in_(ids))
    )
    return [row for one in found for row in search.rows(*said(one, one, one.published_at))]


SOURCE = refilling.Source(
    LedgerItem.id,
    select(LedgerItem.id).where(LedgerItem.public_revision_id.is_not(None)),
    index_rows,
)
