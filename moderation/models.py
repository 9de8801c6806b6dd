"""What was written (revisions), what waits for a reviewer (queue items), what was decided."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Enum,
    ForeignKey,
    Index,
    Select,
    String,
    Text,
    UniqueConstraint,
    false,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.orm import Mapped, aliased, contains_eager, mapped_column, relationship

from accounts.models import Person, Unit
from core import clock
from core.attachments import Note, notes
from core.db import Base
from core.policy import Actor
from core.states import Machine, Stateful

from .scope import CHIEF, covers, of_other_units

if TYPE_CHECKING:
    from .flag import Flag
    from .purging import Hold, Purge
    from .remarks import Remark
    from .reviewable import Reviewable
    from .terms.models import TermMatch

LEASE = timedelta(minutes=10)
EXCERPT = 120  # characters of a text shown in the queue
EDIT_KINDS = ("amend", "redact")
BODY_FORMATS = ("plain", "html")
ITEM_REASONS = (
    *("pre_moderated", "edited", "appeal", "spot_check", "matched", "flagged", "reverted"),
)
# Why a text waits: the reason for which its item was opened and whatever else was found, a bit
# each, so that an item has as many as it needs, its row says them all, and each has an index.
GROUNDS = {
    **{reason: 1 << place for place, reason in enumerate(ITEM_REASONS)},
    "new_member": 128,
    "file": 256,
}
VERBS = (
    *("approve", "return", "reject", "exempt", "hide", "uphold", "overturn", "harmless"),
    *("amend", "redact", "seal"),
)
# Every state of a version is sealed by one verb, and each has its own way back.
SEALABLE = (
    *("pending", "published", "returned", "rejected", "hidden", "suspended", "appealed"),
    *("upheld", "withdrawn", "superseded", "reverted"),
)

RETRACTABLE = (
    *("pending", "published", "returned", "rejected", "hidden", "suspended", "appealed"),
    *("upheld",),
)


class Revision(Stateful, Base):
    """One version of what somebody wrote. A decision belongs to a revision, never to a record."""

    __tablename__ = "revisions"
    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "number"),
        CheckConstraint("(edited_by_id IS NULL) = (edit_kind IS NULL)", name="edited"),
        CheckConstraint("edited_by_id <> author_id", name="edited_by"),
        Index(None, "author_id", "state"),
        Index(None, "author_id", "created_at", "id"),
    )

    kind = "moderation:revision"
    machine = Machine(
        "draft",
        submit=("draft", "pending"),
        exempt=("draft", "published"),
        approve=("pending", "published"),
        **{"return": ("pending", "returned")},
        reject=("pending", "rejected"),
        hide=(("published", "suspended"), "hidden"),
        # Flags take a text from its readers until a reviewer has looked at it.
        suspend=("published", "suspended"),
        restore=("suspended", "published"),
        appeal=(("rejected", "hidden"), "appealed"),
        overturn=("appealed", "published"),
        uphold=("appealed", "upheld"),
        withdraw=(("pending", "returned", "rejected", "appealed", "suspended"), "withdrawn"),
        # Taken back by whoever answers for it, whatever became of it.
        retract=(RETRACTABLE, "withdrawn"),
        # What readers may see again among the versions is superseded; what flags took away from
        # them, and its author replaced unjudged, is taken back.
        supersede={
            **dict.fromkeys(("pending", "returned", "published"), "superseded"),
            "suspended": "withdrawn",
        },
        undo={
            "published": "pending",
            "returned": "pending",
            "rejected": "pending",
            "hidden": "published",
        },
        undo_answer=(("published", "upheld"), "appealed"),
        reinstate=("superseded", "published"),
        # A reviewer's version in the author's name, and what its author says to it.
        amend=("draft", "published"),
        redact=("draft", "published"),
        accept=("published", "published"),
        revert=("published", "reverted"),
        undo_edit=("published", "reverted"),
        resume=("superseded", "pending"),
        seal=(SEALABLE, "sealed"),
        **{f"unseal_{state}": ("sealed", state) for state in SEALABLE},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    number: Mapped[int]
    author_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    title: Mapped[str | None] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    body_format: Mapped[str] = mapped_column(
        Enum(*BODY_FORMATS, native_enum=False, create_constraint=True, name="body_format")
    )
    body_html: Mapped[str] = mapped_column(Text)
    cleaner: Mapped[int]
    files: Mapped[list[Any]] = mapped_column(JSON, default=list)  # core.attachments.Note each
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    purged_at: Mapped[datetime | None]

    # A version that a reviewer made of the author's words: who, how, and that the author agreed.
    edited_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    edit_kind: Mapped[str | None] = mapped_column(
        Enum(*EDIT_KINDS, native_enum=False, create_constraint=True, name="edit_kind")
    )
    accepted_at: Mapped[datetime | None]

    edited_by: Mapped[Person | None] = relationship(
        foreign_keys=[edited_by_id], lazy="raise_on_sql"
    )

    matches: Mapped[list[TermMatch]] = relationship(
        order_by="TermMatch.version_id", viewonly=True, lazy="raise_on_sql"
    )
    if TYPE_CHECKING:
        remarks: Mapped[list[Remark]]  # remarks.py fills them

    @property
    def attached(self) -> tuple[Note, ...]:
        """The files that it carries."""
        return notes(self.files or [])

    @property
    def is_purged(self) -> bool:
        """Whether its words are gone; number and decisions stay."""
        return self.purged_at is not None

    @property
    def is_wordless(self) -> bool:
        """Whether its words are out of reach: cleared, or under seal."""
        return self.is_purged or self.state == "sealed"

    @property
    def is_waiting(self) -> bool:
        """Whether a reviewer has yet to decide on it."""
        return self.state in ("pending", "appealed")


WAITS = "closed_at IS NULL"
CLOSED = "closed_at IS NOT NULL"
CLAIMED = "state = 'claimed'"


def waits_for(ground: str) -> str:
    """The condition, in one piece, that an item waits and has a ground."""
    return f"CASE WHEN closed_at IS NULL THEN grounds & {GROUNDS[ground]} ELSE 0 END <> 0"


def _over(condition: str, name: str, *columns: str, unique: bool = False) -> Index:
    """An index over a part of the items: the queue stays quick however many were decided. It
    answers a statement that has its condition to the letter (finding.py)."""
    over = text(condition)
    return Index(name, *columns, unique=unique, sqlite_where=over, postgresql_where=over)


def _ground_of_reason(context: Any) -> int:
    return GROUNDS[context.get_current_parameters()["reason"]]


@cache
def latest_revisions() -> type[Revision]:
    """The newest versions beside the public ones, in a query: an alias, made once, for making it
    makes all its columns anew."""
    return aliased(Revision)


class QueueItem(Stateful, Base):
    """A text that waits, or waited, for a reviewer. It stays, decided, after the decision."""

    __tablename__ = "queue_items"
    __table_args__ = (
        CheckConstraint("(closed_at IS NULL) = (state IN ('open', 'claimed'))", name="closed"),
        CheckConstraint("(state = 'claimed') = (claimed_by_id IS NOT NULL)", name="claimed"),
        CheckConstraint("(claimed_at IS NULL) = (claimed_by_id IS NULL)", name="claim"),
        CheckConstraint(
            "escalated_at IS NOT NULL OR (escalated_by_id IS NULL AND escalation = '')",
            name="escalated",
        ),
        # The queue itself, its filters, and that a version waits in it once.
        _over(WAITS, "ix_queue_items_waiting", "opened_at", "id"),
        _over(WAITS, "ix_queue_items_waiting_place", "place", "opened_at", "id"),
        _over(WAITS, "ix_queue_items_waiting_kind", "subject_kind", "opened_at", "id"),
        _over(WAITS, "ix_queue_items_waiting_unit", "unit_id", "opened_at", "id"),
        _over(WAITS, "uq_queue_items_waiting_revision", "revision_id", unique=True),
        _over(WAITS, "ix_queue_items_waiting_due", "due_at", "id"),
        _over(CLAIMED, "ix_queue_items_claimed", "opened_at", "id"),
        *(
            _over(waits_for(one), f"ix_queue_items_waiting_{one}", "opened_at", "id")
            for one in GROUNDS
        ),
        *(
            _over(waits_for(one), f"ix_queue_items_waiting_{one}_place", "place", "opened_at", "id")
            for one in GROUNDS
        ),
        _over("claimed_by_id IS NOT NULL", "ix_queue_items_claimed_by", "claimed_by_id"),
        # The closed ones. Without the condition SQLite would take these for the queue's, too.
        _over(CLOSED, "ix_queue_items_closed", "closed_at", "id"),
        _over(CLOSED, "ix_queue_items_closed_place", "place", "closed_at"),
        _over(CLOSED, "ix_queue_items_closed_author", "author_id", "closed_at"),
        Index(None, "author_id"),
    )

    kind = "moderation:item"
    machine = Machine(
        "open",
        claim=(("open", "claimed"), "claimed"),
        take_over=("claimed", "claimed"),
        release=("claimed", "open"),
        escalate=(("open", "claimed"), "open"),
        decide=(("open", "claimed"), "decided"),
        withdraw=(("open", "claimed"), "withdrawn"),
        lapse=(("open", "claimed"), "lapsed"),
        undo=("decided", "claimed"),
        drop=("decided", "undone"),
        # A seal ends the item; what waited waits again when it is lifted.
        seal=(("open", "claimed"), "decided"),
        unseal=("decided", "open"),
        unseal_closed=("decided", "undone"),
        resume=("lapsed", "open"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    # No index of its own: it would draw the queue away from the order of the moments.
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    place: Mapped[str] = mapped_column(String(80))
    heading: Mapped[str] = mapped_column(String(200))
    excerpt: Mapped[str] = mapped_column(String(EXCERPT + 1))
    reason: Mapped[str] = mapped_column(
        Enum(*ITEM_REASONS, native_enum=False, create_constraint=True, name="reason")
    )
    grounds: Mapped[int] = mapped_column(default=_ground_of_reason)
    plea: Mapped[str] = mapped_column(Text, default="")
    first_decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    due_at: Mapped[datetime]
    escalated_at: Mapped[datetime | None]
    escalated_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    escalation: Mapped[str] = mapped_column(Text, default="")
    claimed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    claimed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    revision: Mapped[Revision] = relationship(lazy="raise_on_sql")
    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")
    author: Mapped[Person] = relationship(foreign_keys=[author_id], lazy="raise_on_sql")
    claimed_by: Mapped[Person | None] = relationship(
        foreign_keys=[claimed_by_id], lazy="raise_on_sql"
    )
    # The one that stands; those that were undone stay beside it.
    decision: Mapped[Decision | None] = relationship(
        primaryjoin="and_(Decision.item_id == QueueItem.id, Decision.undone_at.is_(None))",
        lazy="raise_on_sql",
        viewonly=True,
    )
    if TYPE_CHECKING:
        flags: Mapped[list[Flag]]  # flag.py fills and counts them
        flag_count: Mapped[int]
        hold: Mapped[Hold | None]  # purging.py fills these
        purge: Mapped[Purge | None]

    @property
    def is_waiting(self) -> bool:
        return self.closed_at is None

    @property
    def why(self) -> tuple[str, ...]:
        """The names of its grounds."""
        return tuple(name for name, bit in GROUNDS.items() if self.grounds & bit)

    def found(self, *names: str) -> None:
        """Note further grounds; those that it has stay."""
        for name in names:
            self.grounds |= GROUNDS[name]

    @property
    def is_overdue(self) -> bool:
        """Whether the board's service time ended before the decision, or now."""
        return (self.closed_at or clock.now()) > self.due_at

    @property
    def is_escalated(self) -> bool:
        """Whether it lies on the chief moderators' desk."""
        return self.escalated_at is not None

    @property
    def is_emptied(self) -> bool:
        """Whether its words were taken out of the queue, too, and no reviewer reads them here."""
        return not self.is_waiting and self.excerpt == ""

    @property
    def subject_class(self) -> type[Reviewable]:
        from .reviewable import kinds

        return kinds[self.subject_kind]

    @property
    def claim_ends_at(self) -> datetime | None:
        return self.claimed_at + LEASE if self.claimed_at is not None else None

    @property
    def lease_seconds(self) -> int:
        """How long the claim still holds."""
        ends_at = self.claim_ends_at
        return max(0, int((ends_at - clock.now()).total_seconds())) if ends_at else 0

    @property
    def is_claimed(self) -> bool:
        """Whether somebody's claim is in force: a lease that ends by the clock."""
        return self.claim_ends_at is not None and clock.now() < self.claim_ends_at

    def is_claimed_by(self, actor: Actor) -> bool:
        return self.is_claimed and self.claimed_by_id == actor.id

    def is_claimed_by_other(self, actor: Actor) -> bool:
        return self.is_claimed and self.claimed_by_id != actor.id

    @staticmethod
    def visible_to(actor: Actor) -> Select[QueueItem]:
        """Those whose unit the actor reviews for, and in which the actor is not concerned."""
        return (
            select(QueueItem)
            .join(QueueItem.unit)
            .options(contains_eager(QueueItem.unit))
            .where(covers(actor, QueueItem.unit_id, place=QueueItem.place), *unconcerned(actor))
        )


class CopyMark(Base):
    """A trait of a waiting text; near-copies share some (copies.py). Gone when the item closes."""

    __tablename__ = "copy_marks"

    mark: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    item_id: Mapped[int] = mapped_column(
        ForeignKey("queue_items.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Decision(Base):
    """What was decided on a revision, by whom, why. An item has one that stands; an exemption
    has no item. `before` and `after` say where the text stood, for whoever undoes it."""

    __tablename__ = "decisions"
    __table_args__ = (
        CheckConstraint("(item_id IS NULL) = (verb = 'exempt')", name="item"),
        CheckConstraint("(decided_by_id IS NULL) = (verb = 'exempt')", name="decided_by"),
        CheckConstraint(
            "verb IN ('approve', 'exempt', 'harmless') OR length(explanation) > 0",
            name="explained",
        ),
        CheckConstraint(
            "verb NOT IN ('reject', 'hide') OR reason_code IS NOT NULL", name="reasoned"
        ),
        Index(None, "decided_at", "id"),
        Index(None, "item_id"),
        Index(
            "uq_decisions_standing",
            "item_id",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("queue_items.id"))
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"), index=True)
    verb: Mapped[str] = mapped_column(
        Enum(*VERBS, native_enum=False, create_constraint=True, name="verb")
    )
    reason_code: Mapped[str | None] = mapped_column(String(30))
    explanation: Mapped[str] = mapped_column(Text, default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    decided_as: Mapped[str | None] = mapped_column(String(30))
    decided_at: Mapped[datetime] = mapped_column(default=clock.now)
    undone_at: Mapped[datetime | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    item: Mapped[QueueItem | None] = relationship(lazy="raise_on_sql")
    revision: Mapped[Revision] = relationship(lazy="raise_on_sql")
    decided_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    @staticmethod
    def visible_to(actor: Actor) -> Select[Decision]:
        """The entries of the open log, for everybody who is signed in."""
        return select(Decision).where(
            Decision.item_id.is_not(None), true() if actor.is_authenticated else false()
        )


def waiting_with(revision_id: int) -> Select[QueueItem]:
    """The item in which a version waits now, if any."""
    return select(QueueItem).where(
        QueueItem.revision_id == revision_id, QueueItem.closed_at.is_(None)
    )


def unconcerned(actor: Actor) -> list[ColumnElement[bool]]:
    """Conditions on items that the actor is not concerned in what they are about; one for each
    kind of which somebody may be."""
    from .reviewable import kinds

    barred = {name: kind.barred(actor) for name, kind in kinds.items()}
    return [
        or_(QueueItem.subject_kind.concat("") != name, QueueItem.subject_id.not_in(ids))
        for name, ids in barred.items()
        if ids is not None
    ]


def free_for(actor: Actor, now: datetime) -> list[ColumnElement[bool]]:
    """Conditions on waiting items that this reviewer may decide and that nobody else is at."""
    return [
        QueueItem.author_id != actor.id,
        of_other_units(actor, QueueItem.author_id),
        or_(QueueItem.first_decided_by_id.is_(None), QueueItem.first_decided_by_id != actor.id),
        or_(
            QueueItem.claimed_at.is_(None),
            QueueItem.claimed_at <= now - LEASE,
            QueueItem.claimed_by_id == actor.id,
        ),
        or_(QueueItem.escalated_at.is_(None), covers(actor, QueueItem.unit_id, roles=(CHIEF,))),
    ]
